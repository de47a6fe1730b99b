"""Which forms a unit owes: derived from its register entry and its answers, and kept current."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.evaluation.definition import form_name
from instruments.models import InstrumentVersion
from instruments.scoping import OwedForm, forms_owed
from registry.enums import UnitStatus
from registry.models import Unit
from submissions.enums import CaseStatus, ExerciseStatus
from submissions.models import (
    Case,
    CollectionExercise,
    EditFailure,
    ItemQuery,
    NoteThread,
    Response,
)
from submissions.services.findings import findings_refresh
from submissions.services.opening import case_open
from submissions.services.unit_forms import UnitForms
from submissions.unit_facts import register_facts

MAY_DERIVE = (Permission.UNIT_REGISTER, Permission.UNIT_AMEND, Permission.RESPONSE_SAVE)


@transaction.atomic
def cases_derive(*, unit_id: int, actor: User | None) -> list[Case]:
    """Open what the unit owes in every running exercise, mark what it no longer owes.

    Called by the doors after a unit is registered or amended. `actor` None is the operator.
    Answers already entered are kept whatever is owed. Returns the unit's cases.
    """
    unit = Unit.objects.select_for_update(no_key=True).filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("没有这个普查对象。"))
    if actor is not None and not any(actor.has_perm(wanted, unit) for wanted in MAY_DERIVE):
        raise NotAllowed(_("您不能为此普查对象下达普查表。"))
    for exercise in CollectionExercise.objects.filter(status=ExerciseStatus.OPEN):
        forms = UnitForms(_responses(unit, exercise))
        _follow_the_unit(unit, forms.responses)
        changed = _derive(unit, exercise, forms, actor)
        if changed:
            findings_refresh(
                forms=forms,
                responses=[r for r in forms.living if r.version > 0],
                now=timezone.now(),
            )
    return list(Case.objects.filter(unit=unit).order_by("pk"))


def cases_derive_from(*, forms: UnitForms, actor: User) -> list[Response]:
    """The same inside a save, on forms that are locked and in memory.

    No query while nothing changes. Returns the responses whose case changed or is new, and
    those whose rules ask what is owed.
    """
    changed = _derive(forms.unit, forms.exercise, forms, actor)
    if not changed:
        return []
    asking = [r for r in forms.living if r.version > 0 and forms.compiled(r).reads_owed]
    return asking


def _responses(unit: Unit, exercise: CollectionExercise) -> list[Response]:
    return list(
        Response.objects.select_for_update(of=("self", "case"), no_key=True)
        .filter(case__unit=unit, case__exercise=exercise)
        .select_related("case__unit", "case__exercise")
        .order_by("pk")
    )


def _derive(unit: Unit, exercise: CollectionExercise, forms: UnitForms, actor: User | None) -> bool:
    """Compare what is owed with the cases there are, and bring them together."""
    answers = {form_name(r.case.form_code): forms.plain(r) for r in forms.living}
    found = forms_owed(
        unit_facts=register_facts(unit), answers_by_form=answers, published=forms.published
    )
    # a duplicate is no unit of its own: what it owed, its survivor owes
    owed = {f.code: f for f in found} if unit.status != UnitStatus.DUPLICATE else {}
    changed = False
    for response in forms.responses:
        changed |= _owe(response.case, owed.pop(response.case.form_code, None), actor)
    for form in owed.values():
        version_id = forms.published.version_id(form.code, unit.division_code)
        version = InstrumentVersion.objects.select_related("instrument").get(pk=version_id)
        case = case_open(
            unit=unit, version=version, exercise=exercise, actor=actor, reason=dict(form.reason)
        )
        case.unit, case.exercise = unit, exercise
        response = case.response
        response.case = case
        forms.responses.append(response)
        changed = True
    return changed


def _owe(case: Case, form: OwedForm | None, actor: User | None) -> bool:
    """Write whether the case is owed and why; whether that is news."""
    reason = dict(form.reason) if form else case.owed_reason
    is_owed = form is not None
    if (case.is_owed, case.owed_reason) == (is_owed, reason) or case.status == CaseStatus.VOID:
        return False
    was_owed = case.is_owed
    case.is_owed, case.owed_reason = is_owed, reason
    case.save(update_fields=["is_owed", "owed_reason", "updated_at"])
    if was_owed != is_owed:
        audit_record(
            action=AuditAction.CASE_OWING_CHANGED,
            actor=actor,
            subject=case,
            detail={"form": case.form_code, "is_owed": is_owed},
        )
    return was_owed != is_owed


def _follow_the_unit(unit: Unit, responses: Sequence[Response]) -> None:
    """A unit that has moved takes its cases, findings and queries along."""
    moved = [r.case_id for r in responses if r.case.division_code != unit.division_code]
    if not moved:
        return
    Case.objects.filter(pk__in=moved).update(division_code=unit.division_code)
    for model in (EditFailure, ItemQuery, NoteThread):
        model._default_manager.filter(case_id__in=moved).update(division_code=unit.division_code)
    for response in responses:
        response.case.division_code = unit.division_code
