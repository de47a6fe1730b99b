"""What a version of the coefficient library would change, as reckoned before it is in force."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.job import Job


class CoefficientImpact(models.Model):
    """One finished impact list: counts, and totals by county and pollutant.

    `content`: units, cells, locked_units, and `lines` of {county, pollutant, measure, units, cells,
    before, after}.
    """

    version = models.ForeignKey(
        "instruments.CoefficientVersion", on_delete=models.PROTECT, related_name="impacts"
    )
    compared_with = models.ForeignKey(
        "instruments.CoefficientVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="coefficient_impact")
    content = models.JSONField(_("影响"))
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = _("系数更新的影响")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"v{self.version_id} {self.computed_at:%Y-%m-%d %H:%M}"
