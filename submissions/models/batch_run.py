"""A run of every rule over a division's answers, its parts, and what each rule found where."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.exercise import CollectionExercise
from submissions.models.job import Job


class BatchRunQuerySet(ScopedQuerySet["BatchRun"]):
    """Runs inside a jurisdiction."""


class BatchRun(models.Model):
    """One run over one snapshot. It is complete when every part is done and every rule has run."""

    view_permission = Permission.FINDING_REPORT_VIEW

    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    facts_at = models.DateTimeField(_("数据时点"))
    facts_sequence = models.PositiveIntegerField()
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    # rules of parts that did not run: while there is one, nothing may be released on this run
    unfinished_count = models.PositiveIntegerField(_("未能执行"), default=0)

    objects = BatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("批量审核")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            # the newest run over a division
            models.Index(fields=["division_code", "-id"], name="batchrun_division"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.pk}"

    @property
    def is_complete(self) -> bool:
        """Whether every rule has run over everything."""
        return self.finished_at is not None and self.unfinished_count == 0


class BatchPart(models.Model):
    """One province of a run; `province` 00 compares units over the whole division of the run."""

    run = models.ForeignKey(BatchRun, on_delete=models.PROTECT, related_name="parts")
    province = models.CharField(max_length=2, db_collation="C")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    file = models.CharField(max_length=200, blank=True)
    case_count = models.PositiveIntegerField(_("普查表"), default=0)
    finished_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("批量审核的分省任务")
        ordering: ClassVar = ["province"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "province"], name="submissions_batchpart_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.province}"


class BatchRuleResult(models.Model):
    """What one rule did in one part: how often it was judged, what it found, what that took."""

    part = models.ForeignKey(BatchPart, on_delete=models.PROTECT, related_name="results")
    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    rule_id = models.CharField(_("审核关系"), max_length=80, db_collation="C")
    kind = models.CharField(_("类别"), max_length=16)
    severity = models.CharField(_("级别"), max_length=4)
    judged = models.PositiveIntegerField(_("判断"))
    found = models.PositiveIntegerField(_("不符"))
    new = models.PositiveIntegerField(_("新增"))
    gone = models.PositiveIntegerField(_("消除"))
    milliseconds = models.FloatField(_("用时"))
    error = models.TextField(_("未能执行的原因"), blank=True)

    class Meta:
        verbose_name = _("批量审核结果")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["part", "form_code", "rule_id", "kind"],
                name="submissions_batchresult_once",
            ),
            models.CheckConstraint(
                condition=Q(new__lte=models.F("found")), name="submissions_batchresult_new_of_found"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.found}"


class BatchDivisionCountQuerySet(ScopedQuerySet["BatchDivisionCount"]):
    """Counts inside a jurisdiction."""


class BatchDivisionCount(models.Model):
    """Findings of a rule in one county: the part of a result that a reviewer is shown first."""

    view_permission = Permission.FINDING_REPORT_VIEW

    result = models.ForeignKey(BatchRuleResult, on_delete=models.PROTECT, related_name="divisions")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    found = models.PositiveIntegerField(_("不符"))
    new = models.PositiveIntegerField(_("新增"))

    objects = BatchDivisionCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("分县批量审核结果")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["result", "division_code"], name="submissions_batchdivision_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "result"], name="batchdivision_place"),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.found}"
