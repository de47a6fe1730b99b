"""What a state allows. Knows states, takes no user."""

from submissions.enums import CaseStatus, ExerciseStatus, FailureKind, Level, Owner, Severity
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
