"""The figures of past days: recorded once a night, read as sums over counties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS
from accounts.models import User
from accounts.scopes import prefix_range
from registry.counts import within
from registry.models import Division
from submissions.enums import ExerciseStatus
from submissions.models import CollectionExercise
from summaries.models import DailyFigure
from summaries.models.daily_figure import MEASURES

COUNTY_DIGITS = PREFIX_LENGTHS[3]
_FIGURES = """
    WITH units AS (
      SELECT rpad(left(division_code, %(digits)s), 12, '0') AS place, sum(count) AS registered
      FROM registry_unitcount
      WHERE division_code >= %(low)s AND division_code < %(high)s GROUP BY 1
    ), forms AS (
      SELECT rpad(left(division_code, %(digits)s), 12, '0') AS place,
        sum(count) FILTER (WHERE state NOT IN ('void', 'not_owed')) AS owed,
        sum(count) FILTER (WHERE state NOT IN ('void', 'not_owed', 'not_started')) AS started,
        sum(count) FILTER (WHERE state IN ('under_review', 'final')) AS submitted,
        sum(count) FILTER (WHERE state = 'returned') AS returned,
        sum(count) FILTER (WHERE state = 'final' OR (state = 'under_review'
          AND review_level IN ('city', 'province', 'national'))) AS county_passed,
        sum(count) FILTER (WHERE state = 'final') AS final
      FROM summaries_progresscount
      WHERE exercise_id = %(exercise)s
        AND division_code >= %(low)s AND division_code < %(high)s GROUP BY 1
    ), findings AS (
      SELECT rpad(left(f.division_code, %(digits)s), 12, '0') AS place,
        count(*) FILTER (WHERE f.severity = 'hard') AS hard,
        count(*) FILTER (WHERE f.severity = 'soft' AND f.explanation = '') AS soft_open,
        count(*) FILTER (WHERE f.explanation <> '') AS explained
      FROM submissions_editfailure f JOIN submissions_case c ON c.id = f.case_id
      WHERE c.exercise_id = %(exercise)s
        AND f.division_code >= %(low)s AND f.division_code < %(high)s GROUP BY 1
    )
    SELECT place, coalesce(registered, 0) AS registered, coalesce(owed, 0) AS owed,
      coalesce(started, 0) AS started, coalesce(submitted, 0) AS submitted,
      coalesce(returned, 0) AS returned, coalesce(county_passed, 0) AS county_passed,
      coalesce(final, 0) AS final, coalesce(hard, 0) AS hard,
      coalesce(soft_open, 0) AS soft_open, coalesce(explained, 0) AS explained
    FROM units FULL JOIN forms USING (place) FULL JOIN findings USING (place)
"""
_RECORD = f"""
    INSERT INTO summaries_dailyfigure (exercise_id, day, division_code, counted_at, registered,
      owed, started, submitted, returned, county_passed, final, hard, soft_open, explained)
    SELECT %(exercise)s, %(day)s, place, clock_timestamp(), registered, owed, started, submitted,
      returned, county_passed, final, hard, soft_open, explained FROM ({_FIGURES}) counted
    ON CONFLICT DO NOTHING
"""  # noqa: S608  the text above
AFTER_ALL = ":"  # the character after 9: no code is beyond it


def _asked(exercise: CollectionExercise, prefix: str, digits: int) -> dict[str, Any]:
    low, high = prefix_range(prefix)
    return {"exercise": exercise.pk, "digits": digits, "low": low, "high": high or AFTER_ALL}


def figures_by_place(
    *, exercise: CollectionExercise, division: Division, digits: int
) -> dict[str, dict[str, int]]:
    """The figures of a division as they are now, by so many digits of the code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, _asked(exercise, division.prefix, digits))
        return {
            place[:digits]: dict(zip(MEASURES, map(int, numbers), strict=True))
            for place, *numbers in cursor.fetchall()
        }


@transaction.atomic
def days_record(*, day: date | None = None) -> int:
    """Write the figures of today for every open exercise. A day that is written stays.

    From one moment of the database: one statement an exercise. Returns the rows written.
    """
    day = day or timezone.localdate()
    written = 0
    for exercise in CollectionExercise.objects.filter(status=ExerciseStatus.OPEN):
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, {**_asked(exercise, "", COUNTY_DIGITS), "day": day})
            written += cursor.rowcount
    return written


@dataclass(frozen=True)
class Day:
    """A division at the end of a day."""

    day: date
    numbers: Mapping[str, int]

    def percent(self, measure: str) -> float:
        """Per cent of the forms owed."""
        owed = self.numbers["owed"]
        return self.numbers[measure] * 100 / owed if owed else 0.0


def days_of(
    *, actor: User, exercise: CollectionExercise, division: Division, days: int = 30
) -> list[Day]:
    """The last days that were recorded, oldest first. One query. A county has no smaller parts."""
    first = timezone.localdate() - timedelta(days=days)
    figures = DailyFigure.objects.visible_to(actor).filter(exercise=exercise, day__gte=first)
    figures = within(figures, division.prefix)
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    rows: Any = figures.order_by("day").values("day").annotate(**sums)
    return [Day(row["day"], {name: row[f"sum_{name}"] for name in MEASURES}) for row in rows]


def recorded_by_place(
    *, exercise: CollectionExercise, division: Division, day: date, digits: int
) -> dict[str, dict[str, int]]:
    """The figures of the newest recorded day up to `day`, by so many digits of the code (six at
    most: counties are the smallest that are recorded). Two queries.
    """
    figures = within(DailyFigure.objects.filter(exercise=exercise, day__lte=day), division.prefix)
    newest = figures.order_by("-day").values_list("day", flat=True).first()
    found: dict[str, dict[str, int]] = {}
    if newest is None:
        return found
    for row in figures.filter(day=newest).values("division_code", *MEASURES):
        held = found.setdefault(row["division_code"][:digits], dict.fromkeys(MEASURES, 0))
        for name in MEASURES:
            held[name] += row[name]
    return found
