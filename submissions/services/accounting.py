"""Accounting: values derived from a G106-1, beside what people entered, never over it."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from instruments.accounting_targets import accounting_targets
from instruments.coefficient_selectors import version_in_force
from instruments.models import CoefficientVersion
from instruments.selectors import codelists_current
from submissions.accounting_cells import Accounting, DerivedCell, accounting_of
from submissions.accounting_monitoring import measured_answers, measured_results
from submissions.accounting_rows import RowsReckoner, inputs_hash
from submissions.enums import Provenance
from submissions.guards import holds_pen
from submissions.models import AccountingRun, Derivation, Response
from submissions.models.response import value_in_force
from submissions.policies import is_fillers_turn
from submissions.services.findings import findings_refresh, responses_reading
from submissions.services.revisions import RevisionStamp, revision_append
from submissions.services.saving import check_open_for_filling
from submissions.services.unit_forms import UnitForms, unit_forms_lock

DERIVED = Provenance.DERIVED.value
DEVICE = "accounting"


@dataclass(frozen=True)
class AccountingResult:
    """What one accounting did: the state of the form's accounting, and how many values changed.

    A value that stays but has another basis (a new version of the library) is written, not counted.
    """

    run: AccountingRun
    changed: int


@transaction.atomic
def values_derive(*, case_id: int, actor: User) -> AccountingResult:
    """Derive everything that a G106-1 says, in it and in the unit's other open forms.

    A derived value has its own slot, below what was collected. A row that cannot be reckoned gives
    no figure and a sentence; a sum that lacks a row is not written. Forms under review or final are
    left alone. Idempotent: nothing new writes no revision. Raises `NotAllowed`, `Conflict` where the
    form is not open, `Invalid` for another form or without a library in force.
    """
    return _derive_form(case_id, actor, Permission.RESPONSE_SAVE)


@transaction.atomic
def values_derive_again(*, case_id: int, actor: User) -> AccountingResult:
    """The same after a change of the library, by whoever put it in force."""
    return _derive_form(case_id, actor, Permission.COEFFICIENT_PUBLISH)


def _derive_form(case_id: int, actor: User, permission: Permission) -> AccountingResult:
    forms = unit_forms_lock(case_id=case_id)
    source = forms.of(case_id)
    if source.case.form_code != accounting_targets().form:
        raise Invalid(_("只有 G106-1 可以核算。"), code="not_accountable")
    if not actor.has_perm(permission, source.case):
        raise NotAllowed(_("您不能填报本表。"))
    check_open_for_filling(source)
    if permission == Permission.RESPONSE_SAVE:
        holds_pen(source.case, actor)
    version = version_in_force()
    if version is None:
        raise Conflict(_("还没有启用产排污系数库，不能核算。"), code="no_coefficients")
    accounting = accounting_compute(forms, source, version)
    return _write(forms, source, accounting, Context(version, actor, timezone.now()))


@dataclass(frozen=True)
class Context:
    """With which library, by whom and when values are derived."""

    version: CoefficientVersion
    actor: User
    at: datetime


def accounting_compute(
    forms: UnitForms, source: Response, version: CoefficientVersion
) -> Accounting:
    """Everything the form comes to with a version of the library. Writes nothing; two queries."""
    reckoner = RowsReckoner(version, codelists_current(), forms.unit.industry_codes)
    results = reckoner.results(forms.plain(source))
    accounting = accounting_of(forms, source, results, measured_results(forms))
    accounting.cells += _no_longer_derived(forms, accounting)
    return accounting


def _no_longer_derived(forms: UnitForms, accounting: Accounting) -> list[DerivedCell]:
    """Cells that an earlier accounting filled and this one does not: they go out of force."""
    now = {(cell.response.pk, cell.path) for cell in accounting.cells}
    return [
        DerivedCell(response, path, "", {"method": "", "rows": []})
        for response in forms.living
        if is_fillers_turn(response.case)
        for path, cell in response.cells.items()
        if (response.pk, path) not in now and cell.get(DERIVED, {}).get("v")
    ]


def _write(
    forms: UnitForms, source: Response, accounting: Accounting, context: Context
) -> AccountingResult:
    hashes = _basis_hashes(forms)
    by_response: dict[int, list[DerivedCell]] = defaultdict(list)
    changed = 0
    for cell in accounting.cells:
        if _is_news(cell, hashes):
            by_response[cell.response.pk].append(cell)
            changed += (
                cell.response.cells.get(cell.path, {}).get(DERIVED, {}).get("v") != cell.value
            )
    touched = [r for r in forms.responses if r.pk in by_response]
    for response in touched:
        _derive(response, by_response[response.pk], context)
        forms.forget(response)
    run = _keep_run(forms, source, accounting, context)
    if touched:
        reading = [other for r in touched for other in responses_reading(forms, r)]
        affected = list(dict.fromkeys([*touched, *reading]))
        findings_refresh(forms=forms, responses=affected, now=context.at)
    if touched:
        audit_record(
            action=AuditAction.VALUES_DERIVED,
            actor=context.actor,
            subject=source.case,
            detail={
                "number": context.version.number,
                "cells": changed,
                "refused": len(accounting.refusals),
            },
        )
    return AccountingResult(run, changed)


def _basis_hashes(forms: UnitForms) -> dict[tuple[int, str], str]:
    """The basis of every derived cell as it is now. One query."""
    newest = (
        Derivation.objects.filter(response__in=forms.responses)
        .order_by("response_id", "cell", "-number")
        .distinct("response_id", "cell")
    )
    return {
        (pk, cell): digest
        for pk, cell, digest in newest.values_list("response_id", "cell", "basis_hash")
    }


def _is_news(cell: DerivedCell, hashes: dict[tuple[int, str], str]) -> bool:
    slot = cell.response.cells.get(cell.path, {}).get(DERIVED)
    if slot is None:
        return cell.value != ""
    known = hashes.get((cell.response.pk, cell.path))
    return bool(slot["v"] != cell.value or (cell.value and known != content_hash(cell.basis)))


def _derive(response: Response, cells: list[DerivedCell], context: Context) -> None:
    """One revision for one form: the slots, the patch, and how each value came about."""
    number = response.version + 1
    patch: list[dict[str, Any]] = []
    for cell in cells:
        slots = response.cells.get(cell.path, {})
        before = value_in_force(slots)
        slot = {
            "v": cell.value,
            "by": context.actor.pk,
            "at": context.at.isoformat(timespec="seconds"),
            "n": number,
        }
        response.cells[cell.path] = {**slots, DERIVED: slot}
        patch.append(
            {
                "op": "derive",
                "cell": cell.path,
                "before": before,
                "value": value_in_force(response.cells[cell.path]),
                "derived": cell.value,
            }
        )
    stamp = RevisionStamp(
        actor=context.actor,
        at=context.at,
        device=DEVICE,
        save_id=uuid.uuid4(),
        request_hash=content_hash(patch),
    )
    revision_append(response=response, patch=patch, stamp=stamp)
    Derivation.objects.bulk_create(
        Derivation(
            response=response,
            number=number,
            cell=cell.path,
            value=cell.value,
            basis=cell.basis,
            basis_hash=content_hash(cell.basis),
            coefficient_version=context.version,
        )
        for cell in cells
    )


def _keep_run(
    forms: UnitForms, source: Response, accounting: Accounting, context: Context
) -> AccountingRun:
    industries = forms.unit.industry_codes
    run, _created = AccountingRun.objects.update_or_create(
        case=source.case,
        defaults={
            "inputs_hash": inputs_hash(forms.plain(source), industries, measured_answers(forms)),
            "coefficient_version": context.version,
            "derived_count": sum(bool(cell.value) for cell in accounting.cells),
            "refusals": sorted(accounting.refusals, key=lambda line: int(line["row"])),
            "accounted_at": context.at,
            "accounted_by": context.actor,
        },
    )
    return run
