"""Asking for a waiver, approving or refusing it, revoking it. A request is never changed."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.selectors import definition_for
from submissions import guards
from submissions.enums import FailureKind, Severity, WaiverAct, WaiverState
from submissions.models import Case, RuleWaiver, WaiverDecision
from submissions.policies import WAIVER_DAYS_AT_MOST, is_running, waiver_level
from submissions.services.spoken import reason_checked
from submissions.services.waived import case_waivers_apply

ACTS = {
    WaiverAct.APPROVE: AuditAction.WAIVER_APPROVED,
    WaiverAct.REFUSE: AuditAction.WAIVER_REFUSED,
    WaiverAct.REVOKE: AuditAction.WAIVER_REVOKED,
}
ALLOWED_IN = {
    WaiverAct.APPROVE: WaiverState.REQUESTED,
    WaiverAct.REFUSE: WaiverState.REQUESTED,
    WaiverAct.REVOKE: WaiverState.IN_FORCE,
}


@transaction.atomic
def waiver_request(
    *, case_id: int, rule_id: str, reason: str, valid_until: date, actor: User
) -> RuleWaiver:
    """Ask that a rule be set aside for this form of this unit until a day.

    Raises `Invalid` for a reason that says nothing or a day out of bounds, `Conflict` for a finding
    that nobody may waive (`not_waivable`) or where a waiver stands already (`waiver_stands`).
    """
    case = _locked(case_id)
    if not actor.has_perm(Permission.WAIVER_REQUEST, case):
        raise NotAllowed(_("您不能为本表申请豁免。"))
    _check_running(case)
    severity = _severity_of(case, rule_id)
    reason = reason_checked(reason, field="reason")
    _check_day(valid_until)
    if RuleWaiver.objects.filter(case=case, rule_id=rule_id).standing(timezone.localdate()):
        raise Conflict(_("这条审核关系已申请豁免或正在豁免期内。"), code="waiver_stands")
    waiver = RuleWaiver.objects.create(
        case=case,
        division_code=case.division_code,
        rule_id=rule_id,
        severity=severity,
        reason=reason,
        valid_until=valid_until,
        requested_at=timezone.now(),
        requested_by=actor,
    )
    audit_record(
        action=AuditAction.WAIVER_REQUESTED,
        actor=actor,
        subject=case,
        detail={"rule": rule_id, "until": valid_until.isoformat(), "reason": reason},
        kept=waiver,
    )
    return _waiver(waiver.pk)


@transaction.atomic
def waiver_decide(*, waiver_id: int, act: WaiverAct, actor: User, note: str = "") -> RuleWaiver:
    """Approve, refuse or revoke; a refusal and a revocation need a note. The findings follow.

    Raises `NotAllowed` below the level that may waive such a rule (`not_your_level`), for the one
    who asked (`own_request`) and for those who worked on the form (`own_work`).
    """
    waiver = _waiver(waiver_id)
    case = _locked(waiver.case_id)
    waiver = _waiver(waiver_id)  # as it is now that the case is ours
    level = _level_of(waiver, case, actor)
    _check_running(case)
    if waiver.state != ALLOWED_IN[act]:
        raise Conflict(
            _("这项豁免现为“%(state)s”，不能“%(act)s”。")
            % {"state": WaiverState(waiver.state).label, "act": act.label},
            code="waiver_state",
        )
    note = note.strip()
    if act != WaiverAct.APPROVE or note:
        note = reason_checked(note, field="note")
    decision = WaiverDecision.objects.create(
        waiver=waiver, act=act, level=level, note=note, decided_at=timezone.now(), decided_by=actor
    )
    case_waivers_apply(case)
    audit_record(
        action=ACTS[act],
        actor=actor,
        subject=case,
        detail={"rule": waiver.rule_id, "level": level.value, **({"reason": note} if note else {})},
        kept=decision,
    )
    return _waiver(waiver_id)


def _waiver(waiver_id: int) -> RuleWaiver:
    found = RuleWaiver.objects.with_state(timezone.localdate()).select_related("case__exercise")
    waiver = found.filter(pk=waiver_id).first()
    if waiver is None:
        raise Missing(_("没有这项豁免。"))
    return waiver


def _locked(case_id: int) -> Case:
    """A waiver and a save to the same form follow each other."""
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


def _severity_of(case: Case, rule_id: str) -> Severity:
    """The severity of a rule of the case's form. Types, lists and required items are no rules."""
    rules = {rule.id: rule for rule in definition_for(case.instrument_version_id).rules}
    rule = rules.get(rule_id)
    if rule is None:
        raise Conflict(
            _("只有审核关系可以豁免；格式、代码表和必填问题必须改正。"), code="not_waivable"
        )
    severity = Severity(rule.severity.value)
    if waiver_level(FailureKind.RULE, severity) is None:
        raise Conflict(_("这类审核关系不能豁免。"), code="not_waivable")
    return severity


def _check_day(valid_until: date) -> None:
    today = timezone.localdate()
    last = today + timedelta(days=WAIVER_DAYS_AT_MOST)
    if not today <= valid_until <= last:
        raise Invalid(
            _("有效期应在今天至 %(last)s 之间。") % {"last": last.isoformat()},
            code="waiver_day",
            cell="valid_until",
        )


def _level_of(waiver: RuleWaiver, case: Case, actor: User) -> Level:
    """The level from which this person decides. Raises `NotAllowed` where it is not enough."""
    if not actor.has_perm(Permission.WAIVER_APPROVE, case):
        raise NotAllowed(_("您不能批准豁免。"))
    if waiver.requested_by_id == actor.pk:
        raise NotAllowed(_("申请人不能批准自己的申请。"), code="own_request")
    guards.not_own_work(case, actor)
    order = list(Level)
    own = actor.levels_for(Permission.WAIVER_APPROVE, case)
    least = waiver_level(FailureKind.RULE, _severity_now(waiver, case))
    if least is None or not own or max(map(order.index, own)) < order.index(least):
        raise NotAllowed(
            _("这类审核关系须由“%(level)s”或以上审核人批准豁免。")
            % {"level": least.label if least else ""},
            code="not_your_level",
        )
    return max(own, key=order.index)


def _severity_now(waiver: RuleWaiver, case: Case) -> Severity:
    """As the form has it now; the stricter of that and what was asked for."""
    rules = {rule.id: rule for rule in definition_for(case.instrument_version_id).rules}
    rule = rules.get(waiver.rule_id)
    is_hard = waiver.severity == Severity.HARD or (rule is not None and rule.severity == "hard")
    return Severity.HARD if is_hard else Severity.SOFT
