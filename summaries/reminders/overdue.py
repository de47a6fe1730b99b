"""Overdue work of a division: by person in a county and below, by division above.

A form is overdue when it has not been submitted after its last day (its own, or the exercise's);
a review when the form has been waiting at its level for more than fifteen days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from accounts.enums import Level, Permission, Role
from accounts.models import RoleAssignment, User
from registry.enums import DivisionLevel
from registry.models import AreaAssignment, Division
from registry.selectors import divisions_below
from submissions.case_filters import LONG, age_condition
from submissions.enums import FILLING_STATUSES, CaseStatus
from submissions.models import Case, CollectionExercise
from submissions.models.case import CaseQuerySet
from submissions.selectors import cases_within
from summaries.enums import ReminderKind
from summaries.models import Reminder

LEVEL_DIGITS = {
    Level.SUPERVISOR: 9,
    Level.COUNTY: 6,
    Level.CITY: 4,
    Level.PROVINCE: 2,
    Level.NATIONAL: 0,
}
NOBODY = "nobody"


@dataclass(frozen=True)
class Target:
    """Overdue work and whom to remind of it. `key` names it in the form that is posted."""

    key: str
    kind: ReminderKind
    name: str
    division_code: str
    count: int
    since: date | None
    recipients: Sequence[User]
    last: Reminder | None = field(default=None, compare=False)


def overdue_cases(cases: CaseQuerySet) -> CaseQuerySet:
    """Owed forms that have not been submitted after their last day."""
    due = cases.owed().filter(status__in=FILLING_STATUSES)
    return due.annotate(due=Coalesce("due_on", "exercise__due_on")).filter(
        due__lt=timezone.localdate()
    )


def waiting_cases(cases: CaseQuerySet) -> CaseQuerySet:
    """Forms that have been waiting for a decision for more than fifteen days."""
    return cases.owed().filter(age_condition(LONG), status=CaseStatus.UNDER_REVIEW)


def targets_of(*, actor: User, exercise: CollectionExercise, division: Division) -> list[Target]:
    """Who has overdue work, the most first, with when they were last reminded."""
    cases = Case.objects.visible_to(actor, Permission.REMINDER_SEND).filter(exercise=exercise)
    cases = cases_within(cases, division.prefix)
    if division.level >= DivisionLevel.COUNTY:
        found = [*_fillers(cases, division), *_reviewers(cases, division)]
    else:
        found = _children(cases, division)
    found.sort(key=lambda target: (-target.count, target.key))
    return _with_last(found)


def _fillers(cases: CaseQuerySet, division: Division) -> list[Target]:
    """Enumerators, by the areas of the units; what lies in nobody's area is told as such."""
    overdue = overdue_cases(cases)
    working = AreaAssignment.objects.in_force().filter(role=Role.ENUMERATOR)
    place = "unit__enumeration_area__assignments"
    rows = (
        overdue.filter(**{f"{place}__in": working})
        .order_by()
        .values_list(f"{place}__user", "status")
        .annotate(number=Count("pk"), since=Min("due"))
    )
    counted = list(rows)
    users = User.objects.in_bulk([user for user, _status, _number, _since in counted])
    found = [
        Target(
            f"{kind_of(status)}-{user}",
            kind_of(status),
            users[user].full_name,
            division.code,
            number,
            since,
            [users[user]] if users[user].is_active else [],
        )
        for user, status, number, since in counted
    ]
    rest = overdue.count() - sum(target.count for target in found)
    if rest:
        found.append(Target(f"fill-{NOBODY}", ReminderKind.FILL, "", division.code, rest, None, []))
    return found


def kind_of(status: str) -> ReminderKind:
    """What a filler is reminded of."""
    return ReminderKind.RETURNED if status == CaseStatus.RETURNED else ReminderKind.FILL


def _reviewers(cases: CaseQuerySet, division: Division) -> list[Target]:
    """Reviewers of the division's own level and of the field below it."""
    waiting = waiting_cases(cases)
    levels = [Level.SUPERVISOR]
    if division.level == DivisionLevel.COUNTY:
        levels.append(Level.COUNTY)
    found: list[Target] = []
    for level in levels:
        here = waiting.filter(review_level=level)
        rows = (
            here.order_by()
            .annotate(place=Left("division_code", LEVEL_DIGITS[level]))
            .values_list("place")
            .annotate(number=Count("pk"), since=Min("status_changed_at"))
        )
        people = _staff([row[0] for row in rows], _role_of(level))
        for place, number, since in rows:
            for user in people.get(place, ()):
                found.append(
                    Target(
                        f"review-{level}-{place}-{user.pk}",
                        ReminderKind.REVIEW,
                        user.full_name,
                        place.ljust(12, "0"),
                        number,
                        timezone.localdate(since),
                        [user],
                    )
                )
    return found


def _role_of(level: Level) -> tuple[Role, ...]:
    return (Role.SUPERVISOR,) if level == Level.SUPERVISOR else (Role.REVIEWER,)


def _staff(prefixes: Iterable[str], roles: Sequence[Role]) -> Mapping[str, list[User]]:
    """The people with a role in exactly these divisions, today. One query."""
    codes = {prefix.ljust(12, "0"): prefix for prefix in prefixes}
    held = RoleAssignment.objects.in_force().filter(
        division__code__in=codes, role__in=roles, user__is_active=True
    )
    found: dict[str, list[User]] = {}
    for assignment in held.select_related("user", "division"):
        if assignment.division is None:
            continue
        people = found.setdefault(codes[assignment.division.code], [])
        if assignment.user not in people:
            people.append(assignment.user)
    return found


def _children(cases: CaseQuerySet, division: Division) -> list[Target]:
    """The divisions below: their offices and reviewers are reminded of all that is overdue there."""
    children = list(divisions_below(division.code))
    people = _staff([child.prefix for child in children], (Role.OFFICE, Role.REVIEWER))
    longest = max((len(child.prefix) for child in children), default=0)
    by_kind: list[tuple[ReminderKind, CaseQuerySet, Any]] = [
        (ReminderKind.FILL, overdue_cases(cases).filter(status=CaseStatus.OPEN), Min("due")),
        (
            ReminderKind.RETURNED,
            overdue_cases(cases).filter(status=CaseStatus.RETURNED),
            Min("due"),
        ),
        (ReminderKind.REVIEW, waiting_cases(cases), Min("status_changed_at")),
    ]
    names = {child.prefix: child for child in children}
    found = []
    for kind, rows, oldest in by_kind:
        numbers: dict[str, int] = {}
        since: dict[str, date] = {}
        grouped = rows.order_by().annotate(place=Left("division_code", longest))
        for place, number, first in grouped.values_list("place").annotate(
            number=Count("pk"), since=oldest
        ):
            prefix = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in names), "")
            numbers[prefix] = numbers.get(prefix, 0) + number
            day = timezone.localdate(first) if isinstance(first, datetime) else first
            since[prefix] = min(since.get(prefix, day), day)
        found += [
            Target(
                f"{kind}-{prefix}",
                kind,
                names[prefix].name,
                names[prefix].code,
                number,
                since[prefix],
                people.get(prefix, []),
            )
            for prefix, number in numbers.items()
            if prefix in names
        ]
    return found


def _with_last(targets: list[Target]) -> list[Target]:
    """With the newest reminder of the same kind to any of the same people. Two queries."""
    users = {user.pk for target in targets for user in target.recipients}
    newest = (
        Reminder.objects.filter(recipient__in=users)
        .order_by()
        .values_list("recipient", "kind")
        .annotate(newest=Max("pk"))
    )
    ids = {(user, kind): pk for user, kind, pk in newest}
    rows = Reminder.objects.select_related("sent_by", "reading").in_bulk(list(ids.values()))
    found = []
    for target in targets:
        own = [ids.get((user.pk, str(target.kind))) for user in target.recipients]
        last = max((pk for pk in own if pk is not None), default=None)
        found.append(
            Target(**{**target.__dict__, "last": rows.get(last) if last is not None else None})
        )
    return found
