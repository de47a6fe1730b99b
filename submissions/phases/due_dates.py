"""The day a form is due: its area's deadline where the exercise has phases, else its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone

from submissions.models import Case, CollectionExercise, ExercisePhase, PhaseAct, PhaseDeadline
from submissions.phases.open_work import PhaseHere, prefixes_of
from submissions.policies import filling_works


class DueDates:
    """The phases of some exercises, with acts and deadlines over some places. Three queries."""

    def __init__(self, exercises: Iterable[CollectionExercise], places: Iterable[str]) -> None:
        keys = {exercise.pk for exercise in exercises if exercise.has_phases}
        areas = {prefix for place in set(places) for prefix in prefixes_of(place)} if keys else []
        self._phases: dict[int, list[ExercisePhase]] = {}
        self._acts: dict[tuple[int, str], PhaseAct] = {}
        self._deadlines: dict[tuple[int, str], PhaseDeadline] = {}
        if not keys:
            return
        for phase in ExercisePhase.objects.filter(exercise__in=keys):
            self._phases.setdefault(phase.exercise_id, []).append(phase)
        inside = {"phase__exercise__in": keys, "area_prefix__in": areas}
        for act in PhaseAct.objects.filter(**inside).order_by("pk"):
            self._acts[act.phase_id, act.area_prefix] = act
        for deadline in PhaseDeadline.objects.filter(**inside).order_by("pk"):
            self._deadlines[deadline.phase_id, deadline.area_prefix] = deadline

    def here(self, exercise_id: int, place: str) -> list[PhaseHere]:
        """The phases as they stand in a place. No query."""
        areas = prefixes_of(place)
        found = []
        for phase in self._phases.get(exercise_id, []):
            acts = [self._acts[key] for area in areas if (key := (phase.pk, area)) in self._acts]
            near = [a for area in areas if (a := self._deadlines.get((phase.pk, area)))]
            newest = max(acts, key=lambda act: act.pk, default=None)
            found.append(PhaseHere(phase, newest, near[-1] if near else None))
        return found

    def due_on(self, case: Case) -> date | None:
        """The last day on which this form may be filled, as far as it is known. No query."""
        if not case.exercise.has_phases:
            return case.due_on
        works, today = filling_works(case), timezone.localdate()
        days: list[date] = []
        for here in self.here(case.exercise_id, case.division_code):
            is_over = here.has_begun and not here.is_open and not here.is_extended(today)
            if works.isdisjoint(here.phase.works) or is_over:
                continue
            if here.deadline is not None:
                days.append(here.deadline.due_on)
            elif here.is_open:
                return None  # open for as long as the phase is
        return max(days, default=None)


def with_due_dates(cases: Sequence[Case]) -> Sequence[Case]:
    """The same cases, `due_on` being the day that holds in their area today; nothing is saved.

    Three queries, none where no exercise has phases. `exercise` must be loaded.
    """
    dates = DueDates((c.exercise for c in cases), (c.division_code for c in cases))
    for case in cases:
        case.due_on = dates.due_on(case)
    return cases


def closed_for_filling(cases: Sequence[Case]) -> set[int]:
    """The keys of those that no phase lets anybody fill today. Three queries or none."""
    dates = DueDates((c.exercise for c in cases), (c.division_code for c in cases))
    today = timezone.localdate()
    closed = set()
    for case in cases:
        if not case.exercise.has_phases or case.correction_id is not None:
            continue
        here = dates.here(case.exercise_id, case.division_code)
        if not any(one.works_open(today) & filling_works(case) for one in here):
            closed.add(case.pk)
    return closed
