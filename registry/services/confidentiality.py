"""Marking units whose answers are confidential, and taking the mark off."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.models import ConfidentialUnit, Unit

REASON_LENGTH_AT_MOST = 200


def may_mark(actor: User, unit: Unit) -> bool:
    """The offices over the unit: who keeps its register and answers for who reads it."""
    return actor.has_perm(Permission.READS_VIEW, unit) and actor.has_perm(
        Permission.UNIT_AMEND, unit
    )


@transaction.atomic
def confidentiality_set(*, actor: User, unit_id: int, is_confidential: bool, reason: str) -> Unit:
    """Mark a unit, or take the mark off. Reads from then on are logged one by one, or joined again.

    Somebody who has the form open meanwhile is logged singly from the next hour on. Raises
    `Missing`, `NotAllowed`, `Invalid` without a reason, `Conflict` where it is so already.
    """
    unit = Unit.objects.select_for_update(no_key=True).visible_to(actor).filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("没有找到这个普查对象，或不在您的管辖范围内。"))
    if not may_mark(actor, unit):
        raise NotAllowed(_("只有普查办可以把普查对象列为保密单位。"))
    reason = " ".join(reason.split())[:REASON_LENGTH_AT_MOST]
    if not reason:
        raise Invalid(_("请写明理由。"), code="reason_required", cell="reason")
    marked = ConfidentialUnit.objects.filter(unit=unit)
    if marked.exists() == is_confidential:
        raise Conflict(_("他人刚刚办理过，请刷新后再看。"), code="marked_meanwhile")
    if is_confidential:
        ConfidentialUnit.objects.create(unit=unit, reason=reason, marked_by=actor)
    else:
        marked.delete()
    audit_record(
        action=AuditAction.UNIT_CONFIDENTIAL
        if is_confidential
        else AuditAction.UNIT_NOT_CONFIDENTIAL,
        actor=actor,
        subject=unit,
        detail={"reason": reason},
    )
    return unit


def confidential_among(unit_ids: Collection[int]) -> frozenset[int]:
    """Which of these units are confidential. One query."""
    found = ConfidentialUnit.objects.filter(unit__in=unit_ids)
    return frozenset(found.values_list("unit_id", flat=True))
