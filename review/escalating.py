"""Cases that a level has let lie beyond its time: told to the level above, once, and listed to both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.enums import Level, Permission
from accounts.models import User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction
from review.models import ReviewEscalation
from review.models.escalation import ReviewEscalationQuerySet
from submissions.enums import CaseStatus, ExerciseStatus
from submissions.models import Case, Submission
from submissions.models.case import CaseQuerySet
from submissions.selectors import levels_of

BATCH = 1000
LISTED_AT_MOST = 200
COUNTED_AT_MOST = 9999


def overdue_at(level: Level | str, today: date | None = None) -> CaseQuerySet:
    """The cases of the nation that a level has had for longer than its time."""
    return Case.objects.waiting_at(level).filter(review_due_on__lt=today or timezone.localdate())


def escalations_record(*, today: date | None = None) -> int:
    """Record every case that is overdue and has not been told of; returns how many. The beat's.

    Append-only and once for a submission at a level, however often it runs, and if two run at once.
    """
    number = 0
    for level in Level:
        for cases in _batches(level, today):
            above: dict[tuple[int, str], str] = {}
            rows = []
            for case in cases:
                place = (case.exercise_id, case.division_code)
                if place not in above:
                    above[place] = _level_above(case)
                rows.append(
                    ReviewEscalation(
                        case=case,
                        division_code=case.division_code,
                        submission_id=case.newest,  # type: ignore[attr-defined]
                        level=level,
                        to_level=above[place],
                        due_on=case.review_due_on,
                        escalated_at=timezone.now(),
                    )
                )
            ReviewEscalation.objects.bulk_create(rows, ignore_conflicts=True)
            number += len(rows)
    return number


def _batches(level: Level, today: date | None) -> Iterator[list[Case]]:
    newest = Submission.objects.filter(case=OuterRef("pk")).order_by("-number").values("pk")[:1]
    told = ReviewEscalation.objects.filter(submission=OuterRef("newest"), level=level)
    cases = (
        overdue_at(level, today)
        .filter(exercise__status=ExerciseStatus.OPEN)
        .select_related("exercise")
        .annotate(newest=Subquery(newest))
        .filter(~Exists(told))
        .order_by("pk")
    )
    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _level_above(case: Case) -> str:
    levels = levels_of(case)
    behind = levels[levels.index(Level(case.review_level)) + 1 :]
    return str(behind[0]) if behind else ""


@dataclass(frozen=True)
class OverdueCount:
    """How many are overdue at the person's own level, and at the level below theirs."""

    own: int
    below: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.own + self.below


def overdue_count(actor: User) -> OverdueCount:
    """Bounded, for the first page. Two queries, none for whoever reviews nothing."""
    own, below = overdue_own(actor), overdue_below(actor)
    if own is None or below is None:
        return OverdueCount(0, 0)
    return OverdueCount(own[: COUNTED_AT_MOST + 1].count(), below[: COUNTED_AT_MOST + 1].count())


def overdue_own(actor: User) -> CaseQuerySet | None:
    """Overdue at the person's own level, longest overdue first; None for whoever reviews nothing."""
    condition = Q(pk__in=[])
    scopes = _scopes(actor)
    for scope in scopes:
        condition |= Q(review_level=scope.level) & _within(scope)
    if not scopes:
        return None
    overdue = Case.objects.filter(
        condition, status=CaseStatus.UNDER_REVIEW, review_due_on__lt=timezone.localdate()
    )
    return overdue.order_by("review_due_on", "pk")


def overdue_below(actor: User) -> ReviewEscalationQuerySet | None:
    """What has been told to the person's level and still stands, longest overdue first."""
    condition = Q(pk__in=[])
    scopes = _scopes(actor)
    for scope in scopes:
        condition |= Q(to_level=scope.level) & _within(scope)
    if not scopes:
        return None
    newest = Submission.objects.filter(case=OuterRef("case")).order_by("-number").values("pk")[:1]
    return (
        ReviewEscalation.objects.filter(condition)
        .filter(
            case__status=CaseStatus.UNDER_REVIEW,
            case__review_level=F("level"),
            submission=Subquery(newest),
        )
        .order_by("due_on", "pk")
    )


def _scopes(actor: User) -> list[Jurisdiction]:
    scopes = actor.scopes_for(Permission.CASE_REVIEW)
    return [scope for scope in scopes if isinstance(scope, Jurisdiction) and scope.level]


def _within(scope: Jurisdiction) -> Q:
    return scope_filter((scope,), division_field="division_code", unit_field=None)
