"""Setting how many workdays each level has for a form, and which days are workdays."""

import re
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.models import Case, CollectionExercise
from submissions.models.case import NO_REVIEW_LIMIT
from submissions.review_times import review_due_on

DAYS_AT_MOST = 250
DATES_AT_MOST = 200
NATION = "0" * 12


@transaction.atomic
def review_times_set(
    *,
    exercise_id: int,
    actor: User,
    days: Mapping[str, str],
    days_off: str,
    extra_workdays: str,
) -> CollectionExercise:
    """Set the time limits of an exercise, as typed. The national office's.

    Cases that wait keep the day they were given where their level keeps its time, so that nobody
    becomes overdue backwards; where a level's time changes, they are given a day anew from their
    arrival. Raises `NotAllowed`, `Missing`, or `Invalid` at the field.
    """
    if not actor.has_perm(Permission.INSTRUMENT_PUBLISH, Place(NATION)):
        raise NotAllowed(_("审核时限由国家普查办设定。"))
    exercise = CollectionExercise.objects.select_for_update().filter(pk=exercise_id).first()
    if exercise is None:
        raise Missing(_("没有这个普查阶段。"))
    before = dict(exercise.review_days)
    exercise.review_days = _days_read(exercise, days)
    exercise.days_off = _dates_read(days_off, "days_off")
    exercise.extra_workdays = _dates_read(extra_workdays, "extra_workdays")
    exercise.save(update_fields=["review_days", "days_off", "extra_workdays"])
    audit_record(
        action=AuditAction.REVIEW_TIMES_SET,
        actor=actor,
        subject=exercise,
        division_code=NATION,
        detail={"before": before, "after": exercise.review_days},
    )
    for level in exercise.levels:
        if before.get(level) != exercise.review_days.get(level):
            _give_anew(exercise, level)
    return exercise


def _give_anew(exercise: CollectionExercise, level: str) -> None:
    """New days for the cases that wait at a level: one update for each day of arrival."""
    waiting = Case.objects.waiting_at(level).filter(exercise=exercise)
    if level not in exercise.review_days:
        waiting.update(review_due_on=NO_REVIEW_LIMIT)
        return
    for arrived in waiting.datetimes("status_changed_at", "day"):
        due = review_due_on(exercise, level, arrived)
        waiting.filter(status_changed_at__date=arrived.date()).update(review_due_on=due)


def _days_read(exercise: CollectionExercise, days: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for level in exercise.levels:
        text = days.get(level, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:9]) <= DAYS_AT_MOST:
            raise Invalid(
                _("%(level)s：请填 1 到 %(most)d 的整数，不限时的留空。")
                % {"level": Level(level).label, "most": DAYS_AT_MOST},
                code="days_wrong",
                cell=f"days-{level}",
            )
        found[str(level)] = int(text)
    return found


def _dates_read(text: str, cell: str) -> list[date]:
    """Dates between blanks, commas or line breaks."""
    found = set()
    for word in re.split(r"[\s,\u3001\uff0c;\uff1b]+", text.strip()):
        if not word:
            continue
        try:
            day = parse_date(word)
        except ValueError:
            day = None
        if day is None:
            raise Invalid(
                _("“%(text)s”不是日期，请写成 2018-10-01 的样子。") % {"text": word[:20]},
                code="date_wrong",
                cell=cell,
            )
        found.add(day)
    if len(found) > DATES_AT_MOST:
        raise Invalid(
            _("最多 %(most)d 个日期。") % {"most": DATES_AT_MOST}, code="dates_many", cell=cell
        )
    return sorted(found)
