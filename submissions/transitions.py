"""The workflow is this table. `case_transition` is the only writer of a case's status and level."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from submissions import guards
from submissions.enums import CLOSED_STATUSES, CaseAction, CaseStatus
from submissions.models import Case
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


@transaction.atomic
def case_transition(
    *,
    case_id: int,
    action: CaseAction,
    actor: User,
    reason: str = "",
    due_on: date | None = None,
) -> Case:
    """Move a case along one edge of TRANSITIONS. The only writer of its status and level.

    `due_on` is by when it has to be submitted again, where the act says so.
    """
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise", "unit")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Missing(_("没有这份普查表。"))
    transition = _edge(case, action)
    if not actor.has_perm(transition.requires, case):
        raise NotAllowed(
            _("您没有“%(permission)s”的权限。") % {"permission": transition.requires.label}
        )
    if transition.needs_reason and not reason.strip():
        raise Invalid(_("请写明理由。"), code="reason_required")
    for guard in transition.guards:
        guard(case, actor)

    before = {"status": case.status, "level": case.review_level}
    level = transition.level(case)
    _mark(case, transition.to, actor, timezone.now())
    case.status = transition.to
    case.review_level = level
    case.due_on = due_on or case.due_on
    case.save()
    audit_record(
        action=transition.audit,
        actor=actor,
        subject=case,
        detail={
            "before": before,
            "after": {"status": case.status, "level": case.review_level},
            **({"reason": reason.strip()} if reason.strip() else {}),
            **({"due_on": due_on.isoformat()} if due_on else {}),
        },
    )
    return case


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
