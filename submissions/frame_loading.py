"""The background job that loads an uploaded list of units and opens the forms they owe."""

from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.models import User
from registry.frame.report import LoadReport
from registry.frame.workbooks import error_workbook
from registry.models import Unit
from registry.services.frame import frame_load
from submissions.enums import ExerciseStatus
from submissions.jobs import RunningJob, job_running
from submissions.models import Case, CollectionExercise
from submissions.services.opening_many import cases_open_many

CHUNK = 500


def frame_load_job(job_id: int) -> None:
    """Run the job. Parameters: `path` (below MEDIA_ROOT), `name`, `dry_run`.

    Safe to run again: loading the same list changes nothing, and only units without cases get them.
    """
    with job_running(job_id) as running:
        parameters = running.job.parameters
        report = frame_load(
            path=Path(settings.MEDIA_ROOT) / parameters["path"],
            actor=running.job.requested_by,
            dry_run=parameters["dry_run"],
            progress=lambda done, total: running.progress(done, total, _("正在核对名录")),
        )
        if not report.is_dry_run:
            cases_open_waiting(running)
        _keep_refused_rows(running, report)
        running.progress(report.total, report.total, report_sentence(report))


def units_without_cases(actor: User | None) -> list[int]:
    """Units of the actor's jurisdiction that have no case in a running exercise."""
    units = Unit.objects.all()
    if actor is not None:
        units = units.visible_to(actor, Permission.FRAME_LOAD)
    running = CollectionExercise.objects.filter(status=ExerciseStatus.OPEN)
    has_case = Case.objects.filter(unit=OuterRef("pk"), exercise__in=running)
    return list(units.filter(~Exists(has_case)).order_by("pk").values_list("pk", flat=True))


def cases_open_waiting(running: RunningJob) -> None:
    """Open the forms of every unit of the jurisdiction that has none yet."""
    waiting = units_without_cases(running.job.requested_by)
    for start in range(0, len(waiting), CHUNK):
        running.progress(start, len(waiting), _("正在下达普查表"))
        cases_open_many(unit_ids=waiting[start : start + CHUNK], actor=running.job.requested_by)


def _keep_refused_rows(running: RunningJob, report: LoadReport) -> None:
    if not report.refused:
        return
    path = Path("jobs") / str(running.job.pk) / "refused.xlsx"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    error_workbook(report, whole)
    running.result_path = str(path)
    running.result_name = _("未导入的行_%(name)s.xlsx") % {
        "name": Path(running.job.parameters["name"]).stem
    }


def report_sentence(report: LoadReport) -> str:
    """Every row accounted for, in one sentence."""
    sentence = _(
        "共 %(total)d 行：新登记 %(created)d，无变化 %(unchanged)d，未导入 %(refused)d。"
    ) % {
        "total": report.total,
        "created": report.created,
        "unchanged": report.unchanged,
        "refused": report.refused,
    }
    return _("试运行，未写入。") + sentence if report.is_dry_run else sentence
