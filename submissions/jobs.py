"""Background work: one row a job, which the page reads and the worker writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app, current_task
from celery.exceptions import Ignore
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing, NotAllowed, Refusal
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from submissions.enums import ALIVE_STATES, JobKind, JobState
from submissions.models import Job

# Tasks by name: the worker knows them, this layer does not import them.
JOB_TASKS: dict[JobKind, str] = {
    JobKind.FRAME_LOAD: "submissions.tasks.frame_load_run",
    JobKind.LIST_SCREEN: "submissions.tasks.list_screen_run",
    JobKind.REGISTER_FREEZE: "submissions.tasks.register_freeze_run",
    JobKind.DIVISION_CHANGE: "submissions.tasks.division_change_run",
    JobKind.BULK_REVIEW: "review.tasks.bulk_review_run",
    JobKind.INTERFERENCE_SCAN: "review.tasks.interference_scan_run",
    JobKind.QUALITY_FRAME: "review.tasks.quality_frame_run",
    JobKind.LOT_RETURN: "review.tasks.lot_return_run",
    JobKind.SUMMARY_RUN: "summaries.tasks.summary_run",
    JobKind.DATA_EXPORT: "summaries.tasks.data_export_run",
    JobKind.SUMMARY_RELEASE: "summaries.tasks.release_run",
    JobKind.SUMMARY_PUBLISH: "summaries.tasks.publication_run",
    JobKind.ACCOUNTING_IMPACT: "submissions.tasks.accounting_impact_run",
    JobKind.ACCOUNTING_APPLY: "submissions.tasks.accounting_apply_run",
    JobKind.CROSS_CHECK: "submissions.tasks.cross_check_run",
    JobKind.CHANGE_IMPACT: "submissions.tasks.change_impact_run",
    JobKind.CASES_CLOSE: "submissions.tasks.cases_close_run",
    JobKind.TRAINING_RESET: "submissions.tasks.training_reset_run",
    JobKind.CHANGE_APPLY: "submissions.tasks.change_apply_run",
    JobKind.LOCAL_APPLY: "submissions.tasks.change_apply_run",
    JobKind.AUDIT_EXPORT: "submissions.tasks.audit_export_run",
    JobKind.FACT_SNAPSHOT: "submissions.tasks.fact_snapshot_run",
    JobKind.BATCH_EDITING: "submissions.tasks.batch_part_run",
}
JOB_PERMISSIONS: dict[JobKind, Permission] = {
    JobKind.FRAME_LOAD: Permission.FRAME_LOAD,
    JobKind.LIST_SCREEN: Permission.FRAME_LOAD,
    JobKind.REGISTER_FREEZE: Permission.REGISTER_FREEZE,
    JobKind.DIVISION_CHANGE: Permission.DIVISION_CHANGE,
    JobKind.BULK_REVIEW: Permission.CASE_REVIEW,
    JobKind.INTERFERENCE_SCAN: Permission.INTERFERENCE_VIEW,
    JobKind.QUALITY_FRAME: Permission.QUALITY_DRAW,
    JobKind.LOT_RETURN: Permission.QUALITY_DRAW,
    JobKind.SUMMARY_RUN: Permission.SUMMARY_RUN,
    JobKind.DATA_EXPORT: Permission.DATA_EXPORT,
    JobKind.SUMMARY_RELEASE: Permission.SUMMARY_RELEASE,
    JobKind.SUMMARY_PUBLISH: Permission.SUMMARY_RELEASE,
    JobKind.ACCOUNTING_IMPACT: Permission.COEFFICIENT_PUBLISH,
    JobKind.ACCOUNTING_APPLY: Permission.COEFFICIENT_PUBLISH,
    JobKind.CROSS_CHECK: Permission.FINDING_REPORT_VIEW,
    JobKind.CHANGE_IMPACT: Permission.INSTRUMENT_PUBLISH,
    JobKind.CASES_CLOSE: Permission.CASE_CLOSE,
    JobKind.TRAINING_RESET: Permission.PHASE_MANAGE,
    JobKind.CHANGE_APPLY: Permission.INSTRUMENT_PUBLISH,
    JobKind.LOCAL_APPLY: Permission.INSTRUMENT_EXTEND,
    JobKind.AUDIT_EXPORT: Permission.AUDIT_VIEW,
    JobKind.FACT_SNAPSHOT: Permission.SUMMARY_RUN,
    JobKind.BATCH_EDITING: Permission.FINDING_REPORT_VIEW,
}
# A worker that has not written for so long is taken for dead when its task comes again.
SILENT_AFTER = timedelta(minutes=2)
# A task that has ended so many workers is not handed to the next one.
ATTEMPTS_AT_MOST = 5
# A job still alive after this is dead for good and does not block the next one of its kind.
GIVEN_UP_AFTER = timedelta(hours=6)


class JobCancelled(Exception):
    """The person asked for the job to stop; raised out of `progress`."""


class JobIsElsewhere(Ignore):
    """It has ended, or another worker is at it: this delivery has nothing to do."""


def job_start(*, kind: JobKind, parameters: dict[str, Any], actor: User, division_code: str) -> Job:
    """Ask for a job. The same job asked for while one is alive is that one. Raises `NotAllowed`."""
    job = Job(
        kind=kind,
        parameters=parameters,
        dedupe_key=content_hash([str(kind), parameters, division_code]),
        division_code=division_code,
        requested_by=actor,
        created_at=timezone.now(),
    )
    if not actor.has_perm(JOB_PERMISSIONS[kind], job):
        raise NotAllowed(_("您不能在这个区划启动此项任务。"))
    _bury(job.dedupe_key)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            audit_record(
                action=AuditAction.JOB_STARTED,
                actor=actor,
                subject=job,
                detail={"kind": str(kind), "parameters": parameters},
            )
            transaction.on_commit(lambda: job_send(job))
    except IntegrityError:
        alive = Job.objects.filter(dedupe_key=job.dedupe_key).alive().first()
        if alive is None:
            raise
        return alive
    return job


def job_send(job: Job) -> None:
    """Put the job's task into the queue; without a queue the job ends with a sentence."""
    try:
        current_app.signature(JOB_TASKS[JobKind(job.kind)], args=[job.pk]).apply_async()
    except OperationalError:
        _finish(job, JobState.FAILED, error=_("任务队列暂时不可用，请稍后重新启动任务。"))


def _bury(dedupe_key: str) -> None:
    """End a job of this key whose worker is long gone."""
    Job.objects.filter(
        dedupe_key=dedupe_key, created_at__lt=timezone.now() - GIVEN_UP_AFTER
    ).alive().update(
        state=JobState.FAILED,
        finished_at=timezone.now(),
        error=_("任务长时间没有进展，已终止。"),
    )


@transaction.atomic
def job_cancel(*, job_id: int, actor: User) -> Job:
    """Ask a job to stop: at once if it waits, at its next step if it runs.

    Raises `NotAllowed` for whoever could not have started it, `Conflict` where it has ended.
    """
    job = Job.objects.select_for_update(no_key=True).filter(pk=job_id).first()
    if job is None:
        raise Missing(_("没有这个任务。"))
    if job.requested_by_id != actor.pk and not actor.has_perm(
        JOB_PERMISSIONS[JobKind(job.kind)], job
    ):
        raise NotAllowed(_("只有启动任务的人或有同样权限的人可以取消。"))
    if not job.is_alive:
        raise Conflict(_("任务已经结束。"), code="job_ended")
    if job.cancel_requested_at is None:
        job.cancel_requested_at, job.cancel_requested_by = timezone.now(), actor
        if job.state == JobState.QUEUED:
            job.state, job.finished_at = JobState.CANCELLED, timezone.now()
        job.save()
        audit_record(action=AuditAction.JOB_CANCELLED, actor=actor, subject=job)
    return job


def queue_position(job: Job) -> int:
    """How many jobs are before this one; 0 when it runs or has ended."""
    if job.state != JobState.QUEUED:
        return 0
    return Job.objects.filter(pk__lt=job.pk).alive().count()


@dataclass
class RunningJob:
    """What a task holds while it works. Progress is written outside the task's transaction."""

    job: Job
    result_path: str = ""
    result_name: str = ""

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Write how far it is; raises `JobCancelled` where the person asked to stop.

        Written over a connection of its own, so that the page sees it while the work's own
        transaction is still open.
        """
        cancelled = _write(
            "UPDATE submissions_job SET progress_done = %s, progress_total = %s, message = %s, "
            "heartbeat_at = now() WHERE id = %s RETURNING cancel_requested_at IS NOT NULL",
            [done, total, message[:200], self.job.pk],
        )
        if cancelled:
            raise JobCancelled


def _write(sql: str, parameters: list[Any]) -> bool:
    """Run one statement on a second connection when a transaction is open on the first."""
    default = connections["default"]
    if not default.in_atomic_block:
        with default.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        return bool(row and row[0])
    beside = default.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        return bool(row and row[0])
    finally:
        beside.close()


@contextmanager
def job_running(job_id: int) -> Iterator[RunningJob]:
    """Run a job's work: state, times, error in words. Safe when the task is delivered twice.

    The body may raise `JobCancelled` (through `progress`) or a `Refusal`; both end the job with a
    sentence. Any other exception ends it too and is raised on, so that it reaches the log.
    """
    running = _begin(job_id)
    job = running.job
    try:
        yield running
    except JobCancelled:
        _finish(job, JobState.CANCELLED)
    except Refusal as refusal:
        _finish(job, JobState.FAILED, error=refusal.message)
    except Exception:
        _finish(job, JobState.FAILED, error=_("任务因程序错误中断，管理员可在日志中查到原因。"))
        raise
    else:
        job.result_path, job.result_name = running.result_path, running.result_name
        _finish(job, JobState.SUCCEEDED)


def _begin(job_id: int) -> RunningJob:
    """Take the job, unless another worker has it, it was cancelled, or it has ended too many."""
    job = _claim(job_id)
    if job is None:
        if current_task:  # the first worker may have died a moment ago: look again later
            raise current_task.retry(countdown=SILENT_AFTER.total_seconds() / 4, max_retries=20)
        raise JobIsElsewhere
    if job.attempts > ATTEMPTS_AT_MOST:
        _finish(job, JobState.FAILED, error=_("任务多次使后台进程中断，已终止，请检查文件后重试。"))
        raise JobIsElsewhere
    running = RunningJob(job)
    try:
        running.progress(0, 0)
    except JobCancelled:  # cancelled while its first worker was dying: there is nothing to yield to
        _finish(job, JobState.CANCELLED)
        raise JobIsElsewhere from None
    return running


@transaction.atomic
def _claim(job_id: int) -> Job | None:
    """Take the job; None while another worker gives signs of life at it. Raises `JobIsElsewhere`.

    A redelivered task takes over only from a worker that has gone silent.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    now = timezone.now()
    if not job.is_alive:
        raise JobIsElsewhere
    if job.state == JobState.RUNNING and job.heartbeat_at and job.heartbeat_at > now - SILENT_AFTER:
        return None
    job.state = JobState.RUNNING
    job.started_at = job.started_at or now
    job.heartbeat_at = now
    job.attempts += 1
    job.save(update_fields=["state", "started_at", "heartbeat_at", "attempts"])
    return job


def _finish(job: Job, state: JobState, *, error: str = "") -> None:
    Job.objects.filter(pk=job.pk, state__in=ALIVE_STATES).update(
        state=state,
        finished_at=timezone.now(),
        error=error,
        result_path=job.result_path,
        result_name=job.result_name,
    )
