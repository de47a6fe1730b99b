"""Making a dispatch report, by the clock and on demand, and taking its documents away."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import division_get
from submissions.enums import ExerciseStatus
from submissions.models import CollectionExercise
from summaries.dispatch.content import content_of
from summaries.models import DispatchReport, ProgressCount
from summaries.selectors import exercise_current

LEVELS = (DivisionLevel.COUNTRY, DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY)
DIGITS = {0: 0, 1: 2, 2: 4, 3: 6}


def dispatch_make(*, actor: User, division_code: str, month: date) -> DispatchReport:
    """Make a report of a month as the figures are now. Raises `Invalid` and `NotAllowed`."""
    division = division_get(division_code)
    if division is None:
        raise Invalid(_("没有这个区划代码。"), code="unknown_division")
    if division.level not in LEVELS:
        raise Invalid(_("调度通报到县级为止。"), code="division_too_small")
    if month.replace(day=1) > timezone.localdate():
        raise Invalid(_("月份不能晚于本月。"), code="month_ahead")
    exercise = exercise_current()
    if exercise is None:
        raise Invalid(_("没有正在进行的普查。"), code="no_exercise")
    if not actor.has_perm(Permission.SUMMARY_RUN, Place(division.code)):
        raise NotAllowed(_("您不能编制这个区划的调度通报。"))
    return _make(exercise, division, month.replace(day=1), actor)


@transaction.atomic
def _make(
    exercise: CollectionExercise, division: Division, month: date, actor: User | None
) -> DispatchReport:
    now = timezone.now()
    content = content_of(exercise=exercise, division=division, month=month)
    content["as_of"] = now.isoformat()
    report = DispatchReport.objects.create(
        exercise=exercise,
        division_code=division.code,
        division_name=division.full_name,
        month=month,
        as_of=now,
        content=content,
        content_hash=content_hash(content),
        made_at=now,
        made_by=actor,
    )
    audit_record(
        action=AuditAction.DISPATCH_MADE,
        actor=actor,
        subject=report,
        detail={"hash": report.content_hash},
    )
    return report


def dispatches_make_all(*, today: date | None = None) -> int:
    """The clock's: the month before, for every division with forms down to the county.

    Safe to run again: a division that has its report of the month gets no second one.
    """
    today = today or timezone.localdate()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    made = 0
    for exercise in CollectionExercise.objects.filter(status=ExerciseStatus.OPEN):
        done = set(
            DispatchReport.objects.filter(
                exercise=exercise, month=month, made_by__isnull=True
            ).values_list("division_code", flat=True)
        )
        for division in _divisions(exercise):
            if division.code not in done:
                _make(exercise, division, month, None)
                made += 1
    return made


def _divisions(exercise: CollectionExercise) -> list[Division]:
    """The divisions that have forms, from the nation down to the counties."""
    towns = ProgressCount.objects.filter(exercise=exercise, count__gt=0)
    codes = set(towns.values_list("division_code", flat=True).distinct())
    wanted = {code[:digits].ljust(12, "0") for code in codes for digits in DIGITS.values()}
    found = Division.objects.current().filter(code__in=wanted, level__in=LEVELS)
    return list(found.order_by("level", "code"))


def dispatch_download(*, actor: User, report: DispatchReport, file_format: str) -> DispatchReport:
    """Record that a person takes the document away."""
    if not actor.has_perm(Permission.PROGRESS_VIEW, report):
        raise NotAllowed(_("您不能下载这份调度通报。"))
    audit_record(
        action=AuditAction.DISPATCH_DOWNLOADED,
        actor=actor,
        subject=report,
        detail={"hash": report.content_hash, "file": file_format},
    )
    return report
