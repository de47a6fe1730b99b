"""Asking for a change of the division tree, and deciding on it. Nothing moves here."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.division_policy import DivisionRequest, request_of, target_check, words_check
from registry.enums import DivisionChangeState
from registry.models import DivisionChange
from registry.selectors import division_get


@transaction.atomic
def division_change_request(*, actor: User, wanted: DivisionRequest) -> DivisionChange:
    """Put a change of a city, county or town before another person. Nothing moves yet.

    Raises `Missing`, `NotAllowed`, `Invalid` (each at its field), or `Conflict` where another
    change of the division waits.
    """
    division = division_get(wanted.old_code)
    if division is None:
        raise Missing(_("现行区划中没有代码 %(code)s。") % {"code": wanted.old_code})
    words_check(wanted)
    target_check(division, wanted)
    for code in (wanted.old_code, wanted.new_code):
        if not actor.has_perm(Permission.DIVISION_CHANGE, Place(code)):
            raise NotAllowed(_("区划变更由同时管辖新旧区划的省级或国家普查办办理。"))
    try:
        with transaction.atomic():
            change = DivisionChange.objects.create(
                old_code=division.code,
                old_name=division.full_name,
                new_code=wanted.new_code,
                new_name=wanted.new_name.strip(),
                level=division.level,
                document=wanted.document.strip(),
                effective_on=wanted.effective_on,
                requested_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(_("这个区划已有一项变更在办理。"), code="change_waits") from error
    _audit(AuditAction.DIVISION_CHANGE_REQUESTED, actor, change)
    return change


@transaction.atomic
def division_change_approve(*, actor: User, change_id: int, note: str = "") -> DivisionChange:
    """Say yes; the work is a job. Raises `Missing`, `NotAllowed`, `Conflict`, `Invalid`."""
    change = _locked(actor, change_id)
    _check_other(actor, change)
    division = division_get(change.old_code)
    if division is None:
        raise Conflict(_("这个区划的代码已经变更。"), code="division_changed")
    target_check(division, request_of(change))
    return _decided(change, actor, DivisionChangeState.APPROVED, note)


@transaction.atomic
def division_change_refuse(*, actor: User, change_id: int, note: str) -> DivisionChange:
    """Say no, and why. Raises `Missing`, `NotAllowed`, `Conflict`, or `Invalid` without a reason."""
    change = _locked(actor, change_id)
    _check_other(actor, change)
    if not note.strip():
        raise Invalid(_("不批准须写明意见。"), code="reason_required", cell="note")
    return _decided(change, actor, DivisionChangeState.REFUSED, note)


@transaction.atomic
def division_change_withdraw(*, actor: User, change_id: int) -> DivisionChange:
    """Take one's own request back before it is decided."""
    change = _locked(actor, change_id)
    if change.requested_by_id != actor.pk:
        raise NotAllowed(_("只有申请人可以撤回申请。"))
    change.state = DivisionChangeState.WITHDRAWN
    change.save(update_fields=["state"])
    _audit(AuditAction.DIVISION_CHANGE_WITHDRAWN, actor, change)
    return change


def _locked(actor: User, change_id: int) -> DivisionChange:
    found = DivisionChange.objects.select_for_update(no_key=True).visible_to(actor)
    change = found.filter(pk=change_id).first()
    if change is None:
        raise Missing(_("没有这项区划变更，或不在您的管辖范围内。"))
    if change.state != DivisionChangeState.REQUESTED:
        raise Conflict(_("这项变更已经办理过了。"), code="change_decided")
    return change


def _check_other(actor: User, change: DivisionChange) -> None:
    if change.requested_by_id == actor.pk:
        raise NotAllowed(_("申请人不能批准自己的变更。"))
    for code in (change.old_code, change.new_code):
        if not actor.has_perm(Permission.DIVISION_CHANGE, Place(code)):
            raise NotAllowed(_("区划变更由同时管辖新旧区划的省级或国家普查办办理。"))


def _decided(
    change: DivisionChange, actor: User, state: DivisionChangeState, note: str
) -> DivisionChange:
    change.state, change.decision_note = state, note.strip()[:200]
    change.decided_by, change.decided_at = actor, timezone.now()
    change.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    action = {
        DivisionChangeState.APPROVED: AuditAction.DIVISION_CHANGE_APPROVED,
        DivisionChangeState.REFUSED: AuditAction.DIVISION_CHANGE_REFUSED,
    }[state]
    _audit(action, actor, change)
    return change


def _audit(action: AuditAction, actor: User, change: DivisionChange) -> None:
    audit_record(
        action=action,
        actor=actor,
        subject=change,
        division_code=change.new_code,
        detail={
            "old": change.old_code,
            "new": change.new_code,
            "name": change.new_name,
            "document": change.document,
            "carried": change.carried,
        },
    )
