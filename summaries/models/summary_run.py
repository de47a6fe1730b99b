"""One run of a summary table: what was asked, as of when, and what came out."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise, Job
from submissions.models.constraints import within
from summaries.enums import Axis


class SummaryRunQuerySet(ScopedQuerySet["SummaryRun"]):
    """Runs inside a jurisdiction."""


class SummaryRun(models.Model):
    """The definition is kept with the run, so that a result stays readable when tables change.

    `as_of` is the moment of the request: a decision made later does not count, however long the
    run takes.
    """

    view_permission = Permission.SUMMARY_RUN

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="summary_run")
    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="summary_runs"
    )
    table_code = models.CharField(_("表号"), max_length=20)
    definition = models.JSONField()
    definition_hash = models.CharField(_("表定义摘要"), max_length=64)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    axis = models.CharField(_("分组"), max_length=20, choices=Axis.choices)
    approval_level = models.CharField(_("审核层级"), max_length=12, choices=Level.choices)
    as_of = models.DateTimeField(_("数据截至"))
    result = models.JSONField(null=True)
    result_hash = models.CharField(_("结果摘要"), max_length=64, blank=True)
    computed_at = models.DateTimeField(_("完成时间"), null=True)

    objects = SummaryRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("汇总")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("axis", Axis),
            within("approval_level", Level),
            models.CheckConstraint(
                condition=Q(result__isnull=True, computed_at__isnull=True, result_hash="")
                | (Q(result__isnull=False, computed_at__isnull=False) & ~Q(result_hash="")),
                name="summaries_summaryrun_result_and_moment_together",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="summaryrun_division"),
        ]

    def __str__(self) -> str:
        return f"{self.table_code} {self.division_code} #{self.pk}"
