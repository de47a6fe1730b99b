"""What a change of the register does to the forms: they follow the unit, none is lost."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from registry.enums import FrameChangeKind, UnitPart
from registry.models import FrameChange, Unit
from registry.services.frame_changes import frame_change_approve, frame_change_undo
from submissions.enums import CaseStatus, ExerciseStatus
from submissions.models import Case, EditFailure, ItemQuery, NoteThread
from submissions.services.deriving import cases_derive

CASES = "cases"  # in the change's `before`: cases that went over to the survivor


@transaction.atomic
def frame_change_carry_out(*, actor: User, change_id: int, note: str = "") -> FrameChange:
    """Approve a change, and let the forms follow it. Raises what `frame_change_approve` raises.

    In a merger a form goes over to the survivor where that has none of its kind in the exercise
    and it is not final; every other form stays with the duplicate, no longer owed, and is kept.
    """
    change = frame_change_approve(actor=actor, change_id=change_id, note=note)
    if change.kind == FrameChangeKind.MERGE:
        subject, survivor = _unit(change, UnitPart.SUBJECT), _unit(change, UnitPart.SURVIVOR)
        change.before[CASES] = _hand_over(_missing_in(subject, survivor), survivor)
        change.save(update_fields=["before"])
    _derive(change, actor)
    return change


@transaction.atomic
def frame_change_take_back(*, actor: User, change_id: int, reason: str) -> FrameChange:
    """Undo a change; forms that had gone over come back."""
    change = frame_change_undo(actor=actor, change_id=change_id, reason=reason)
    if moved := change.before.get(CASES):
        _hand_over(Case.objects.filter(pk__in=moved), _unit(change, UnitPart.SUBJECT))
    _derive(change, actor)
    return change


def _unit(change: FrameChange, part: UnitPart) -> Unit:
    return Unit.objects.get(frame_changes__change=change, frame_changes__part=part)


def _missing_in(subject: Unit, survivor: Unit) -> list[Case]:
    """Forms of the duplicate that the survivor lacks, in exercises that run."""
    own = set(Case.objects.filter(unit=survivor).values_list("exercise_id", "form_code"))
    cases = Case.objects.select_for_update(no_key=True, of=("self",)).filter(
        unit=subject, exercise__status=ExerciseStatus.OPEN
    )
    return [
        case
        for case in cases.exclude(status__in=[CaseStatus.FINAL, CaseStatus.VOID])
        if (case.exercise_id, case.form_code) not in own
    ]


def _hand_over(cases: Iterable[Case], unit: Unit) -> list[int]:
    keys = [case.pk for case in cases]
    Case.objects.filter(pk__in=keys).update(unit=unit, division_code=unit.division_code)
    for model in (EditFailure, ItemQuery, NoteThread):
        model._default_manager.filter(case_id__in=keys).update(division_code=unit.division_code)
    return keys


def _derive(change: FrameChange, actor: User) -> None:
    for unit_id in change.units.order_by("unit_id").values_list("unit_id", flat=True):
        cases_derive(unit_id=unit_id, actor=actor)
