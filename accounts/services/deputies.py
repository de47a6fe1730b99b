"""Naming a deputy, ending it, and recording that somebody is away.

Who signs is one person at one level of a case: a deputy belongs to the same division, holds no level
above or below it, and signs with the own key. The condition on the single case (nobody decides about
their own work, or at two levels of one submission) is asked with the decision.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import Absence, Deputyship, RoleAssignment, User
from accounts.scopes import Jurisdiction, Place
from audit.enums import AuditAction
from audit.services import audit_record

DAYS_AT_MOST = 183
REASON_LENGTH = 200


def levels_above(actor: User, assignment: RoleAssignment) -> bool:
    """Whether this person's own jurisdiction stands above the one of an assignment to review."""
    scope, order = assignment.scope, list(Level)
    if not isinstance(scope, Jurisdiction) or scope.level is None:
        return False
    return any(
        isinstance(own, Jurisdiction)
        and own.deputy_for is None
        and own.level is not None
        and scope.prefix.startswith(own.prefix)
        and order.index(own.level) > order.index(scope.level)
        for own in actor.scopes_for(Permission.CASE_REVIEW)
    )


@transaction.atomic
def deputy_name(
    *,
    actor: User,
    assignment_id: int,
    username: str,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> Deputyship:
    """Have somebody review in the place of an assignment's holder, from one day to another.

    The holder names; where the holder is recorded absent on the first day and has no deputy, the
    level above may. Raises `NotAllowed`, `Missing`, `Conflict`, or `Invalid` at the field.
    """
    assignment = (
        RoleAssignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "division")
        .filter(pk=assignment_id)
        .first()
    )
    if assignment is None or Permission.CASE_REVIEW not in assignment.permissions:
        raise Missing(_("没有这项审核职责。"))
    _check_may_name(actor, assignment, valid_from)
    reason = reason.strip()
    _check_period(valid_from, valid_to)
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid(_("请写明代理的理由，最多 200 个字。"), code="reason_required", cell="reason")
    if Deputyship.objects.filter(assignment=assignment).touching(valid_from, valid_to).exists():
        raise Conflict(_("这段时间已有代理人。"), code="has_a_deputy", cell="valid_from")
    deputy = _deputy_found(assignment, username)
    named = Deputyship.objects.create(
        assignment=assignment,
        deputy=deputy,
        reason=reason,
        valid_from=valid_from,
        valid_to=valid_to,
        named_by=actor,
    )
    audit_record(
        action=AuditAction.DEPUTY_NAMED,
        actor=actor,
        subject=assignment.user,
        division_code=assignment.division_code,
        detail={
            "deputy": str(deputy),
            "from": valid_from.isoformat(),
            "until": valid_to.isoformat(),
            "reason": reason,
        },
    )
    return named


def _check_may_name(actor: User, assignment: RoleAssignment, first: date) -> None:
    today = timezone.localdate()
    is_over = assignment.valid_to is not None and assignment.valid_to < today
    if assignment.ended_at is not None or is_over or not assignment.user.is_active:
        raise Conflict(_("这项审核职责已经终止。"), code="assignment_over")
    if actor.pk == assignment.user_id:
        return
    if not levels_above(actor, assignment):
        raise NotAllowed(_("代理人由本人指定；本人缺勤又没有代理人的，由上一级指定。"))
    if not Absence.objects.filter(user=assignment.user).in_force(max(first, today)).exists():
        raise NotAllowed(
            _("%(name)s 没有登记缺勤，代理人由本人指定。") % {"name": assignment.user.full_name},
            code="not_absent",
        )


def _check_period(first: date, last: date) -> None:
    if last < first or last < timezone.localdate():
        raise Invalid(
            _("截止日期须在起始日期之后，且还没有过去。"), code="period_wrong", cell="valid_to"
        )
    if last - first > timedelta(days=DAYS_AT_MOST):
        raise Invalid(_("代理和缺勤最长半年。"), code="period_long", cell="valid_to")


def _deputy_found(assignment: RoleAssignment, username: str) -> User:
    deputy = User.objects.filter(username=username.strip()).first()
    if deputy is None or not deputy.is_active or deputy.division_code != assignment.division_code:
        raise Invalid(
            _("代理人须是同一区划的有效账号，请核对用户名。"),
            code="deputy_unknown",
            cell="username",
        )
    if deputy.pk == assignment.user_id:
        raise Invalid(_("不能代理自己。"), code="deputy_is_self", cell="username")
    scope = assignment.scope
    assert isinstance(scope, Jurisdiction)  # noqa: S101  an assignment to review is one
    for own in _jurisdictions(deputy):
        is_near = own.prefix.startswith(scope.prefix) or scope.prefix.startswith(own.prefix)
        if is_near and own.level != scope.level:
            raise Invalid(
                _("%(name)s 已在另一层级审核这里的普查表，同一人不能审核两级。")
                % {"name": deputy.full_name},
                code="another_level",
                cell="username",
            )
    return deputy


def _jurisdictions(person: User) -> list[Jurisdiction]:
    """Where the person reviews or will review: the own assignments, and those of whom they replace."""
    held = RoleAssignment.objects.filter(user=person, ended_at__isnull=True)
    lent = (
        Deputyship.objects.filter(deputy=person).not_over().select_related("assignment__division")
    )
    today = timezone.localdate()
    assignments = [
        one
        for one in held.select_related("division")
        if one.valid_to is None or one.valid_to >= today
    ] + [one.assignment for one in lent]
    return [
        one.scope
        for one in assignments
        if Permission.CASE_REVIEW in one.permissions and isinstance(one.scope, Jurisdiction)
    ]


@transaction.atomic
def deputy_end(*, actor: User, deputyship_id: int) -> Deputyship:
    """End a deputyship before its time: the holder, the deputy, or whoever named it.

    What was decided stays. Raises `Missing` or `NotAllowed`.
    """
    named = (
        Deputyship.objects.select_for_update(of=("self",), no_key=True)
        .select_related("assignment__user", "assignment__division", "deputy")
        .filter(pk=deputyship_id)
        .first()
    )
    if named is None:
        raise Missing(_("没有这项代理。"))
    if actor.pk not in {named.assignment.user_id, named.deputy_id, named.named_by_id}:
        raise NotAllowed(_("只有本人、代理人或指定人可以终止代理。"))
    if named.ended_at is not None:
        return named
    named.ended_at, named.ended_by = timezone.now(), actor
    named.save(update_fields=["ended_at", "ended_by"])
    audit_record(
        action=AuditAction.DEPUTY_ENDED,
        actor=actor,
        subject=named.assignment.user,
        division_code=named.assignment.division_code,
        detail={"deputy": str(named.deputy)},
    )
    return named


@transaction.atomic
def absence_record(
    *, actor: User, username: str, valid_from: date, valid_to: date, reason: str
) -> Absence:
    """Record that a reviewer is away: the person, an administrator of the place, or the level above.

    Raises `Invalid` at the field, or `NotAllowed`.
    """
    person = User.objects.filter(username=username.strip(), is_active=True).first()
    if person is None:
        raise Invalid(_("没有这个账号，请核对用户名。"), code="unknown_user", cell="absent")
    may = (
        actor.pk == person.pk
        or actor.has_perm(Permission.ACCOUNT_MANAGE, Place(person.division_code))
        or any(levels_above(actor, one) for one in person.current_assignments)
    )
    if not may:
        raise NotAllowed(_("缺勤由本人、本区划的账号管理员或上一级登记。"))
    _check_period(valid_from, valid_to)
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid(_("请写明缺勤的事由，最多 200 个字。"), code="reason_required", cell="why")
    absence = Absence.objects.create(
        user=person, valid_from=valid_from, valid_to=valid_to, reason=reason, recorded_by=actor
    )
    audit_record(
        action=AuditAction.ABSENCE_RECORDED,
        actor=actor,
        subject=person,
        detail={"from": valid_from.isoformat(), "until": valid_to.isoformat(), "reason": reason},
    )
    return absence


@transaction.atomic
def absence_end(*, actor: User, absence_id: int) -> None:
    """The person is back: they or whoever recorded it says so. Raises `Missing` or `NotAllowed`."""
    absence = (
        Absence.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(pk=absence_id, ended_at__isnull=True)
        .first()
    )
    if absence is None:
        raise Missing(_("没有这项缺勤。"))
    if actor.pk not in {absence.user_id, absence.recorded_by_id}:
        raise NotAllowed(_("只有本人或登记人可以销假。"))
    absence.ended_at, absence.ended_by = timezone.now(), actor
    absence.save(update_fields=["ended_at", "ended_by"])
    audit_record(action=AuditAction.ABSENCE_ENDED, actor=actor, subject=absence.user)
