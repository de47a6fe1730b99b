"""The figures of a division and of the divisions below it.

Registered units and the states of forms come from counters that triggers keep, at any level. What
no counter can hold exactly (who works where today, findings, days of waiting) is counted from the
rows in a province and below, and kept for some minutes for the nation: each with its own moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left
from django.utils import timezone

from accounts.enums import Level, Permission
from accounts.models import User
from registry.counts import register_of, within
from registry.listing import assigned_condition
from registry.models import Division, Unit
from registry.selectors import division_get, divisions_below
from submissions.case_filters import AGE_BUCKETS, LONG, age_condition
from submissions.enums import ExerciseStatus, Severity
from submissions.models import Case, CollectionExercise, EditFailure
from submissions.models.case import CaseQuerySet
from submissions.models.edit_failure import EditFailureQuerySet
from submissions.selectors import cases_within
from summaries.enums import ProgressState
from summaries.progress import DIGITS_OF_A_TOWN, Counts, progress_of

T = TypeVar("T")
KEPT_SECONDS = 3600  # of a nation's batch; beat counts it anew every ten minutes
ELSEWHERE = ""
NATION = "0" * 12


@dataclass(frozen=True)
class Batch:
    """Numbers by the prefix of a child (blank: in no child), of one moment."""

    at: datetime
    numbers: Mapping[str, Mapping[str, int]]

    def of(self, prefix: str, name: str) -> int:
        """One number."""
        return self.numbers.get(prefix, {}).get(name, 0)

    def total(self, name: str) -> int:
        """The sum over all places."""
        return sum(numbers.get(name, 0) for numbers in self.numbers.values())


@dataclass(frozen=True)
class PlaceFigures:
    """The figures of one division; no division: what lies in none of the children."""

    division: Division | None
    name: str
    prefix: str
    numbers: Mapping[str, int]
    counts: Counts = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.numbers.get(name, 0)


@dataclass(frozen=True)
class Dashboard:
    """A division's figures, its children's, and the moments they are true for."""

    exercise: CollectionExercise
    division: Division
    form_code: str
    total: PlaceFigures
    rows: Sequence[PlaceFigures]
    at: datetime  # of the counters
    batch_at: datetime  # of what is counted from rows
    levels: Sequence[Level]


def dashboard_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> Dashboard:
    """The figures as they are now. About a dozen queries, whatever the number of units."""
    at = timezone.now()
    progress = progress_of(actor=actor, exercise=exercise, division=division, form_code=form_code)
    register = register_of(actor=actor, division=division)
    registered = {
        row.division.prefix if row.division else ELSEWHERE: row.number() for row in register.rows
    }
    batch = batch_of(actor=actor, exercise=exercise, division=division, form_code=form_code)
    levels = [Level(level) for level in exercise.levels]

    def numbers(prefix: str, counts: Counts, units: int, *, is_total: bool) -> dict[str, int]:
        counted = {
            name: batch.total(name) if is_total else batch.of(prefix, name)
            for name in ("assigned", "hard", "soft_open", "waiting_long")
        }
        return {"registered": units, **counted, **_of_counts(counts, levels)}

    rows = [
        PlaceFigures(
            row.division,
            row.name,
            row.prefix,
            numbers(row.prefix, row.counts, registered.get(row.prefix, 0), is_total=False),
            row.counts,
        )
        for row in progress.rows
    ]
    whole = progress.total
    total = PlaceFigures(
        division,
        division.name,
        division.prefix,
        numbers(whole.prefix, whole.counts, register.total.number(), is_total=True),
        whole.counts,
    )
    return Dashboard(exercise, division, form_code, total, rows, at, batch.at, levels)


def _of_counts(counts: Counts, levels: Sequence[Level]) -> dict[str, int]:
    """The states of the forms added up the way people ask for them."""
    left_out = {ProgressState.VOID, ProgressState.NOT_OWED}
    owed = sum(n for (state, _level), n in counts.items() if state not in left_out)
    final = counts.get((ProgressState.FINAL, ""), 0)
    under_review = {level: counts.get((ProgressState.UNDER_REVIEW, level), 0) for level in levels}
    found = {
        "owed": owed,
        "not_started": counts.get((ProgressState.NOT_STARTED, ""), 0),
        "filling": counts.get((ProgressState.FILLING, ""), 0),
        "returned": counts.get((ProgressState.RETURNED, ""), 0),
        "submitted": sum(under_review.values()) + final,
        "final": final,
    }
    for place, level in enumerate(levels):
        found[f"passed_{level}"] = sum(under_review[up] for up in levels[place + 1 :]) + final
    return found


def batch_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str
) -> Batch:
    """What is counted from rows. The nation's is kept: whoever may see the nation sees all of it."""
    if division.level:
        return _batch(actor, exercise, division, form_code)
    key = f"dashboard:{exercise.pk}:{form_code}"
    kept: Batch | None = cache.get(key)
    if kept is None:
        kept = _batch(actor, exercise, division, form_code)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def nation_refresh() -> int:
    """Count the nation's figures of all forms anew, for its next readers. The exercises counted."""
    nation = division_get(NATION)
    open_ones = CollectionExercise.objects.filter(status=ExerciseStatus.OPEN)
    if nation is None:
        return 0
    for exercise in open_ones:
        cache.set(f"dashboard:{exercise.pk}:", _batch(None, exercise, nation, ""), KEPT_SECONDS)
        ages = _ages(None, exercise, nation, ""), timezone.now()
        cache.set(f"dashboard-ages:{exercise.pk}:", ages, KEPT_SECONDS)
    return len(open_ones)


def _batch(
    actor: User | None, exercise: CollectionExercise, division: Division, form_code: str
) -> Batch:
    at = timezone.now()
    place = place_reader(division)
    cases = owed_within(actor, exercise, division)
    findings = findings_within(actor, exercise, division)
    if form_code:
        cases = cases.filter(form_code=form_code)
        findings = findings.filter(case__form_code=form_code)
    units = Unit.objects.all() if actor is None else Unit.objects.visible_to(actor)
    units = within(units, division.prefix).filter(assigned_condition())
    numbers: dict[str, dict[str, int]] = {}
    place(numbers, "assigned", units, Count("pk"))
    place(numbers, "hard", findings.filter(severity=Severity.HARD), Count("pk"))
    place(numbers, "soft_open", findings.unexplained(), Count("pk"))
    place(numbers, "waiting_long", cases.filter(age_condition(LONG)), Count("pk"))
    return Batch(at, numbers)


def kept_for_nation(division: Division, name: str, count: Callable[[], T]) -> tuple[T, datetime]:
    """What is counted and its moment. The nation's is kept: everybody who sees it sees the same."""
    if division.level:
        return count(), timezone.now()
    key = f"dashboard-{name}"
    kept: tuple[T, datetime] | None = cache.get(key)
    if kept is None:
        kept = count(), timezone.now()
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def owed_within(
    actor: User | None, exercise: CollectionExercise, division: Division
) -> CaseQuerySet:
    """The owed forms of a division; without a person, all of them."""
    cases = Case.objects.filter(exercise=exercise)
    if actor is not None:
        cases = cases.visible_to(actor, Permission.PROGRESS_VIEW)
    return cases_within(cases, division.prefix).owed()


def findings_within(
    actor: User | None, exercise: CollectionExercise, division: Division
) -> EditFailureQuerySet:
    """The standing findings of a division's forms in an exercise."""
    found = EditFailure.objects.filter(case__exercise=exercise)
    if actor is not None:
        found = found.visible_to(actor, Permission.FINDING_REPORT_VIEW)
    return within(found, division.prefix)


def place_reader(
    division: Division,
) -> Callable[[dict[str, dict[str, int]], str, QuerySet[Any], Any], None]:
    """A function that counts rows by child of the division: the longest prefix of a child wins."""
    known = {child.prefix for child in divisions_below(division.code)}
    longest = max((len(prefix) for prefix in known), default=DIGITS_OF_A_TOWN)

    def read(
        numbers: dict[str, dict[str, int]], name: str, rows: QuerySet[Any], measure: Any
    ) -> None:
        grouped = rows.order_by().annotate(place=Left("division_code", longest))
        for code, number in grouped.values_list("place").annotate(number=measure):
            prefix = next((code[:n] for n in range(len(code), 0, -1) if code[:n] in known), "")
            held = numbers.setdefault(prefix, {})
            held[name] = held.get(name, 0) + number

    return read


@dataclass(frozen=True)
class AgeLine:
    """The forms that wait for one level (or for their filler), by days."""

    status: str
    level: str
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.numbers.values())


def ages_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> tuple[list[AgeLine], datetime]:
    """How long forms have been waiting in their present state, and the moment. One query."""
    name = f"ages:{exercise.pk}:{form_code}"
    return kept_for_nation(division, name, lambda: _ages(actor, exercise, division, form_code))


def _ages(
    actor: User | None, exercise: CollectionExercise, division: Division, form_code: str
) -> list[AgeLine]:
    cases = owed_within(actor, exercise, division)
    if form_code:
        cases = cases.filter(form_code=form_code)
    counted = cases.order_by().values_list("status", "review_level")
    aggregates = {
        f"age_{place}": Count("pk", filter=age_condition(age))
        for place, age in enumerate(AGE_BUCKETS)
    }
    waiting = Q()
    for age in AGE_BUCKETS:
        waiting |= age_condition(age)
    lines = {
        (status, level): AgeLine(status, level, dict(zip(AGE_BUCKETS, numbers, strict=True)))
        for status, level, *numbers in counted.filter(waiting).annotate(**aggregates)
    }
    order = [("returned", ""), *(("under_review", level) for level in exercise.levels)]
    blank = dict.fromkeys(AGE_BUCKETS, 0)
    return [lines.get(key, AgeLine(*key, blank)) for key in order]
