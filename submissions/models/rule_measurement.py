"""How long a rule took over a sample of answers: kept so that runs can be compared."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleMeasurement(models.Model):
    """Append-only. Says nothing of the answers themselves, so it belongs to no division."""

    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    rule_id = models.CharField(_("审核关系"), max_length=80, db_collation="C")
    instrument_version = models.ForeignKey(
        "instruments.InstrumentVersion", on_delete=models.PROTECT, related_name="+"
    )
    case_count = models.PositiveIntegerField(_("普查表"))
    row_count = models.PositiveIntegerField(_("判断的行"))
    mean_microseconds = models.FloatField(_("平均用时"))
    p95_microseconds = models.FloatField(_("95 分位用时"))
    measured_at = models.DateTimeField(_("测定时间"))
    measured_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("审核关系用时")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["form_code", "rule_id", "-id"], name="measurement_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.mean_microseconds:.1f} µs"
