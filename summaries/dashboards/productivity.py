"""What each enumerator of a county does day by day: saves, submissions, returns, idle days, outliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.models import User
from registry.models import AreaAssignment, Division
from review.enums import Decision
from review.models import ReviewDecision
from submissions.models import Case, CollectionExercise, ResponseRevision, Submission
from submissions.selectors import cases_within

DAYS = 14
OUTLIER = 3.5  # modified z-score (Iglewicz and Hoaglin, 1993): farther out is shown
CONSISTENT = 1.4826  # makes the median absolute deviation a standard deviation of normal values
FEWEST_FOR_OUTLIERS = 5


@dataclass
class Worked:
    """One person on one day."""

    saved: int = 0  # forms saved to
    submitted: int = 0
    returned: int = 0  # own submissions sent back that day

    @property
    def is_idle(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.saved or self.submitted)


@dataclass
class PersonWork:
    """One enumerator over the days."""

    user: User
    since: date | None  # first day of the present assignment
    days: dict[date, Worked] = field(default_factory=dict)
    score: float | None = None

    def total(self, name: str) -> int:
        """The sum over the days."""
        return sum(getattr(day, name) for day in self.days.values())

    @property
    def saved_total(self) -> int:
        """Forms saved to, a form once a day."""
        return self.total("saved")

    @property
    def submitted_total(self) -> int:
        """Forms submitted."""
        return self.total("submitted")

    @property
    def returned_total(self) -> int:
        """Own submissions sent back."""
        return self.total("returned")

    @property
    def active_days(self) -> int:
        """Days on which something was filled in."""
        return sum(not day.is_idle for day in self.days.values())

    @property
    def a_day(self) -> float:
        """Forms submitted an active day."""
        return round(self.total("submitted") / self.active_days, 1) if self.active_days else 0.0

    @property
    def saves_a_day(self) -> float:
        """Forms saved to an active day."""
        return self.total("saved") / self.active_days if self.active_days else 0.0

    @property
    def return_percent(self) -> int:
        """Returned of the submitted, in whole per cent."""
        submitted = self.total("submitted")
        return self.total("returned") * 100 // submitted if submitted else 0

    @property
    def is_outlier(self) -> bool:
        """Whether the pace is far from that of the others."""
        return self.score is not None and abs(self.score) > OUTLIER


def work_by_person(
    *, actor: User, exercise: CollectionExercise, division: Division, days: Sequence[date]
) -> list[PersonWork]:
    """The enumerators with an area or with work in the division, the most submissions first.

    Five queries over the division's own forms: for a county or a part of one.
    """
    cases = Case.objects.visible_to(actor, Permission.PROGRESS_VIEW).filter(exercise=exercise)
    cases = cases_within(cases, division.prefix).order_by()
    start = timezone.make_aware(datetime.combine(days[0], time.min))
    end = timezone.make_aware(datetime.combine(days[-1] + timedelta(days=1), time.min))
    saves = ResponseRevision.objects.filter(response__case__in=cases, at__gte=start, at__lt=end)
    submissions = Submission.objects.filter(
        case__in=cases, submitted_at__gte=start, submitted_at__lt=end
    )
    returns = ReviewDecision.objects.filter(
        case__in=cases, decision=Decision.RETURN, decided_at__gte=start, decided_at__lt=end
    )
    worked: dict[int, dict[date, Worked]] = {}
    _add(worked, "saved", saves, ("actor", "at"), Count("response", distinct=True))
    _add(worked, "submitted", submissions, ("submitted_by", "submitted_at"), Count("pk"))
    _add(worked, "returned", returns, ("submission__submitted_by", "decided_at"), Count("pk"))
    since = _assigned(division)
    users = User.objects.in_bulk({*worked, *since})
    people = [
        PersonWork(
            user,
            since.get(pk),
            {day: worked.get(pk, {}).get(day, Worked()) for day in days},
        )
        for pk, user in users.items()
    ]
    _score(people)
    people.sort(key=lambda one: (-one.total("submitted"), -one.total("saved"), one.user.full_name))
    return people


def _add(
    worked: dict[int, dict[date, Worked]],
    name: str,
    rows: QuerySet[Any],
    fields: tuple[str, str],
    measure: Any,
) -> None:
    person, moment = fields
    counted = (
        rows.order_by()
        .annotate(day=TruncDate(moment))
        .values_list(person, "day")
        .annotate(number=measure)
    )
    for user, day, number in counted:
        setattr(worked.setdefault(user, {}).setdefault(day, Worked()), name, number)


def _assigned(division: Division) -> Mapping[int, date]:
    """Who works in the division's areas today, and since when. One query."""
    working = AreaAssignment.objects.in_force().filter(role=Role.ENUMERATOR)
    low = division.prefix
    rows = working.filter(area__division_code__startswith=low).values_list("user", "valid_from")
    found: dict[int, date] = {}
    for user, day in rows:
        found[user] = min(found.get(user, day), day)
    return found


def _score(people: Sequence[PersonWork]) -> None:
    """The modified z-score of forms saved to an active day, among those who worked at all."""
    working = [one for one in people if one.active_days]
    if len(working) < FEWEST_FOR_OUTLIERS:
        return
    paces = [one.saves_a_day for one in working]
    middle = median(paces)
    spread = CONSISTENT * median(abs(pace - middle) for pace in paces)
    for one in working:
        one.score = (one.saves_a_day - middle) / spread if spread else None


def idle_days(person: PersonWork, today: date) -> int:
    """Days since the assignment began, in the period and before today, without work."""
    return sum(
        day < today and worked.is_idle and (person.since is None or day >= person.since)
        for day, worked in person.days.items()
    )
