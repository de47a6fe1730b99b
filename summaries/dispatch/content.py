"""What a dispatch report says: figures, ranking, comparison with the month before, laggards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS
from registry.counts import within
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import division_names, divisions_below
from review.enums import Decision
from review.models import ReviewDecision
from submissions.models import CollectionExercise
from summaries.dashboards.days import COUNTY_DIGITS, figures_by_place, recorded_by_place
from summaries.models.daily_figure import MEASURES

LAGGARDS = 20
TOWN_DIGITS = PREFIX_LENGTHS[4]
BEHIND_POINTS = 10.0  # percentage points behind the division's own share: a laggard


@dataclass(frozen=True)
class Line:
    """One division in a report. Per cent are of the forms owed, with one decimal."""

    code: str
    name: str
    rank: int
    numbers: dict[str, int]
    submitted_percent: float
    final_percent: float
    change: float | None  # percentage points of the submitted since the end of the month before
    decisions: int  # in the month
    returns: int
    return_percent: float
    explained_percent: float


def percent(part: int, whole: int) -> float:
    """With one decimal; nought where there is nothing."""
    return round(part * 100 / whole, 1) if whole else 0.0


def month_end(month: date) -> date:
    """The last day of a month."""
    following = (month + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def content_of(*, exercise: CollectionExercise, division: Division, month: date) -> dict[str, Any]:
    """Everything the documents say, as plain values. About a dozen queries at any size."""
    before = month - timedelta(days=1)
    ranked_digits = COUNTY_DIGITS if division.level < DivisionLevel.COUNTY else TOWN_DIGITS
    ranked = _lines(exercise, division, month, before, ranked_digits)
    children = {child.prefix: child.name for child in divisions_below(division.code)}
    child_digits = max((len(prefix) for prefix in children), default=ranked_digits)
    lines = (
        _lines(exercise, division, month, before, child_digits)
        if child_digits < ranked_digits
        else []
    )
    total = _total(exercise, division, month, before)
    plan = planned_percent(exercise)
    return {
        "division": {"code": division.code, "name": division.full_name, "level": division.level},
        "exercise": {"code": exercise.code, "name": exercise.name},
        "month": month.isoformat(),
        "compared_with": before.isoformat(),
        "plan": plan,
        "due_on": exercise.due_on.isoformat() if exercise.due_on else None,
        "total": asdict(total),
        "children": [asdict(line) for line in lines],
        "ranking": [asdict(line) for line in ranked],
        "ranked": "county" if ranked_digits == COUNTY_DIGITS else "town",
        "laggards": [asdict(line) for line in _laggards(ranked, total, plan)],
    }


def planned_percent(exercise: CollectionExercise) -> float | None:
    """How much of the time from the standard time to the deadline has gone; None without one."""
    if exercise.due_on is None:
        return None
    start = timezone.localdate(exercise.standard_time)
    whole = (exercise.due_on - start).days
    if whole <= 0:
        return None
    gone = (timezone.localdate() - start).days
    return round(min(max(gone * 100 / whole, 0.0), 100.0), 1)


def _laggards(ranked: list[Line], total: Line, plan: float | None) -> list[Line]:
    """From the last: clearly behind the whole, or behind the plan."""
    wanted = total.submitted_percent - BEHIND_POINTS
    behind = [
        line
        for line in ranked
        if line.submitted_percent < wanted
        or (plan is not None and line.submitted_percent < plan - BEHIND_POINTS)
    ]
    return behind[::-1][:LAGGARDS]


def _total(exercise: CollectionExercise, division: Division, month: date, before: date) -> Line:
    digits = len(division.prefix)
    numbers = figures_by_place(exercise=exercise, division=division, digits=digits)
    earlier = recorded_by_place(exercise=exercise, division=division, day=before, digits=digits)
    decided = _decisions(exercise, division, month, digits)
    own = numbers.get(division.prefix, dict.fromkeys(MEASURES, 0))
    return _line(
        division.code,
        division.full_name,
        own,
        earlier.get(division.prefix),
        decided.get(division.prefix, (0, 0)),
    )


def _lines(
    exercise: CollectionExercise, division: Division, month: date, before: date, digits: int
) -> list[Line]:
    """The places with forms to fill, best first; equal shares have the same rank."""
    numbers = figures_by_place(exercise=exercise, division=division, digits=digits)
    owing = {place: own for place, own in numbers.items() if own["owed"]}
    codes = {place: place.ljust(12, "0") for place in owing}
    names = division_names(codes.values())
    earlier = (
        recorded_by_place(exercise=exercise, division=division, day=before, digits=digits)
        if digits <= COUNTY_DIGITS
        else {}
    )
    decided = _decisions(exercise, division, month, digits)
    lines = [
        _line(
            codes[place],
            names.get(codes[place], codes[place]).removeprefix(division.full_name),
            own,
            earlier.get(place),
            decided.get(place, (0, 0)),
        )
        for place, own in owing.items()
    ]
    lines.sort(key=lambda line: (-line.submitted_percent, -line.final_percent, line.code))
    return _ranked(lines)


def _ranked(lines: list[Line]) -> list[Line]:
    found: list[Line] = []
    for number, line in enumerate(lines, start=1):
        key = (line.submitted_percent, line.final_percent)
        same = found and (found[-1].submitted_percent, found[-1].final_percent) == key
        rank = found[-1].rank if same else number
        found.append(Line(**{**asdict(line), "rank": rank}))
    return found


def _line(
    code: str,
    name: str,
    numbers: Mapping[str, int],
    earlier: Mapping[str, int] | None,
    decided: tuple[int, int],
) -> Line:
    submitted = percent(numbers["submitted"], numbers["owed"])
    change = None
    if earlier is not None and earlier["owed"]:
        change = round(submitted - percent(earlier["submitted"], earlier["owed"]), 1)
    soft = numbers["soft_open"] + numbers["explained"]
    return Line(
        code=code,
        name=name,
        rank=0,
        numbers=dict(numbers),
        submitted_percent=submitted,
        final_percent=percent(numbers["final"], numbers["owed"]),
        change=change,
        decisions=decided[0],
        returns=decided[1],
        return_percent=percent(decided[1], decided[0]),
        explained_percent=percent(numbers["explained"], soft),
    )


def _decisions(
    exercise: CollectionExercise, division: Division, month: date, digits: int
) -> dict[str, tuple[int, int]]:
    """Decisions in the month and how many of them were returns, by place. One query."""
    decisions = ReviewDecision.objects.filter(
        case__exercise=exercise,
        decided_at__date__gte=month,
        decided_at__date__lte=month_end(month),
    )
    place = Left("division_code", digits) if digits else Left("division_code", 1)
    rows = (
        within(decisions, division.prefix)
        .order_by()
        .annotate(place=place)
        .values_list("place")
        .annotate(all=Count("pk"), returned=Count("pk", filter=Q(decision=Decision.RETURN)))
    )
    found: dict[str, tuple[int, int]] = {}
    for code, every, returned in rows:
        key = code if digits else ""
        held = found.get(key, (0, 0))
        found[key] = (held[0] + every, held[1] + returned)
    return found
