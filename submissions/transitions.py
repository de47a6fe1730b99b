"""The workflow is this table. `case_transition` is the only writer of a case's status and level."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed, Refusal
from accounts.models import User
from audit.enums import AuditAction
from audit.services import Act, audit_record_many
from submissions import guards
from submissions.arriving import changes_count, submission_numbers
from submissions.enums import CLOSED_STATUSES, CaseAction, CaseStatus
from submissions.models import Case
from submissions.review_times import review_due_on
from submissions.selectors import levels_of

Guard = Callable[[Case, User], None]
NextLevel = Callable[[Case], str]


def no_level(case: Case) -> str:
    """Outside a review there is no level."""
    return ""


def first_level(case: Case) -> str:
    """The lowest level that the case's place has."""
    return levels_of(case)[0]


def level_above(case: Case) -> str:
    """The level after the one the case is at, of those that its place has."""
    order = case.exercise.levels
    here = order.index(case.review_level)
    return next(level for level in levels_of(case) if order.index(level) > here)


@dataclass(frozen=True)
class Transition:
    """One edge: where it leads, who may take it, and under which conditions."""

    to: CaseStatus
    requires: Permission
    audit: AuditAction
    guards: tuple[Guard, ...] = ()
    level: NextLevel = no_level
    needs_reason: bool = False


SUBMIT = Transition(
    CaseStatus.UNDER_REVIEW,
    Permission.CASE_SUBMIT,
    AuditAction.CASE_SUBMITTED,
    guards=(
        guards.exercise_open,
        guards.filling_open,
        guards.holds_pen,
        guards.is_owed,
        guards.no_rule_failed_to_run,
        guards.no_open_hard_failures,
        guards.soft_failures_explained,
        guards.queries_answered,
        guards.accounting_is_current,
    ),
    level=first_level,
)
VOID = Transition(
    CaseStatus.VOID,
    Permission.CASE_CLOSE,
    AuditAction.CASE_VOIDED,
    guards=(guards.exercise_open, guards.not_signed_above),
    needs_reason=True,
)
# the nation's change of a form takes back what the old version had let pass
REVISE = Transition(
    CaseStatus.RETURNED,
    Permission.INSTRUMENT_PUBLISH,
    AuditAction.CASE_REOPENED,
    guards=(guards.exercise_open,),
    needs_reason=True,
)
# a lot that failed its acceptance sampling goes back whole, whoever has approved its forms
RETURN_LOT = Transition(
    CaseStatus.RETURNED,
    Permission.QUALITY_DRAW,
    AuditAction.CASE_LOT_RETURNED,
    guards=(guards.exercise_open, guards.lot_not_signed_above),
    needs_reason=True,
)
_REVIEW = (
    guards.exercise_open,
    guards.review_open,
    guards.reviews_at_this_level,
    guards.not_own_work,
)
_SOUND = (guards.no_rule_failed_to_run, guards.no_open_hard_failures)

TRANSITIONS: dict[tuple[CaseStatus, CaseAction], Transition] = {
    (CaseStatus.OPEN, CaseAction.SUBMIT): SUBMIT,
    (CaseStatus.RETURNED, CaseAction.SUBMIT): SUBMIT,
    (CaseStatus.UNDER_REVIEW, CaseAction.APPROVE): Transition(
        CaseStatus.UNDER_REVIEW,
        Permission.CASE_REVIEW,
        AuditAction.CASE_APPROVED,
        guards=(*_REVIEW, guards.below_the_top, *_SOUND),
        level=level_above,
    ),
    (CaseStatus.UNDER_REVIEW, CaseAction.FINALISE): Transition(
        CaseStatus.FINAL,
        Permission.CASE_REVIEW,
        AuditAction.CASE_FINALISED,
        guards=(*_REVIEW, guards.at_the_top, *_SOUND),
    ),
    (CaseStatus.UNDER_REVIEW, CaseAction.RETURN): Transition(
        CaseStatus.RETURNED, Permission.CASE_REVIEW, AuditAction.CASE_RETURNED, guards=_REVIEW
    ),
    (CaseStatus.OPEN, CaseAction.VOID): VOID,
    (CaseStatus.RETURNED, CaseAction.VOID): VOID,
    (CaseStatus.UNDER_REVIEW, CaseAction.VOID): VOID,
    (CaseStatus.FINAL, CaseAction.REOPEN): Transition(
        CaseStatus.RETURNED,
        Permission.CASE_CLOSE,
        AuditAction.CASE_REOPENED,
        guards=(guards.exercise_open, guards.not_signed_above),
        needs_reason=True,
    ),
    (CaseStatus.FINAL, CaseAction.CORRECT): Transition(
        CaseStatus.RETURNED,
        Permission.CASE_REVIEW,
        AuditAction.CASE_REOPENED,
        guards=(guards.exercise_open, guards.signed_last, guards.not_own_work),
        needs_reason=True,
    ),
    (CaseStatus.UNDER_REVIEW, CaseAction.REVISE): REVISE,
    (CaseStatus.FINAL, CaseAction.REVISE): REVISE,
    (CaseStatus.UNDER_REVIEW, CaseAction.RETURN_LOT): RETURN_LOT,
    (CaseStatus.FINAL, CaseAction.RETURN_LOT): RETURN_LOT,
    (CaseStatus.VOID, CaseAction.REOPEN): Transition(
        CaseStatus.OPEN,
        Permission.CASE_CLOSE,
        AuditAction.CASE_REOPENED,
        guards=(guards.exercise_open,),
        needs_reason=True,
    ),
}


# Acts of a level of sign-off: afterwards it has looked at the newest submission.
LOOKS = frozenset({CaseAction.APPROVE, CaseAction.RETURN, CaseAction.FINALISE})
# What a move may write; cases in which it writes the same are written in one statement.
WRITTEN = (
    "status",
    "review_level",
    "status_changed_at",
    "submitted_at",
    "submitted_by_id",
    "finalised_at",
    "finalised_by_id",
    "review_due_on",
    "looked",
    "changed_count",
    "due_on",
    "correction_id",
)


@dataclass
class Moved:
    """What became of the cases that were asked to move; a refusal is told, not raised."""

    cases: list[Case] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)  # by case


def case_transition(
    *,
    case_id: int,
    action: CaseAction,
    actor: User,
    reason: str = "",
    due_on: date | None = None,
) -> Case:
    """Move a case along one edge of TRANSITIONS. Raises what `cases_transition` would tell."""
    moved = cases_transition(
        case_ids=[case_id], action=action, actor=actor, reason=reason, due_on=due_on
    )
    for refusal in moved.refused.values():
        raise refusal
    return moved.cases[0]


@transaction.atomic
def cases_transition(
    *,
    case_ids: Sequence[int],
    action: CaseAction,
    actor: User,
    reason: str = "",
    due_on: date | None = None,
) -> Moved:
    """Move cases along their edges of TRANSITIONS. The only writer of a case's status and level.

    `due_on` is by when they have to be submitted again, where the act says so.
    The rows are locked in the order of their numbers. Each guard is asked of all of them at once
    where it can be (`guards.SCREENS`), so that a batch costs a dozen statements and not a dozen
    each.
    """
    locked = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise", "unit")
        .filter(pk__in=case_ids)
        .order_by("pk")
    )
    cases = {case.pk: case for case in locked}
    moved = Moved(
        refused={
            pk: Missing(_("没有这份普查表。")) for pk in dict.fromkeys(case_ids) if pk not in cases
        }
    )
    edges = {}
    for case in cases.values():
        try:
            edges[case.pk] = _edge_allowed(case, action, actor, reason)
        except Refusal as refusal:
            moved.refused[case.pk] = refusal
    for edge in dict.fromkeys(edges.values()):
        own = [case for case in cases.values() if edges.get(case.pk) is edge]
        moved.cases += _take(own, edge, actor, moved.refused)
    before = {case.pk: {"status": case.status, "level": case.review_level} for case in moved.cases}
    _write(moved.cases, edges, actor, looks=action in LOOKS, due_on=due_on)
    audit_record_many(
        actor=actor,
        acts=[
            Act(
                edges[case.pk].audit,
                case,
                {
                    "before": before[case.pk],
                    "after": {"status": case.status, "level": case.review_level},
                    **({"reason": reason.strip()} if reason.strip() else {}),
                    **({"due_on": due_on.isoformat()} if due_on else {}),
                },
            )
            for case in moved.cases
        ],
    )
    return moved


def _edge_allowed(case: Case, action: CaseAction, actor: User, reason: str) -> Transition:
    transition = _edge(case, action)
    if not actor.has_perm(transition.requires, case):
        raise NotAllowed(
            _("您没有“%(permission)s”的权限。") % {"permission": transition.requires.label}
        )
    if transition.needs_reason and not reason.strip():
        raise Invalid(_("请写明理由。"), code="reason_required")
    return transition


def _take(
    cases: list[Case], edge: Transition, actor: User, refused: dict[int, Refusal]
) -> list[Case]:
    """The cases that every guard of the edge lets through. The first that refuses tells why."""
    for guard in edge.guards:
        screen = guards.SCREENS.get(guard)
        suspects = screen(cases, actor) if screen and cases else {case.pk for case in cases}
        for case in cases:
            if case.pk in suspects:
                try:
                    guard(case, actor)
                except Refusal as refusal:
                    refused[case.pk] = refusal
        cases = [case for case in cases if case.pk not in refused]
    return cases


def _write(
    cases: Sequence[Case],
    edges: Mapping[int, Transition],
    actor: User,
    *,
    looks: bool,
    due_on: date | None,
) -> None:
    """The new state, in one statement for all cases that come to the same one."""
    now = timezone.now()
    numbers = submission_numbers(cases) if looks else {}
    levels: dict[tuple[int, int, str, str], str] = {}
    alike: dict[str, tuple[dict[str, object], list[int]]] = {}
    for case in cases:
        before = {name: getattr(case, name) for name in WRITTEN}
        edge = edges[case.pk]
        place = (id(edge), case.exercise_id, case.division_code, case.review_level)
        if place not in levels:
            levels[place] = edge.level(case)
        if case.pk in numbers:
            case.looked = {**case.looked, case.review_level: numbers[case.pk]}
        _mark(case, edge.to, actor, now)
        case.changed_count, case.due_on = 0, due_on or case.due_on
        case.status, case.review_level = edge.to, levels[place]
        case.review_due_on = review_due_on(case.exercise, case.review_level, now)
        new = {name: getattr(case, name) for name in WRITTEN if getattr(case, name) != before[name]}
        alike.setdefault(repr(new), (new, []))[1].append(case.pk)
    for new, ids in alike.values():
        Case.objects.filter(pk__in=ids).update(**new, updated_at=now)
    if looks:
        changes_count([case for case in cases if case.review_level in case.looked])


def _edge(case: Case, action: CaseAction) -> Transition:
    transition = TRANSITIONS.get((CaseStatus(case.status), action))
    if transition is None:
        raise Conflict(
            _("本表现为“%(status)s”，不能“%(action)s”。")
            % {"status": case.get_status_display(), "action": action.label},
            code="transition_refused",
        )
    return transition


def _mark(case: Case, to: CaseStatus, actor: User, now: datetime) -> None:
    """Who and when, beside the new status. Takes the case before its status is changed."""
    case.status_changed_at = now
    if case.status in {CaseStatus.OPEN, CaseStatus.RETURNED} and to == CaseStatus.UNDER_REVIEW:
        case.submitted_at, case.submitted_by = now, actor
    is_final = to == CaseStatus.FINAL
    case.finalised_at = now if is_final else None
    case.finalised_by = actor if is_final else None
    if to in CLOSED_STATUSES:  # a correction ends with the case it opened
        case.correction = None


def can_take(case: Case, action: CaseAction, actor: User) -> bool:
    """Whether the table and the person's rights offer this act (the guards may still refuse)."""
    transition = TRANSITIONS.get((CaseStatus(case.status), action))
    return transition is not None and actor.has_perm(transition.requires, case)


def as_markdown() -> str:
    """The table and its state diagram, for docs/reference/case-states.md."""
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {CaseStatus.OPEN}",
        *(f"    {start} --> {edge.to}: {action}" for (start, action), edge in TRANSITIONS.items()),
        "```",
        "",
        "| from | act | to | level afterwards | permission | conditions |",
        "|---|---|---|---|---|---|",
        *(
            f"| {start} | {action} | {edge.to} | {edge.level.__name__} | {edge.requires} "
            f"| {_conditions(edge)} |"
            for (start, action), edge in TRANSITIONS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _conditions(edge: Transition) -> str:
    names = [guard.__name__ for guard in edge.guards]
    return ", ".join([*names, "needs_reason"] if edge.needs_reason else names)
