"""What a state allows. Knows states, takes no user."""

from submissions.enums import CaseStatus, ExerciseStatus, Owner
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
