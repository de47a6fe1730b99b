"""Where a county stood at the end of a day: what trends and months are compared with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise


class DailyFigureQuerySet(ScopedQuerySet["DailyFigure"]):
    """Figures inside a jurisdiction."""


class DailyFigure(models.Model):
    """One row an exercise, county and day, written once; larger divisions are sums of counties.

    A town of a city without counties stands under its own six digits. Append-only: a past day is
    never counted anew.
    """

    view_permission = Permission.PROGRESS_VIEW

    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="daily_figures"
    )
    day = models.DateField(_("日期"))
    division_code = models.CharField(_("县级区划"), max_length=12, db_collation="C")
    counted_at = models.DateTimeField(_("统计时间"))
    registered = models.PositiveIntegerField(_("登记对象"))
    owed = models.PositiveIntegerField(_("应填份数"))
    started = models.PositiveIntegerField(_("已开始"))
    submitted = models.PositiveIntegerField(_("已提交"))
    returned = models.PositiveIntegerField(_("已退回"))
    county_passed = models.PositiveIntegerField(_("县级通过"))
    final = models.PositiveIntegerField(_("已定稿"))
    hard = models.PositiveIntegerField(_("强制性问题"))
    soft_open = models.PositiveIntegerField(_("待说明"))
    explained = models.PositiveIntegerField(_("已说明"))

    objects = DailyFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("每日数字")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise", "day", "division_code"], name="summaries_dailyfigure_once"
            ),
        ]
        indexes: ClassVar = [
            # the days of a division, one after the other
            models.Index(fields=["exercise", "division_code", "day"], name="dailyfigure_place"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.day}"


MEASURES = (
    "registered",
    "owed",
    "started",
    "submitted",
    "returned",
    "county_passed",
    "final",
    "hard",
    "soft_open",
    "explained",
)
