"""What waits for a reviewer, and what has been decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS, Level, Permission
from accounts.models import User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction, Scope
from review.enums import APPROVALS, Decision
from review.models import CaseClaim, ReviewDecision
from review.queue_order import OLDEST_FIRST, ORDERS, Order, Place
from submissions.enums import CaseStatus
from submissions.models import (
    Case,
    CollectionExercise,
    EditFailure,
    ItemQuery,
    Submission,
)
from submissions.models.case import CaseQuerySet
from submissions.selectors import cases_within, no_work_of, without_own_work

COUNTY_DIGITS = PREFIX_LENGTHS[3]
# A longer queue is told of as "more than": to count a nation's takes longer than to show it.
COUNTED_AT_MOST = 10_000


@dataclass(frozen=True)
class QueueFilter:
    """What a reviewer narrows the queue to, and in which order it comes."""

    form_code: str = ""
    division: str = ""
    has_explanations: bool = False
    name: str = ""
    claimed: str = ""  # "mine", or "free": not in another person's hands
    is_overdue: bool = False
    order: str = OLDEST_FIRST.name


def queue_of(actor: User, narrowed: QueueFilter | None = None) -> CaseQuerySet:
    """The cases that wait for a decision of this person, oldest submission first if not otherwise.

    The same conditions as the guards of the workflow: the case is at the level at which the
    person stands over its division, and the person has not worked on it.
    """
    narrowed = narrowed or QueueFilter()
    cases = without_own_work(waiting_for(actor, narrowed), actor)
    cases = cases.filter(~Exists(_elsewhere(actor.pk)))
    return ORDERS[narrowed.order].sorted(cases, without_index=_is_small(actor))


def waiting_for(actor: User, narrowed: QueueFilter) -> CaseQuerySet:
    """The cases at the person's own level, with those that the person has worked on."""
    waiting = Case.objects.filter(status=CaseStatus.UNDER_REVIEW).filter(_at_own_level(actor))
    if actor.barred_units:
        waiting = waiting.exclude(unit_id__in=actor.barred_units)
    return _narrow(waiting, narrowed, actor)


def _is_small(actor: User) -> bool:
    """Whether the person's queue is a county's or less."""
    scopes = actor.scopes_for(Permission.CASE_REVIEW)
    prefixes = [s.prefix for s in scopes if isinstance(s, Jurisdiction)]
    return all(len(prefix) >= COUNTY_DIGITS for prefix in prefixes)


def _at_own_level(actor: User) -> Q:
    """`User.levels_for` as a condition: the level of each jurisdiction; a grant is the county's."""
    scopes = actor.scopes_for(Permission.CASE_REVIEW)
    jurisdictions = [s for s in scopes if isinstance(s, Jurisdiction) and s.level]
    with_level = [s for s in jurisdictions if s.deputy_for is None]
    condition = Q(pk__in=[])
    for scope in with_level:
        condition |= _within([scope]) & Q(review_level=scope.level)
    for scope in jurisdictions:
        # in the place of another: not that one's own work, and not what the own right covers
        if scope.deputy_for is not None:
            as_deputy = _within([scope]) & Q(review_level=scope.level)
            as_deputy &= no_work_of(scope.deputy_for) & ~Q(Exists(_elsewhere(scope.deputy_for)))
            condition |= as_deputy
    lent = Q(unit_id__in=actor.granted_unit_ids(Permission.CASE_REVIEW))
    return condition | (Q(review_level=Level.COUNTY) & lent & ~_within(jurisdictions))


def _elsewhere(person: int) -> QuerySet[ReviewDecision]:
    """Decisions of a person about the present submission of the outer case at another level."""
    return ReviewDecision.objects.filter(
        Q(decided_by=person) | Q(decided_for=person),
        case=OuterRef("pk"),
        decided_at__gte=OuterRef("submitted_at"),
    ).exclude(level=OuterRef("review_level"))


def _within(scopes: Sequence[Scope]) -> Q:
    return scope_filter(tuple(scopes), division_field="division_code", unit_field="unit_id")


def _narrow(cases: CaseQuerySet, narrowed: QueueFilter, actor: User) -> CaseQuerySet:
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
    if narrowed.is_overdue:
        cases = cases.filter(review_due_on__lt=timezone.localdate())
    return _narrow_claimed(cases, narrowed.claimed, actor)


def _narrow_claimed(cases: CaseQuerySet, claimed: str, actor: User) -> CaseQuerySet:
    held = CaseClaim.objects.filter(
        case=OuterRef("pk"), lapses_at__gt=timezone.now(), level=OuterRef("review_level")
    )
    if claimed == "mine":
        return cases.filter(Exists(held.filter(claimed_by=actor)))
    if claimed == "free":
        return cases.filter(~Exists(held.exclude(claimed_by=actor)))
    return cases


def queue_page(cases: CaseQuerySet, order: Order, place: Place | None, size: int) -> list[Case]:
    """One page and one case more, with the unit and what a row says. One query."""
    returned = ReviewDecision.objects.filter(case=OuterRef("pk"), decision=Decision.RETURN)
    explained = EditFailure.objects.filter(case=OuterRef("pk")).exclude(explanation="")
    page = order.behind(cases, place).select_related("unit")
    return list(
        page.annotate(was_returned=Exists(returned), is_explained=Exists(explained))[: size + 1]
    )


def queue_size(cases: CaseQuerySet, at_most: int = COUNTED_AT_MOST) -> int:
    """How many there are; one more than `at_most` stands for all beyond. Never walks a nation."""
    return cases.order_by()[: at_most + 1].count()


def queue_next(cases: CaseQuerySet, order: Order, case: Case) -> Case | None:
    """The case to look at after this one: the one behind it, else the first of the queue."""
    others = cases.exclude(pk=case.pk)
    if case.submitted_at is not None:
        behind = order.behind(others, order.place_of(case)).first()
        if behind is not None:
            return behind
    return others.first()


def queue_previous(cases: CaseQuerySet, order: Order, case: Case) -> Case | None:
    """The case before this one, if there is one."""
    if case.submitted_at is None:
        return None
    return order.before(cases.exclude(pk=case.pk), order.place_of(case)).first()


def decisions_of(case: Case) -> QuerySet[ReviewDecision]:
    """Every decision of every level, newest first, with names."""
    return (
        ReviewDecision.objects.filter(case=case)
        .select_related("decided_by", "decided_for", "submission", "signature")
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
