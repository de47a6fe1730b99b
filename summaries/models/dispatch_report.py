"""A dispatch report (调度通报): how the divisions of one division stood in a month."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise


class DispatchReportQuerySet(ScopedQuerySet["DispatchReport"]):
    """Reports inside a jurisdiction."""


class DispatchReport(models.Model):
    """Append-only; `content` is everything the documents say, `content_hash` its SM3.

    Without `made_by` it was made by the clock, once a month and division.
    """

    view_permission = Permission.PROGRESS_VIEW

    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="dispatch_reports"
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    month = models.DateField(_("月份"), help_text="The first day of the month it speaks of.")
    as_of = models.DateTimeField(_("数据截至"))
    content = models.JSONField()
    content_hash = models.CharField(_("摘要"), max_length=64)
    made_at = models.DateTimeField(_("编制时间"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("编制人"),
    )

    objects = DispatchReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("调度通报")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise", "division_code", "month"],
                condition=Q(made_by__isnull=True),
                name="summaries_dispatchreport_once_by_the_clock",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="summaries_dispatchreport_month_begins"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="dispatchreport_division"),
        ]

    def __str__(self) -> str:
        return f"{self.division_name} {self.month:%Y-%m}"
