"""Dates and months: values are ISO text, which sorts as the calendar does."""

import re

from instruments.evaluation.parsing import Fault, Reading
from instruments.evaluation.text import shown

_DATE = re.compile(
    "([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_MONTH = re.compile("([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?月?|([0-9]{4})([0-9]{2})")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EARLIEST, _LATEST = 1000, 2999


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    if not (is_month(year, month) and day >= 1):
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= _DAYS[month - 1] + leap


def is_month(year: int, month: int) -> bool:
    """Whether the calendar has this month."""
    return _EARLIEST <= year <= _LATEST and 1 <= month <= 12


def read_date(text: str) -> Reading:
    """`2018-03-05`, `2018/3/5`, `2018年3月5日`, `20180305`."""
    found = _DATE.fullmatch(text)
    if found is None:
        return Reading(None, text, Fault("not_a_date", {"raw": shown(text)}))
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if not is_date(year, month, day):
        return Reading(None, text, Fault("no_such_date", {"raw": shown(text)}))
    value = f"{year:04d}-{month:02d}-{day:02d}"
    return Reading(value, value)


def read_month(text: str) -> Reading:
    """`2017-12`, `2017/12`, `2017年12月`, `201712`."""
    found = _MONTH.fullmatch(text)
    if found is None:
        return Reading(None, text, Fault("not_a_month", {"raw": shown(text)}))
    year, month = (int(part) for part in found.groups() if part is not None)
    if not is_month(year, month):
        return Reading(None, text, Fault("no_such_month", {"raw": shown(text)}))
    value = f"{year:04d}-{month:02d}"
    return Reading(value, value)
