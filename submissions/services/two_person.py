"""Asking for an act that needs two people, confirming it (which does it), refusing, withdrawing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from submissions.models import TwoPersonOutcome, TwoPersonRequest
from submissions.phase_enums import TwoPersonKind, Verdict
from submissions.phases.calendar import workdays_after
from submissions.services.spoken import reason_checked
from submissions.two_person_acts import ACTS, Parameters, TwoPersonAct

DAYS_TO_CONFIRM = 3  # working days
EVENTS = {
    Verdict.APPROVE: AuditAction.TWO_PERSON_CONFIRMED,
    Verdict.REFUSE: AuditAction.TWO_PERSON_REFUSED,
    Verdict.WITHDRAW: AuditAction.TWO_PERSON_WITHDRAWN,
}


@transaction.atomic
def two_person_request(
    *, kind: TwoPersonKind, parameters: Parameters, reason: str, actor: User
) -> TwoPersonRequest:
    """Ask for an act; nothing is done until a second person confirms it.

    Raises `NotAllowed` for whoever has not the act's own right, `Invalid` for a reason that says
    nothing, `Conflict` (`two_person_stands`) where the same waits already, and what the act's own
    check raises.
    """
    act = ACTS[kind]
    place = act.place(parameters)
    _may(act, place, actor)
    act.check(actor, parameters)
    reason = reason_checked(reason, field="reason")
    today = timezone.localdate()
    alike = TwoPersonRequest.objects.undecided(today).filter(kind=kind, division_code=place)
    wanted = content_hash(dict(parameters))
    if any(content_hash(one.parameters) == wanted for one in alike):
        raise Conflict(_("同样的申请已在等待复核。"), code="two_person_stands")
    request = TwoPersonRequest.objects.create(
        kind=kind,
        parameters=dict(parameters),
        division_code=place,
        label=_label(act, parameters),
        reason=reason,
        preview=act.preview(parameters),
        requested_at=timezone.now(),
        requested_by=actor,
        expires_on=workdays_after(today, DAYS_TO_CONFIRM),
    )
    _record(AuditAction.TWO_PERSON_REQUESTED, request, actor, reason)
    return request


@transaction.atomic
def two_person_decide(
    *, request_id: int, verdict: Verdict, actor: User, note: str = ""
) -> TwoPersonOutcome:
    """Confirm (and thereby do), refuse, or withdraw a request. Whoever comes second finds it decided.

    Raises `NotAllowed` (`same_person` where the one who asked confirms; without the act's right),
    `Conflict` (`two_person_decided`, `two_person_lapsed`), and what the act itself raises.
    """
    request = TwoPersonRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
    if request is None:
        raise Missing(_("没有这项复核申请。"))
    act = ACTS[TwoPersonKind(request.kind)]
    _check(request, act, verdict, actor)
    note = note.strip()
    if verdict == Verdict.REFUSE or note:
        note = reason_checked(note, field="note")
    result: dict[str, Any] = {}
    if verdict == Verdict.APPROVE:
        act.check(actor, request.parameters)
        result = act.carry_out(actor, request)
    outcome = TwoPersonOutcome.objects.create(
        request=request,
        verdict=verdict,
        note=note,
        result=result,
        decided_at=timezone.now(),
        decided_by=actor,
    )
    _record(EVENTS[verdict], request, actor, note, requested_by=str(request.requested_by))
    return outcome


def _check(request: TwoPersonRequest, act: TwoPersonAct, verdict: Verdict, actor: User) -> None:
    if verdict == Verdict.WITHDRAW:
        if actor.pk != request.requested_by_id:
            raise NotAllowed(_("只有申请人可以撤回。"), code="not_yours")
    else:
        _may(act, request.division_code, actor)
        if actor.pk == request.requested_by_id:
            raise NotAllowed(_("申请人不能复核自己的申请，须由另一人复核。"), code="same_person")
    if TwoPersonOutcome.objects.filter(request=request).exists():
        raise Conflict(_("这项申请已经有了结论。"), code="two_person_decided")
    if verdict == Verdict.APPROVE and request.expires_on < timezone.localdate():
        raise Conflict(_("这项申请已过复核期限，请重新申请。"), code="two_person_lapsed")


def _label(act: TwoPersonAct, parameters: Parameters) -> str:
    """What is asked for, in the language of the log."""
    with translation.override(settings.LANGUAGE_CODE):
        return act.label(parameters)[:200]


def _may(act: TwoPersonAct, place: str, actor: User) -> None:
    if not actor.has_perm(act.permission, Place(place)):
        raise NotAllowed(_("您没有“%(permission)s”的权限。") % {"permission": act.permission.label})


def _record(
    action: AuditAction, request: TwoPersonRequest, actor: User, reason: str, **more: str
) -> None:
    words = {"reason": reason} if reason else {}
    audit_record(
        action=action,
        actor=actor,
        subject=request,
        detail={"kind": request.kind, "parameters": request.parameters, **words, **more},
    )
