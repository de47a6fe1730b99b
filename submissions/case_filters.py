"""Conditions on cases that the figures of the dashboards and the list of cases share."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.enums import Level
from submissions.enums import CaseStatus

SUBMITTED = "submitted"
PASSED = (SUBMITTED, *(level.value for level in Level))
WAITING_STATUSES = (CaseStatus.RETURNED, CaseStatus.UNDER_REVIEW)
# days in the present state, the first and the last; the last open at its end
AGES: dict[str, tuple[int, int | None]] = {
    "0-3": (0, 3),
    "4-7": (4, 7),
    "8-15": (8, 15),
    "16-30": (16, 30),
    "31-": (31, None),
    "16-": (16, None),
}
AGE_BUCKETS = ("0-3", "4-7", "8-15", "16-30", "31-")
LONG = "16-"
_INDUSTRY = re.compile(r"[0-9]{2,4}")


def passed_condition(passed: str) -> Q:
    """Submitted and not returned; or approved by a level, so that it is with a higher one or final."""
    levels = list(Level)
    above = levels if passed == SUBMITTED else levels[levels.index(Level(passed)) + 1 :]
    under_review = Q(status=CaseStatus.UNDER_REVIEW, review_level__in=above)
    return under_review | Q(status=CaseStatus.FINAL)


def age_condition(age: str) -> Q:
    """Returned or under review, for so many days (by the calendar, so a day's figures stand)."""
    first, last = AGES[age]
    condition = Q(status__in=WAITING_STATUSES, status_changed_at__lt=_midnight(first - 1))
    if last is not None:
        condition &= Q(status_changed_at__gte=_midnight(last))
    return condition


def _midnight(days_ago: int) -> datetime:
    """The beginning of the day so many days ago."""
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime.combine(day, time.min))


def industry_condition(industry: str) -> Q:
    """The unit's main industry lies under a code of two to four digits."""
    return Q(unit__industry_codes__0__startswith=industry)


def industry_read(text: str) -> str:
    """The digits of an industry code; blank where it is none."""
    text = text.strip()
    return text if _INDUSTRY.fullmatch(text) else ""
