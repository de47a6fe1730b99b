"""Brings the cases there are to the version in force, one transaction a case; safe to run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Refusal
from accounts.models import User
from instruments.evaluation.engine import evaluate
from instruments.selectors import definition_data
from registry.models import Unit
from submissions.change_impact import kinds_reconsidered
from submissions.change_outcomes import (
    CHUNK,
    Outcome,
    cases_concerned,
    chunks_of,
    forms_changed,
    outcome_of,
    weigh,
)
from submissions.enums import CaseAction, ReopenPolicy
from submissions.jobs import RunningJob, job_running
from submissions.models import Case, CaseReopening, EditFailure, FormChange, Response
from submissions.services.deriving import cases_derive
from submissions.services.findings import findings_refresh, responses_reading
from submissions.services.opening import carried_forward, first_rows
from submissions.services.unit_forms import UnitForms, unit_forms_lock
from submissions.transitions import case_transition
from submissions.unit_facts import prefill_facts


@dataclass(frozen=True)
class Scope:
    """Which cases, and what happens to submitted ones. `change` is None for a province's items."""

    form_codes: list[str]
    division_prefix: str
    policy: str
    change: FormChange | None


def change_apply_job(job_id: int) -> None:
    """Run the job. Parameters: `change`, or `code` and `division` for a province's additions."""
    with job_running(job_id) as running:
        scope = _scope(running.job.parameters)
        counts = change_apply(scope, actor=running.job.requested_by, running=running)
        if scope.change is not None:
            FormChange.objects.filter(pk=scope.change.pk).update(applied=dict(counts))


def _scope(parameters: dict[str, Any]) -> Scope:
    if "change" in parameters:
        change = FormChange.objects.select_related("base_version").get(pk=parameters["change"])
        return Scope(forms_changed(change.kind, change.code), "", change.reopen, change)
    return Scope([parameters["code"]], parameters["division"], ReopenPolicy.NONE, None)


def change_apply(scope: Scope, *, actor: User, running: RunningJob | None = None) -> Counter[str]:
    """Every case once; what has the version already only has its findings counted again."""
    counts: Counter[str] = Counter({outcome.value: 0 for outcome in Outcome})
    cases = cases_concerned(scope.form_codes, scope.division_prefix)
    for chunk in chunks_of(cases, running, _("正在套用新版")):
        for case_id in chunk:
            counts[_apply(case_id, scope, actor)] += 1
    _derive_again(scope, actor, running)
    if running is not None:
        running.progress(1, 1, applied_sentence(counts))
    return counts


def applied_sentence(counts: Counter[str]) -> str:
    """What was done, in one sentence."""
    return _("%(moved)d 份改用新版，%(reopened)d 份重新开放，%(left)d 份保留提交时的版本。") % {
        outcome.value: counts[outcome] for outcome in Outcome
    }


@transaction.atomic
def _apply(case_id: int, scope: Scope, actor: User) -> Outcome:
    try:
        forms = unit_forms_lock(case_id=case_id)
    except Refusal:  # voided or removed while the job ran
        return Outcome.LEFT
    response = forms.of(case_id)
    case = response.case
    target = forms.published.version_id(case.form_code, case.division_code)
    outcome = outcome_of(
        case.status, scope.policy, has_new_hard=_has_new_hard(forms, response, target)
    )
    if outcome == Outcome.REOPENED and _is_submitted_since(case, scope.change):
        outcome = Outcome.LEFT
    if outcome == Outcome.LEFT:
        return outcome
    if outcome == Outcome.REOPENED:
        _reopen(case, scope, actor)
    _move(forms, response, target)
    return outcome


def _is_submitted_since(case: Case, change: FormChange | None) -> bool:
    """What was submitted after the change is not taken back when it is applied again."""
    at = change.published_at if change is not None else None
    return bool(at and case.submitted_at and case.submitted_at > at)


def _has_new_hard(forms: UnitForms, response: Response, target: int) -> bool:
    """Whether the new version blocks what the old one let pass; asked of touched forms only."""
    if not response.version:
        return False
    stored = EditFailure.objects.filter(case_id=response.case_id)
    found = evaluate(forms.compiled_as(target), forms.plain(response), forms.context())
    return weigh(list(stored), list(found)).has_new_hard


def _reopen(case: Case, scope: Scope, actor: User) -> None:
    assert scope.change is not None  # noqa: S101  a province's additions reopen nothing
    before = (case.status, case.review_level)
    after = case_transition(
        case_id=case.pk,
        action=CaseAction.REVISE,
        actor=actor,
        reason=scope.change.reason,
    )
    CaseReopening.objects.create(
        change=scope.change,
        case=case,
        status=before[0],
        review_level=before[1],
        reopened_at=after.status_changed_at,
    )
    for field in ("status", "review_level", "status_changed_at", "finalised_at", "finalised_by"):
        setattr(case, field, getattr(after, field))


def _move(forms: UnitForms, response: Response, target: int) -> None:
    """Pin the case to the version; whatever was answered stays, also under items that are gone."""
    case = response.case
    if case.instrument_version_id != target:
        case.instrument_version_id = target
        case.save(update_fields=["instrument_version", "updated_at"])
        if not response.version:
            _prepare(response, target)
            forms.forget(response)
    touched = [response] if response.version else []
    reading = [r for r in responses_reading(forms, response) if r.version]
    now = timezone.now()
    if touched or reading:
        findings_refresh(forms=forms, responses=[*touched, *reading], now=now)
    if not touched:
        findings_refresh(forms=forms, responses=[response], now=now, with_required=False)


def _prepare(response: Response, target: int) -> None:
    """An untouched form gets what the register knows of the new items, and their first rows."""
    definition = definition_data(target)
    known = carried_forward(definition, prefill_facts(response.case.unit), None, timezone.now())
    response.cells = {**known, **response.cells}
    response.rows = {**first_rows(definition), **response.rows}
    response.save(update_fields=["cells", "rows", "updated_at"])


def _derive_again(scope: Scope, actor: User, running: RunningJob | None) -> None:
    """Where the form says anew who fills it, ask every unit of its kinds again."""
    kinds = kinds_reconsidered(scope.change) if scope.change is not None else []
    units = Unit.objects.filter(kind__in=kinds).order_by("pk").values_list("pk", flat=True)
    _each(list(units), lambda pk: cases_derive(unit_id=pk, actor=actor), running)


def _each(keys: list[int], act: Callable[[int], object], running: RunningJob | None) -> None:
    for done, key in enumerate(keys):
        if running is not None and done % CHUNK == 0:
            running.progress(done, len(keys), _("正在重新确定应填报表"))
        act(key)
