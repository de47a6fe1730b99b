"""A correction after final approval: asked for, decided by the level that signed last, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from submissions import guards
from submissions.enums import CaseAction, CaseStatus
from submissions.form_cells import cells_of_form
from submissions.models import Case, CorrectionDecision, CorrectionRequest, Response
from submissions.phase_enums import Verdict
from submissions.policies import is_running
from submissions.selectors import submission_latest
from submissions.services.spoken import reason_checked
from submissions.transitions import case_transition

CELLS_AT_MOST = 200
VALUE_LENGTH_AT_MOST = 500
EVENTS = {
    Verdict.APPROVE: AuditAction.CORRECTION_APPROVED,
    Verdict.REFUSE: AuditAction.CORRECTION_REFUSED,
    Verdict.WITHDRAW: AuditAction.CORRECTION_WITHDRAWN,
}


@dataclass(frozen=True)
class ProposedChange:
    """One cell, what it should say, and why; without a reason the request's own stands for it."""

    cell: str
    value: str
    reason: str = ""


@transaction.atomic
def correction_request(
    *, case_id: int, reason: str, actor: User, changes: Sequence[ProposedChange] = ()
) -> CorrectionRequest:
    """Ask that a final form be opened again, for certain cells or as a whole. Nothing opens yet.

    Raises `NotAllowed`, `Invalid` (`reason_required`, `unknown_cell`, `nothing_changed`), or
    `Conflict` (`not_final`, `correction_stands`).
    """
    case = _locked(case_id)
    if not actor.has_perm(Permission.CORRECTION_REQUEST, case):
        raise NotAllowed(_("您不能为本表申请更正。"))
    _check_running(case)
    submission = submission_latest(case)
    if case.status != CaseStatus.FINAL or submission is None:
        raise Conflict(
            _("本表现为“%(status)s”，只有已定稿的普查表需要申请更正。")
            % {"status": case.get_status_display()},
            code="not_final",
        )
    reason = reason_checked(reason, field="reason")
    kept = _checked(case, changes)
    if CorrectionRequest.objects.undecided().filter(case=case).exists():
        raise Conflict(_("本表的更正申请正在等待批准。"), code="correction_stands")
    correction = CorrectionRequest.objects.create(
        case=case,
        division_code=case.division_code,
        submission=submission,
        reason=reason,
        changes=kept,
        requested_at=timezone.now(),
        requested_by=actor,
    )
    _record(AuditAction.CORRECTION_REQUESTED, correction, actor, reason)
    return correction


@transaction.atomic
def correction_decide(
    *, correction_id: int, verdict: Verdict, actor: User, note: str = ""
) -> CorrectionDecision:
    """Approve (the case opens for exactly this), refuse, or withdraw.

    The level that signed last decides, and neither the one who asked (`own_request`) nor somebody
    who worked on the form (`own_work`). Raises `NotAllowed` or `Conflict` (`correction_decided`).
    """
    found = CorrectionRequest.objects.filter(pk=correction_id).first()
    if found is None:
        raise Missing(_("没有这项更正申请。"))
    case = _locked(found.case_id)
    correction = CorrectionRequest.objects.select_related("case").get(pk=correction_id)
    level = _level_of(correction, case, verdict, actor)
    _check_running(case)
    if CorrectionDecision.objects.filter(correction=correction).exists():
        raise Conflict(_("这项更正申请已经有了结论。"), code="correction_decided")
    note = note.strip()
    if verdict == Verdict.REFUSE or note:
        note = reason_checked(note, field="note")
    if verdict == Verdict.APPROVE:
        case = case_transition(
            case_id=case.pk, action=CaseAction.CORRECT, actor=actor, reason=correction.reason
        )
        case.correction = correction
        case.save(update_fields=["correction", "updated_at"])
    decision = CorrectionDecision.objects.create(
        correction=correction,
        verdict=verdict,
        level=level,
        note=note,
        decided_at=timezone.now(),
        decided_by=actor,
    )
    _record(EVENTS[verdict], correction, actor, note)
    return decision


def _locked(case_id: int) -> Case:
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise", "unit")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Missing(_("没有这份普查表。"))
    return case


def _check_running(case: Case) -> None:
    if not is_running(case.exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")


def _checked(case: Case, changes: Sequence[ProposedChange]) -> list[dict[str, str]]:
    """The changes as they are kept, each with the value it replaces."""
    if len(changes) > CELLS_AT_MOST:
        raise Invalid(
            _("一次最多更正 %(count)d 个指标。") % {"count": CELLS_AT_MOST}, code="too_many_cells"
        )
    if len({change.cell for change in changes}) < len(changes):
        raise Invalid(_("同一个指标只能写一次。"), code="cell_twice")
    if not changes:
        return []
    plain = Response.objects.get(case=case).plain()
    known = cells_of_form(case.instrument_version_id, plain["rows"])
    kept = []
    for change in changes:
        if change.cell not in known:
            raise Invalid(
                _("本表没有“%(cell)s”这个指标。") % {"cell": change.cell},
                code="unknown_cell",
                cell=change.cell,
            )
        before = str(plain["values"].get(change.cell, ""))
        value = change.value.strip()
        if len(value) > VALUE_LENGTH_AT_MOST or "\x00" in value:
            raise Invalid(_("拟改为的内容过长。"), code="value_too_long", cell=change.cell)
        if value == before:
            raise Invalid(_("拟改为的内容与现值相同。"), code="nothing_changed", cell=change.cell)
        reason = reason_checked(change.reason, field=change.cell) if change.reason.strip() else ""
        kept.append({"cell": change.cell, "before": before, "value": value, "reason": reason})
    return kept


def _level_of(
    correction: CorrectionRequest, case: Case, verdict: Verdict, actor: User
) -> Level | str:
    if verdict == Verdict.WITHDRAW:
        if actor.pk != correction.requested_by_id:
            raise NotAllowed(_("只有申请人可以撤回。"), code="not_yours")
        return ""
    if not actor.has_perm(Permission.CASE_REVIEW, case):
        raise NotAllowed(_("您不能批准更正。"))
    guards.signed_last(case, actor)
    if actor.pk == correction.requested_by_id:
        raise NotAllowed(_("申请人不能批准自己的申请。"), code="own_request")
    guards.not_own_work(case, actor)
    return case.exercise.top_level


def _record(action: AuditAction, correction: CorrectionRequest, actor: User, reason: str) -> None:
    audit_record(
        action=action,
        actor=actor,
        subject=correction.case,
        detail={
            "correction": correction.pk,
            "submission": correction.submission_id,
            "cells": sorted(correction.cells),
            **({"reason": reason} if reason else {}),
        },
    )
