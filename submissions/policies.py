"""What a state allows."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import OwnUnit
from instruments.selectors import definition_data
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
from submissions.phase_enums import Work
from submissions.phases.open_work import is_work_open, phases_here

# Whose turn it is. Total: every status is here (a test says so).
STATUS_OWNERS: dict[CaseStatus, Owner] = {
    CaseStatus.OPEN: Owner.RESPONDENT,
    CaseStatus.RETURNED: Owner.RESPONDENT,
    CaseStatus.UNDER_REVIEW: Owner.REVIEWER,
    CaseStatus.FINAL: Owner.SYSTEM,
    CaseStatus.VOID: Owner.SYSTEM,
}


def is_fillers_turn(case: Case) -> bool:
    """Whether cells of this case may be saved, as far as its status says."""
    return STATUS_OWNERS[CaseStatus(case.status)] == Owner.RESPONDENT


def filling_works(case: Case) -> frozenset[Work]:
    """The works of which one must be open for this case to be filled."""
    is_listing = bool(definition_data(case.instrument_version_id).get("listing"))
    first = Work.LISTING if is_listing else Work.FILLING
    return frozenset({first, Work.MENDING} if case.status == CaseStatus.RETURNED else {first})


def is_filling_in_phase(case: Case) -> bool:
    """Whether the phases let this case be filled today. An approved correction needs no phase."""
    if not case.exercise.has_phases or case.correction_id is not None:
        return True
    return is_work_open(case.exercise, case.division_code, filling_works(case))


def is_review_in_phase(case: Case) -> bool:
    """Whether the phases let this case be reviewed today. An approved correction needs no phase."""
    if not case.exercise.has_phases or case.correction_id is not None:
        return True
    return is_work_open(case.exercise, case.division_code, {Work.REVIEW})


def is_open_for_filling(case: Case) -> bool:
    """Whether cells of this case may be saved: its status and its area's phases say so.

    Three queries in an exercise with phases, none in another.
    """
    return is_fillers_turn(case) and is_filling_in_phase(case)


def closed_words(case: Case, works: Collection[Work]) -> str:
    """Why none of these works may be done in the case's area today, as a sentence."""
    names = _("、").join(str(Work(work).label) for work in Work if work in works)
    today = timezone.localdate()
    late = [
        here.deadline.due_on
        for here in phases_here(case.exercise, case.division_code)
        if here.is_open and here.deadline and here.deadline.due_on < today
        if not set(here.phase.works).isdisjoint(works)
    ]
    if late:
        return _("本地区“%(works)s”的截止日期（%(day)s）已过。") % {
            "works": names,
            "day": max(late).isoformat(),
        }
    return _("本地区现在没有开放“%(works)s”：所属阶段尚未开始或已经结束。") % {"works": names}


def why_not_filled(case: Case) -> str:
    """Why the phases keep a case closed whose turn it is to be filled; blank where they do not."""
    if not is_fillers_turn(case) or is_filling_in_phase(case):
        return ""
    return closed_words(case, filling_works(case))


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
