"""The only writers of audit rows: record an act or a read, seal, anchor, note a verification."""

from audit.services.anchoring import anchors_make
from audit.services.checkpoints import checkpoint_read, checkpoint_write
from audit.services.reading import FormRead, reads_record
from audit.services.recording import Act, audit_record, audit_record_many
from audit.services.sealing import audit_seal_all, audit_seal_block, reads_seal_all
from audit.services.verifying import audit_verify
from audit.services.witnessing import kept_rows_verify

__all__ = [
    "Act",
    "FormRead",
    "anchors_make",
    "audit_record",
    "audit_record_many",
    "audit_seal_all",
    "audit_seal_block",
    "audit_verify",
    "checkpoint_read",
    "checkpoint_write",
    "kept_rows_verify",
    "reads_record",
    "reads_seal_all",
]
