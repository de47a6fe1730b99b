"""The tables of the audit app, one file per model. All of them are append-only."""

from audit.models.anchor import AuditAnchor
from audit.models.columns import ClusterIdentity, TransactionNumber
from audit.models.event import AuditEvent
from audit.models.read import ReadEvent
from audit.models.seal import AuditSeal

__all__ = [
    "AuditAnchor",
    "AuditEvent",
    "AuditSeal",
    "ClusterIdentity",
    "ReadEvent",
    "TransactionNumber",
]
