"""Acts by two people, and phases that are open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from registry.models import Division
from submissions.models import CollectionExercise, ExercisePhase, TwoPersonOutcome
from submissions.phase_enums import PhaseMove, TwoPersonKind, Verdict
from submissions.services import (
    deadline_set,
    phase_move,
    phases_plan,
    two_person_decide,
    two_person_request,
)
from tests.people import NATION, account

REASON = "设备故障，两个乡镇未能如期完成"
PLAN = """
phases:
  - {kind: listing, works: [listing], entry: [], exit: [matches_undecided]}
  - {kind: enumeration, works: [filling, review], entry: [], exit: [forms_unfinished]}
  - {kind: review, works: [mending, review], entry: [], exit: [cases_waiting]}
  - {kind: summary, works: [summary], entry: [cases_waiting], exit: []}
"""


def second_of_the_nation() -> User:
    """Another person of the national office."""
    found = User.objects.filter(username="national_second").first()
    nation = Division.objects.get(code=NATION)
    return found or account("national_second", Role.OFFICE, division=nation, full_name="何国办")


def by_two(
    kind: TwoPersonKind, parameters: dict[str, Any], first: User, second: User | None = None
) -> TwoPersonOutcome:
    """Asked for by one, confirmed by another."""
    request = two_person_request(kind=kind, parameters=parameters, reason=REASON, actor=first)
    return two_person_decide(
        request_id=request.pk, verdict=Verdict.APPROVE, actor=second or second_of_the_nation()
    )


def plan(exercise: CollectionExercise, *opened: str, by: User) -> dict[str, ExercisePhase]:
    """Give the exercise four phases, some of them open; by kind."""
    phases = {p.kind: p for p in phases_plan(exercise_id=exercise.pk, actor=by, text=PLAN)}
    for kind in opened:
        phase_move(phase_id=phases[kind].pk, move=PhaseMove.OPEN, actor=by)
    exercise.refresh_from_db()
    return phases


def due_in(phase: ExercisePhase, days: int, *, by: User, area: str = "") -> dt.date:
    """Set a deadline so many days from today (before it, if negative)."""
    day = timezone.localdate() + dt.timedelta(days=days)
    deadline_set(phase_id=phase.pk, area_prefix=area, due_on=day, actor=by)
    return day
