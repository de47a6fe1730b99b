"""Seals over blocks of audit events, each over the one before."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditSeal(models.Model):
    """A block of events in order, chained to the block before by SM3."""

    number = models.PositiveBigIntegerField(unique=True)
    cluster = models.BigIntegerField()
    first_transaction = models.BigIntegerField()
    last_transaction = models.BigIntegerField()
    last_event_id = models.BigIntegerField()
    event_count = models.PositiveIntegerField()
    previous_seal = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("审计封印")
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            # where the sealing of one cluster stands
            models.Index(fields=["cluster", "-number"], name="audit_seal_cluster"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.seal[:12]}"
