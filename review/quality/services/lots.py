"""Judging a lot by its acceptance number, and returning a failing one whole."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import UnitKind
from registry.selectors import division_name
from review.enums import Decision, ReturnReason
from review.models import QualityLot, ReviewDecision
from review.quality.enums import CheckStage, LotOutcome, SamplePart, SampleStage
from review.quality.frame import IN_FORCE
from review.quality.selectors import is_of_level
from submissions.enums import CaseAction, JobKind
from submissions.jobs import job_start
from submissions.models import Case, Job
from submissions.selectors import submission_latest
from submissions.transitions import case_transition

DUE_AT_MOST = timedelta(days=366)


@transaction.atomic
def lot_decide(
    *, actor: User, lot_id: int, due_on: date | None = None
) -> tuple[QualityLot, Job | None]:
    """Judge a lot whose checks are all closed. A failing lot of forms goes back whole, by a job.

    The acceptance number decides, nobody else. `due_on` is by when the forms have to be put right;
    the plan's days where it is None. Raises `Missing`, `NotAllowed`, `Conflict`, or `Invalid`.
    """
    lots = QualityLot.objects.select_for_update(of=("self",), no_key=True)
    lot = lots.select_related("sample").visible_to(actor).filter(pk=lot_id).first()
    if lot is None:
        raise Missing(_("没有这一批，或不在您的管辖范围内。"))
    if not is_of_level(actor, Permission.QUALITY_DRAW, lot.sample.division_code):
        raise NotAllowed(_("只有抽取样本的本级普查办可以判定。"))
    if lot.outcome != LotOutcome.PENDING or lot.sample.stage != SampleStage.DRAWN:
        raise Conflict(_("这一批已经判定。"), code="already_decided")
    left = lot.checks.exclude(stage=CheckStage.CLOSED).count()
    if left:
        raise Conflict(_("这一批还有 %d 份没有核查完。") % left, code="checks_open")
    lot.nonconforming = lot.checks.filter(is_nonconforming=True).count()
    failed = lot.nonconforming > lot.acceptance_number
    lot.outcome = LotOutcome.REJECTED if failed else LotOutcome.ACCEPTED
    lot.decided_at, lot.decided_by = timezone.now(), actor
    goes_back = failed and lot.part == SamplePart.FORM
    if goes_back:
        lot.due_on = _due(lot, due_on)
    lot.save()
    audit_record(
        action=AuditAction.QUALITY_LOT_DECIDED,
        actor=actor,
        subject=lot,
        detail={
            "outcome": str(lot.outcome),
            "size": lot.size,
            "checked": lot.sample_size,
            "nonconforming": lot.nonconforming,
            "acceptance_number": lot.acceptance_number,
            **({"due_on": lot.due_on.isoformat()} if lot.due_on else {}),
        },
    )
    return lot, lot_return_start(actor=actor, lot=lot) if goes_back else None


def lot_return_start(*, actor: User, lot: QualityLot) -> Job:
    """The job that returns a failing lot; again where it did not come to its end."""
    return job_start(
        kind=JobKind.LOT_RETURN,
        parameters={"lot": lot.pk},
        actor=actor,
        division_code=lot.sample.division_code,
    )


def _due(lot: QualityLot, asked: date | None) -> date:
    today = timezone.localdate()
    found = asked or today + timedelta(days=lot.sample.quality_plan.number("return_days"))
    if not today < found <= today + DUE_AT_MOST:
        raise Invalid(_("整改期限须晚于今天，不超过一年。"), code="due_on", cell="due_on")
    return found


def return_reason(lot: QualityLot) -> str:
    """Why the forms of a lot go back, in the words that their fillers read."""
    return _(
        "%(place)s%(kind)s共 %(size)d 份，抽查 %(checked)d 份，%(failed)d 份不合格，"
        "超过接收数 %(accepted)d，整批退回。请逐项核实全表，于 %(due)s 前重新提交。"
    ) % {
        "place": division_name(lot.division_code),
        "kind": UnitKind(lot.unit_kind).label,
        "size": lot.size,
        "checked": lot.sample_size,
        "failed": lot.nonconforming,
        "accepted": lot.acceptance_number,
        "due": lot.due_on,
    }


@transaction.atomic
def lot_case_return(*, actor: User, lot: QualityLot, case_id: int) -> bool:
    """Return one form of a failing lot. False where it is back with its filler already.

    Raises what `case_transition` raises.
    """
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    if case.status not in IN_FORCE:
        return False
    submission = submission_latest(case)
    assert submission is not None  # noqa: S101  the frame holds submitted forms
    decided = lot.decided_at or timezone.now()
    if submission.submitted_at > decided:
        return False  # put right since: an earlier delivery of the job has returned it
    reason = return_reason(lot)
    case = case_transition(
        case_id=case_id,
        action=CaseAction.RETURN_LOT,
        actor=actor,
        reason=reason,
        due_on=lot.due_on,
    )
    ReviewDecision.objects.create(
        case=case,
        division_code=case.division_code,
        submission=submission,
        level=lot.sample.level,
        decision=Decision.RETURN,
        reason_codes=[ReturnReason.QUALITY_LOT],
        note=reason,
        decided_at=case.status_changed_at,
        decided_by=actor,
    )
    return True
