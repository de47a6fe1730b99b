"""What is open in an area on a day: the phases' newest acts, their deadlines, and extensions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS
from submissions.models import CollectionExercise, ExercisePhase, PhaseAct, PhaseDeadline
from submissions.phase_enums import WORKS_WITH_A_DEADLINE, PhaseMove, Work


@dataclass(frozen=True)
class PhaseHere:
    """A phase as it stands in one place."""

    phase: ExercisePhase
    act: PhaseAct | None
    deadline: PhaseDeadline | None

    @property
    def is_open(self) -> bool:
        """Begun, and not ended since."""
        return self.act is not None and self.act.move == PhaseMove.OPEN

    @property
    def has_begun(self) -> bool:
        """Open now, or at some time before."""
        return self.act is not None

    def is_extended(self, on: date) -> bool:
        """More time was granted here, and it lasts: that outlives the end of the phase."""
        return (
            self.deadline is not None
            and self.deadline.extension_id is not None
            and self.deadline.due_on >= on
        )

    def works_open(self, on: date) -> frozenset[Work]:
        """The works this phase opens in the place on a day."""
        works = frozenset(Work(work) for work in self.phase.works)
        if not self.is_open:
            extended = self.has_begun and self.is_extended(on)
            return works & WORKS_WITH_A_DEADLINE if extended else frozenset()
        is_late = self.deadline is not None and self.deadline.due_on < on
        return works - WORKS_WITH_A_DEADLINE if is_late else works


def prefixes_of(division_code: str) -> list[str]:
    """Every area that a code of 2 to 12 digits, or the nation's, lies in, the nation first."""
    digits = division_code.rstrip("0") if set(division_code) == {"0"} else division_code
    lengths = [length for length in PREFIX_LENGTHS.values() if length <= len(digits)]
    return list(dict.fromkeys(digits[:length] for length in lengths))


def phases_here(exercise: CollectionExercise, division_code: str) -> list[PhaseHere]:
    """Every phase of an exercise as it stands in one place. Three queries."""
    if not exercise.has_phases:
        return []
    areas = prefixes_of(division_code)
    phases = list(exercise.phases.all())
    acts = _newest(PhaseAct.objects.filter(phase__in=phases, area_prefix__in=areas))
    deadlines = _nearest(PhaseDeadline.objects.filter(phase__in=phases, area_prefix__in=areas))
    return [PhaseHere(one, acts.get(one.pk), deadlines.get(one.pk)) for one in phases]


def _newest(acts: Iterable[PhaseAct]) -> dict[int, PhaseAct]:
    return {act.phase_id: act for act in sorted(acts, key=lambda act: act.pk)}


def _nearest(deadlines: Iterable[PhaseDeadline]) -> dict[int, PhaseDeadline]:
    """By phase: of the nearest area, and there the newest."""
    order = sorted(deadlines, key=lambda line: (len(line.area_prefix), line.pk))
    return {deadline.phase_id: deadline for deadline in order}


def works_open(
    exercise: CollectionExercise, division_code: str, on: date | None = None
) -> frozenset[Work]:
    """What may be done in a place today. Every work, and no query, in an exercise without phases."""
    if not exercise.has_phases:
        return frozenset(Work)
    day = on or timezone.localdate()
    return frozenset().union(*(one.works_open(day) for one in phases_here(exercise, division_code)))


def is_work_open(exercise: CollectionExercise, division_code: str, works: Collection[Work]) -> bool:
    """Whether one of these works may be done in a place today."""
    return not works_open(exercise, division_code).isdisjoint(works)
