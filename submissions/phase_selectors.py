"""Reading the course of an exercise for the pages: phases in an area, extensions, requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.models import User
from accounts.scopes import Jurisdiction, Place
from registry.selectors import division_name
from submissions.enums import ExerciseStatus
from submissions.models import (
    CalendarDay,
    CollectionExercise,
    DeadlineExtension,
    ExercisePhase,
    PhaseAct,
    PhaseDeadline,
    TwoPersonRequest,
)
from submissions.models.two_person import TwoPersonRequestQuerySet
from submissions.phase_criteria import Figure, criteria_of, figures_of
from submissions.phase_enums import ExerciseKind, PhaseMove, Verdict, Work
from submissions.phases.calendar import workdays_between
from submissions.phases.open_work import PhaseHere, phases_here

PROVINCE_DIGITS = PREFIX_LENGTHS[1]
LIST_AT_MOST = 200


def exercise_shown(code: str = "") -> CollectionExercise | None:
    """The exercise with this code; else the newest real one that runs, else the newest that runs."""
    exercises = CollectionExercise.objects.order_by("-pk")
    if code:
        return exercises.filter(code=code).first()
    running = exercises.filter(status=ExerciseStatus.OPEN)
    return running.filter(kind=ExerciseKind.REAL).first() or running.first() or exercises.first()


def phase_get(pk: int) -> ExercisePhase | None:
    """One phase with its exercise."""
    return ExercisePhase.objects.select_related("exercise").filter(pk=pk).first()


def calendar_entered(since: date) -> list[CalendarDay]:
    """The days an office has entered, from a day on."""
    return list(CalendarDay.objects.filter(day__gte=since)[:LIST_AT_MOST])


def exercises_all() -> list[CollectionExercise]:
    """Every exercise, newest first."""
    return list(CollectionExercise.objects.order_by("-pk"))


def own_areas_of(actor: User, permission: Permission) -> list[str]:
    """The prefixes of the jurisdictions in which the person holds a permission, widest first."""
    scopes = actor.scopes_for(permission)
    return sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)


def area_name(prefix: str) -> str:
    """The division's name; the nation's for no digits."""
    return division_name(prefix.ljust(12, "0")) or prefix


@dataclass(frozen=True)
class PhaseLine:
    """One phase on the page."""

    here: PhaseHere
    works: list[str]
    figures: list[Figure]
    workdays_left: int | None
    may_open: bool
    may_close: bool
    is_repeated: bool

    @property
    def is_met(self) -> bool:
        """Every criterion of the next move holds."""
        return all(figure.is_met for figure in self.figures)


def phase_lines(actor: User, exercise: CollectionExercise, area: str) -> list[PhaseLine]:
    """Each phase in an area with the figures of its next move, for those who oversee the area."""
    today = timezone.localdate()
    oversees = actor.has_perm(Permission.PROGRESS_VIEW, Place(area))
    national = actor.has_perm(Permission.PHASE_MANAGE, Place(""))
    own = actor.has_perm(Permission.PHASE_MANAGE, Place(area))
    is_whole = len(area) in {0, PROVINCE_DIGITS}
    lines = []
    for here in phases_here(exercise, area):
        names = criteria_of(here.phase, closing=here.is_open)
        due = here.deadline.due_on if here.deadline else None
        lines.append(
            PhaseLine(
                here=here,
                works=[str(Work(work).label) for work in here.phase.works],
                figures=figures_of(names, exercise, area) if oversees else [],
                workdays_left=workdays_between(today, due) if due else None,
                may_open=national and is_whole and not here.is_open,
                may_close=own and is_whole and here.is_open,
                is_repeated=here.has_begun,
            )
        )
    return lines


def phase_acts(exercise: CollectionExercise) -> list[PhaseAct]:
    """What was opened and closed, newest first."""
    acts = PhaseAct.objects.filter(phase__exercise=exercise).select_related(
        "phase", "acted_by", "agreed__requested_by"
    )
    return list(acts.order_by("-pk")[:LIST_AT_MOST])


def deadlines_seen(actor: User, exercise: CollectionExercise) -> list[PhaseDeadline]:
    """The deadlines in force that bind the person's areas or lie in them, by phase and area."""
    prefixes = own_areas_of(actor, Permission.CASE_VIEW)
    newest: dict[tuple[int, str], PhaseDeadline] = {}
    rows = PhaseDeadline.objects.filter(phase__exercise=exercise).select_related(
        "phase", "set_by", "extension"
    )
    for row in rows.order_by("pk"):
        if any(
            row.area_prefix.startswith(own) or own.startswith(row.area_prefix) for own in prefixes
        ):
            newest[row.phase_id, row.area_prefix] = row
    return sorted(newest.values(), key=lambda row: (row.phase.position, row.area_prefix))


def extensions_seen(actor: User) -> list[DeadlineExtension]:
    """Requests of the own jurisdiction, those that wait first."""
    seen = DeadlineExtension.objects.visible_to(actor).select_related(
        "phase__exercise", "requested_by", "decision__decided_by"
    )
    rows = list(seen.order_by("-pk")[:LIST_AT_MOST])
    return sorted(rows, key=lambda row: hasattr(row, "decision"))


def requests_seen(actor: User) -> TwoPersonRequestQuerySet:
    """Requests for acts that need two people, of the own jurisdiction; the nation's for the nation."""
    seen = TwoPersonRequest.objects.visible_to(actor)
    return seen.select_related("requested_by", "outcome__decided_by").order_by("-pk")


def request_state(request: TwoPersonRequest, on: date) -> str:
    """`waiting`, `lapsed`, or the verdict."""
    if hasattr(request, "outcome"):
        return Verdict(request.outcome.verdict).value
    return "lapsed" if request.expires_on < on else "waiting"


def move_of(text: str) -> PhaseMove | None:
    """The move a form names; None for anything else."""
    return PhaseMove(text) if text in PhaseMove.values else None
