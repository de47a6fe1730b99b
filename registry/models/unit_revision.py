"""What the register said about a unit, and when: append-only."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UnitRevision(models.Model):
    """The unit's facts as they stood after one act. The database refuses UPDATE and DELETE."""

    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("序号"))
    data = models.JSONField()
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("普查对象修订")
        ordering: ClassVar = ["unit_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "number"], name="registry_unitrevision_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} #{self.number}"
