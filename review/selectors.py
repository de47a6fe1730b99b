"""What waits for a reviewer, and what has been decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from accounts.enums import PREFIX_LENGTHS, Level, Permission
from accounts.models import User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction, Scope
from review.enums import APPROVALS, Decision
from review.models import ReviewDecision
from submissions.enums import CaseStatus
from submissions.models import (
    Case,
    CollectionExercise,
    EditFailure,
    ItemQuery,
    Submission,
)
from submissions.models.case import CaseQuerySet
from submissions.selectors import cases_within, without_own_work

COUNTY_DIGITS = PREFIX_LENGTHS[3]


class Place(NamedTuple):
    """Where a case stands in the queue: by time of submission, oldest first."""

    submitted_at: datetime
    pk: int


@dataclass(frozen=True)
class QueueFilter:
    """What a reviewer narrows the queue to."""

    form_code: str = ""
    division: str = ""
    has_explanations: bool = False
    name: str = ""


def queue_of(actor: User, narrowed: QueueFilter | None = None) -> CaseQuerySet:
    """The cases that wait for a decision of this person, oldest submission first.

    The same conditions as the guards of the workflow: the case is at the level at which the
    person stands over its division, and the person has not worked on it.
    """
    cases = without_own_work(waiting_for(actor, narrowed or QueueFilter()), actor)
    return cases.order_by(*_oldest_first(actor))


def waiting_for(actor: User, narrowed: QueueFilter) -> CaseQuerySet:
    """The cases at the person's own level, with those that the person has worked on."""
    waiting = Case.objects.filter(status=CaseStatus.UNDER_REVIEW).filter(_at_own_level(actor))
    return _narrow(waiting, narrowed)


def _oldest_first(actor: User) -> tuple[Any, str]:
    """By time of submission, in the way that finds the rows.

    A city and above read the index of submission times and stop after a page. For a county that
    index would be walked through the whole nation's waiting cases, so its own few are found by
    division and sorted: the sum with nothing keeps the planner off the index.
    """
    scopes = actor.scopes_for(Permission.CASE_REVIEW)
    prefixes = [s.prefix for s in scopes if isinstance(s, Jurisdiction)]
    if all(len(prefix) >= COUNTY_DIGITS for prefix in prefixes):
        return F("submitted_at") + Value(timedelta(0)), "pk"
    return "submitted_at", "pk"


def _at_own_level(actor: User) -> Q:
    """`User.levels_for` as a condition: the level of each jurisdiction; a grant is the county's."""
    scopes = actor.scopes_for(Permission.CASE_REVIEW)
    with_level = [s for s in scopes if isinstance(s, Jurisdiction) and s.level]
    condition = Q(pk__in=[])
    for scope in with_level:
        condition |= _within([scope]) & Q(review_level=scope.level)
    lent = Q(unit_id__in=actor.granted_unit_ids(Permission.CASE_REVIEW))
    return condition | (Q(review_level=Level.COUNTY) & lent & ~_within(with_level))


def _within(scopes: Sequence[Scope]) -> Q:
    return scope_filter(tuple(scopes), division_field="division_code", unit_field="unit_id")


def _narrow(cases: CaseQuerySet, narrowed: QueueFilter) -> CaseQuerySet:
    if narrowed.form_code:
        cases = cases.filter(form_code=narrowed.form_code)
    if narrowed.division:
        cases = cases_within(cases, narrowed.division)
    if narrowed.has_explanations:
        explained = EditFailure.objects.filter(case=OuterRef("pk")).exclude(explanation="")
        cases = cases.filter(Exists(explained))
    if narrowed.name:
        cases = cases.filter(
            Q(unit__name__contains=narrowed.name) | Q(unit__code__startswith=narrowed.name)
        )
    return cases


def queue_after(cases: CaseQuerySet, place: Place | None) -> CaseQuerySet:
    """The queue behind a place; the cost does not grow with the depth."""
    if place is None:
        return cases
    return cases.filter(
        Q(submitted_at__gt=place.submitted_at) | Q(submitted_at=place.submitted_at, pk__gt=place.pk)
    )


def queue_page(cases: CaseQuerySet, place: Place | None, size: int) -> list[Case]:
    """One page and one case more, with the unit and what a row says. One query."""
    returned = ReviewDecision.objects.filter(case=OuterRef("pk"), decision=Decision.RETURN)
    explained = EditFailure.objects.filter(case=OuterRef("pk")).exclude(explanation="")
    page = queue_after(cases, place).select_related("unit")
    return list(
        page.annotate(was_returned=Exists(returned), is_explained=Exists(explained))[: size + 1]
    )


def queue_next(cases: CaseQuerySet, case: Case) -> Case | None:
    """The case to look at after this one: the one behind it, else the first of the queue."""
    others = cases.exclude(pk=case.pk)
    if case.submitted_at is not None:
        behind = queue_after(others, Place(case.submitted_at, case.pk)).first()
        if behind is not None:
            return behind
    return others.first()


def decisions_of(case: Case) -> QuerySet[ReviewDecision]:
    """Every decision of every level, newest first, with names."""
    return (
        ReviewDecision.objects.filter(case=case)
        .select_related("decided_by", "submission", "signature")
        .order_by("-pk")
    )


def queries_of(case: Case) -> QuerySet[ItemQuery]:
    """Every question with its answer, oldest first, with names."""
    return (
        ItemQuery.objects.filter(case=case)
        .select_related("raised_by", "answered_by", "submission")
        .order_by("pk")
    )


def submissions_in_force(
    *, exercise: CollectionExercise, level: Level | str, as_of: datetime
) -> QuerySet[Submission]:
    """The submission of each case that stood approved at `level` or above at a moment.

    The newest one that such a level has approved and none has returned since: a return withdraws
    the approval, a reopening does not (the approved figures stand until the new ones are
    approved). Forms that are void or not owed are left out. Decisions are append-only, so the
    same moment gives the same submissions again.
    """
    levels = exercise.levels[exercise.levels.index(level) :]
    told = ReviewDecision.objects.filter(submission=OuterRef("pk"), decided_at__lte=as_of)
    approved = told.filter(level__in=levels, decision__in=APPROVALS)
    returned = told.filter(decision=Decision.RETURN)
    return (
        Submission.objects.filter(case__exercise=exercise, case__is_owed=True)
        .exclude(case__status=CaseStatus.VOID)
        .filter(Exists(approved), ~Exists(returned))
        .order_by("case_id", "-number")
        .distinct("case_id")
    )
