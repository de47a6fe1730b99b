"""Audit events: what was done. Append-only; the database refuses more."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audit.enums import AuditAction
from audit.models.columns import ClusterIdentity, TransactionNumber


class AuditEvent(models.Model):
    """One act of one person. No foreign keys: the log outlives what it speaks of."""

    at = models.DateTimeField(_("时间"), db_default=Now())
    cluster = models.BigIntegerField(db_default=ClusterIdentity())
    transaction_number = models.BigIntegerField(db_default=TransactionNumber())
    action = models.CharField(_("行为"), max_length=40)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("人员"), max_length=150, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(_("对象"), max_length=200, blank=True)
    division_code = models.CharField(_("区划"), max_length=12, blank=True, db_collation="C")
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("审计记录")
        indexes: ClassVar = [
            # the sealing worker reads in this order
            models.Index(
                fields=["cluster", "transaction_number", "id"], name="audit_event_sealing_order"
            ),
            # history of one subject
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_event_subject"),
            # audit screen of one area, newest first
            models.Index(fields=["division_code", "-id"], name="audit_event_division"),
            # the screen is in the order of time, so that a span of it is a range of each of these
            models.Index(fields=["actor_id", "at", "id"], name="audit_event_person"),
            models.Index(fields=["action", "at", "id"], name="audit_event_act"),
            models.Index(fields=["at", "id"], name="audit_event_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action}"

    @property
    def action_label(self) -> str:
        """The act in words; its code where the portal no longer knows it."""
        is_known = self.action in AuditAction.values
        return str(AuditAction(self.action).label) if is_known else self.action

    def content(self) -> dict[str, object]:
        """What the seal covers: every column, in canonical form."""
        return {
            "id": self.pk,
            "at": self.at.isoformat(),
            "cluster": self.cluster,
            "transaction_number": self.transaction_number,
            "action": self.action,
            "actor_id": self.actor_id,
            "actor_name": self.actor_name,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "subject_label": self.subject_label,
            "division_code": self.division_code,
            "detail": self.detail,
        }
