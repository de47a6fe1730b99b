"""What units of one industry and size have answered: computed at night, no unit can be seen in it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.models import CollectionExercise

# Fewer units than this are not told of at all (statistical disclosure control, Statistics Law art. 25).
UNITS_AT_LEAST = 5


class PeerStatistic(models.Model):
    """Quantiles of one item over one industry, of one size class or (blank) of all.

    Of the nation's submitted forms. `industry` is a division, group or class of GB/T 4754: two to
    four digits.
    """

    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    item = models.CharField(_("指标"), max_length=80, db_collation="C")
    industry = models.CharField(_("行业代码"), max_length=4, db_collation="C")
    size = models.CharField(_("企业规模"), max_length=2, blank=True, db_collation="C")
    unit_count = models.PositiveIntegerField(_("普查对象数"))
    p5 = models.FloatField()
    p25 = models.FloatField()
    median = models.FloatField(_("中位数"))
    p75 = models.FloatField()
    p95 = models.FloatField()
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = _("同行业分布")
        constraints: ClassVar = [
            # also the look-up of a page: a few industries of one form
            models.UniqueConstraint(
                fields=["exercise", "form_code", "industry", "size", "item"],
                name="review_peerstatistic_once",
            ),
            models.CheckConstraint(
                condition=Q(unit_count__gte=UNITS_AT_LEAST), name="review_peerstatistic_no_few"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.item} {self.industry} {self.size}"
