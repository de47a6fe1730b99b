"""What a state allows."""

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import OwnUnit
from submissions.enums import (
    CaseStatus,
    ExerciseStatus,
    FailureKind,
    Holder,
    Level,
    Owner,
    Severity,
)
from submissions.models import Case, CollectionExercise

# Whose turn it is. Total: every status is here (a test says so).
STATUS_OWNERS: dict[CaseStatus, Owner] = {
    CaseStatus.OPEN: Owner.RESPONDENT,
    CaseStatus.RETURNED: Owner.RESPONDENT,
    CaseStatus.UNDER_REVIEW: Owner.REVIEWER,
    CaseStatus.FINAL: Owner.SYSTEM,
    CaseStatus.VOID: Owner.SYSTEM,
}


def is_open_for_filling(case: Case) -> bool:
    """Whether cells of this case may be saved, as far as its status says."""
    return STATUS_OWNERS[CaseStatus(case.status)] == Owner.RESPONDENT


def side_of(actor: User, case: Case) -> Holder:
    """On which side of a hand-over this person fills the case: the unit's own, or the census's."""
    own = any(
        isinstance(scope, OwnUnit) and scope.covers(case)
        for scope in actor.scopes_for(Permission.RESPONSE_SAVE)
    )
    return Holder.RESPONDENT if own else Holder.ENUMERATOR


def holds_the_pen(actor: User, case: Case) -> bool:
    """Whether the case may be filled from this person's side now."""
    return case.holder in {Holder.BOTH, side_of(actor, case)}


def may_hand_over(actor: User, case: Case) -> bool:
    """Whether this person is offered to hand the case over, or to take it back."""
    if not (is_open_for_filling(case) and is_running(case.exercise)):
        return False
    is_theirs = side_of(actor, case) == Holder.RESPONDENT and case.holder == Holder.ENUMERATOR
    return not is_theirs and actor.has_perm(Permission.RESPONSE_SAVE, case)


def is_running(exercise: CollectionExercise) -> bool:
    """Whether the exercise takes answers and decisions."""
    return exercise.status == ExerciseStatus.OPEN


# Who may set a rule aside, from which level on. What is not here is never set aside: a figure that
# is no number, a code that no list knows or a blank item cannot be summed, whoever agrees to it.
WAIVER_LEVELS: dict[tuple[FailureKind, Severity], Level] = {
    (FailureKind.RULE, Severity.SOFT): Level.COUNTY,
    (FailureKind.RULE, Severity.HARD): Level.PROVINCE,
}
WAIVER_DAYS_AT_MOST = 366


def waiver_level(kind: FailureKind | str, severity: Severity | str) -> Level | None:
    """The lowest level that may waive such a finding; None for never."""
    return WAIVER_LEVELS.get((FailureKind(kind), Severity(severity)))


def is_waiver_enough(level: Level | str, kind: FailureKind | str, severity: Severity | str) -> bool:
    """Whether a waiver approved at `level` sets such a finding aside.

    A soft rule that a new version of the form has made hard is not waived by its county any more.
    """
    least, order = waiver_level(kind, severity), list(Level)
    return least is not None and order.index(Level(level)) >= order.index(least)
