"""Asking for a summary, computing it part by part, taking it away as a workbook."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import division_get
from submissions.enums import JobKind
from submissions.jobs import job_running, job_start
from submissions.models import CollectionExercise
from submissions.phase_enums import Work
from submissions.phases.open_work import is_work_open
from summaries.arithmetic import Line, Lines, lines_of, merged, total_of
from summaries.definitions import SummaryTable, tables_all
from summaries.enums import APPROVAL_LEVELS, Axis
from summaries.models import SummaryPart, SummaryRun
from summaries.selectors import TOTAL, exercise_current, forms_within, parts_of, row_names


@dataclass(frozen=True)
class SummaryOrder:
    """What a person asks for."""

    table_code: str
    division_code: str
    axis: str
    approval_level: str


@transaction.atomic
def summary_request(*, actor: User, order: SummaryOrder) -> SummaryRun:
    """Start a run; the same one asked for while it is computed is that one.

    What was approved up to this moment counts. Raises `Invalid` and `NotAllowed`.
    """
    table, exercise, division = _checked(order)
    if not actor.has_perm(Permission.SUMMARY_RUN, Place(division.code)):
        raise NotAllowed(_("您不能汇总这个区划。"))
    if not is_work_open(exercise, division.code, {Work.SUMMARY}):
        raise Conflict(
            _("本地区现在没有开放汇总：所属阶段尚未开始或已经结束。"), code="phase_closed"
        )
    job = job_start(
        kind=JobKind.SUMMARY_RUN,
        parameters={
            "exercise": exercise.code,
            "table": table.code,
            "definition": table.content_hash,
            "axis": order.axis,
            "approval_level": order.approval_level,
        },
        actor=actor,
        division_code=division.code,
    )
    run, is_new = SummaryRun.objects.get_or_create(
        job=job,
        defaults={
            "exercise": exercise,
            "table_code": table.code,
            "definition": table.raw,
            "definition_hash": table.content_hash,
            "division_code": division.code,
            "division_name": division.full_name,
            "axis": order.axis,
            "approval_level": order.approval_level,
            "as_of": timezone.now(),
        },
    )
    if is_new:
        audit_record(
            action=AuditAction.SUMMARY_RUN,
            actor=actor,
            subject=run,
            detail={
                "table": table.code,
                "axis": order.axis,
                "approval_level": order.approval_level,
                "as_of": run.as_of.isoformat(),
            },
        )
    return run


def _checked(order: SummaryOrder) -> tuple[SummaryTable, CollectionExercise, Division]:
    table = tables_all().get(order.table_code)
    if table is None:
        raise Invalid(_("没有这张综合表。"), code="unknown_table")
    if order.axis not in table.axes:
        raise Invalid(_("这张表不能这样分组。"), code="unknown_axis")
    exercise = exercise_current(table.exercise)
    if exercise is None:
        raise Invalid(_("没有正在进行的普查。"), code="no_exercise")
    if order.approval_level not in APPROVAL_LEVELS or order.approval_level not in exercise.levels:
        raise Invalid(_("请选择审核层级。"), code="unknown_level")
    division = division_get(order.division_code)
    if division is None:
        raise Invalid(_("没有这个区划代码。"), code="unknown_division")
    if division.level >= DivisionLevel.VILLAGE:
        raise Invalid(_("汇总到乡级为止，请选择乡级以上的区划。"), code="division_too_small")
    return table, exercise, division


def summary_compute(*, job_id: int) -> None:
    """Run the job: one part for each child division, each kept as soon as it is done.

    Safe to run again: finished parts are not computed twice. Stops between parts when the person
    cancels.
    """
    with job_running(job_id) as running:
        run = SummaryRun.objects.select_related("exercise", "job").get(job_id=job_id)
        if run.result is not None:
            return
        table = SummaryTable.from_dict(run.definition)
        parts = parts_of(run)
        done = set(run.parts.values_list("prefix", flat=True))
        for number, (prefix, name) in enumerate(parts.items()):
            running.progress(number, len(parts), _("正在汇总：%(name)s") % {"name": name})
            if prefix not in done:
                _part_compute(run, table, prefix)
        running.progress(len(parts), len(parts), _("正在合计"))
        _finish(run)
        running.progress(len(parts), len(parts))


@transaction.atomic
def _part_compute(run: SummaryRun, table: SummaryTable, prefix: str) -> None:
    """Sum the forms in force of one child division, from one reading of the database."""
    forms = forms_within(run, table, prefix)
    lines = lines_of(forms, table.sums)
    SummaryPart.objects.create(
        run=run, prefix=prefix, lines={key: line.as_dict() for key, line in lines.items()}
    )


@transaction.atomic
def _finish(run: SummaryRun) -> None:
    """Bring the parts together into the result; the parts are not needed any more."""
    lines = merged(run.parts.values_list("lines", flat=True))
    total = lines.pop(TOTAL, Line()) if run.axis == Axis.BASIN else total_of(lines.values())
    result = {"rows": _rows(run, lines), "total": total.as_dict()}
    run.result = result
    run.result_hash = content_hash(result)
    run.computed_at = timezone.now()
    run.save(update_fields=["result", "result_hash", "computed_at"])
    run.parts.all().delete()


def _rows(run: SummaryRun, lines: Lines) -> list[dict[str, Any]]:
    """The rows in order. A division without a form in force is a row of its own, too."""
    shows_empty = run.axis == Axis.DIVISION
    return [
        {"code": code, "name": name, **lines.get(key, Line()).as_dict()}
        for key, (code, name) in row_names(run, lines).items()
        if key in lines or (key and shows_empty)
    ]


def summary_download(*, actor: User, run: SummaryRun) -> SummaryRun:
    """Record that a person takes the workbook away. Raises `Conflict` where there is none yet."""
    if not actor.has_perm(Permission.SUMMARY_RUN, run):
        raise NotAllowed(_("您不能下载这张汇总表。"))
    if run.result is None:
        raise Conflict(_("汇总还没有完成，不能下载。"), code="summary_not_ready")
    audit_record(
        action=AuditAction.SUMMARY_DOWNLOADED,
        actor=actor,
        subject=run,
        detail={"table": run.table_code, "result": run.result_hash},
    )
    return run
