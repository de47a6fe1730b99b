"""Working days of China: weekdays, but for the State Council's arrangement of each year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from submissions.models import CalendarDay

FILE = Path(__file__).parent / "holidays.yaml"
SATURDAY = 5


@cache
def published() -> dict[date, tuple[bool, str]]:
    """Day → whether it is worked, and the holiday's name, for days unlike their weekday."""
    years = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    days: dict[date, tuple[bool, str]] = {}
    for year in years.values():
        days |= {day: (False, name) for name, own in year["holidays"].items() for day in own}
        days |= dict.fromkeys(year["worked"], (True, ""))
    return days


def years_known() -> frozenset[int]:
    """The years whose arrangement is kept here; other years go by weekday alone."""
    return frozenset(day.year for day in published())


def _entered() -> dict[date, bool]:
    return dict(CalendarDay.objects.values_list("day", "is_workday"))


def _is_workday(day: date, entered: dict[date, bool]) -> bool:
    if day in entered:
        return entered[day]
    if day in published():
        return published()[day][0]
    return day.weekday() < SATURDAY


def is_workday(day: date) -> bool:
    """Whether offices work on this day. What an office has entered goes first. One query."""
    return _is_workday(day, _entered())


def workdays_after(day: date, count: int) -> date:
    """The day that lies `count` (at least 1) working days after a day. One query."""
    entered = _entered()
    while count:
        day += timedelta(days=1)
        count -= _is_workday(day, entered)
    return day


def workdays_between(day: date, until: date) -> int:
    """Working days after `day` up to and with `until`; negative where it is past. One query."""
    entered = _entered()
    first, last = min(day, until), max(day, until)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    count = sum(_is_workday(one, entered) for one in days)
    return count if until >= day else -count
