"""Units whose answers are confidential: every single reading of them is logged."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ConfidentialUnit(models.Model):
    """Present while the unit is confidential. Both acts, with their reasons, are in the audit log."""

    unit = models.OneToOneField(
        "registry.Unit", on_delete=models.PROTECT, related_name="confidentiality"
    )
    reason = models.CharField(_("理由"), max_length=200)
    marked_at = models.DateTimeField(_("时间"), default=timezone.now)
    marked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("保密单位")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="registry_confidential_reason")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}"
