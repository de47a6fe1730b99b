"""Background work a person asked for: its scope, progress, result and error in words."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.enums import ALIVE_STATES, JobKind, JobState
from submissions.models.constraints import paired, within


class JobQuerySet(ScopedQuerySet["Job"]):
    """Adjectives that narrow a list of jobs."""

    def alive(self) -> Self:
        """Jobs that wait or run."""
        return self.filter(state__in=ALIVE_STATES)


class Job(models.Model):
    """The same job asked for twice while it is alive is one job: the constraint says so."""

    view_permission = Permission.JOB_VIEW

    kind = models.CharField(_("类别"), max_length=20, choices=JobKind.choices)
    parameters = models.JSONField(_("参数"), default=dict)
    dedupe_key = models.CharField(max_length=64)
    division_code = models.CharField(_("区划"), max_length=12, blank=True, db_collation="C")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("申请人"),
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    message = models.CharField(_("进展"), max_length=200, blank=True)
    result_path = models.CharField(max_length=300, blank=True)
    result_name = models.CharField(_("结果文件"), max_length=200, blank=True)
    error = models.TextField(_("错误"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("申请时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(_("取消时间"), null=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state__in=list(ALIVE_STATES)),
                name="submissions_job_one_alive",
            ),
            within("kind", JobKind),
            within("state", JobState),
            paired("cancel_requested"),
            models.CheckConstraint(
                condition=Q(state__in=list(ALIVE_STATES), finished_at__isnull=True)
                | (~Q(state__in=list(ALIVE_STATES)) & Q(finished_at__isnull=False)),
                name="submissions_job_finished_iff_not_alive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="job_division"),
            models.Index(fields=["state", "id"], name="job_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_alive(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in ALIVE_STATES

    @property
    def percent(self) -> int:
        """Progress in whole per cent."""
        if self.state == JobState.SUCCEEDED:
            return 100
        return self.progress_done * 100 // self.progress_total if self.progress_total else 0

    @property
    def seconds_left(self) -> int | None:
        """How long it will still take at its speed so far; None while nothing can be said."""
        if self.state != JobState.RUNNING or not self.progress_done or self.started_at is None:
            return None
        spent = (timezone.now() - self.started_at).total_seconds()
        left = spent * (self.progress_total - self.progress_done) / self.progress_done
        return max(round(left), 0)
