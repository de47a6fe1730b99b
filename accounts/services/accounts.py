"""Opening and ending accounts, giving and ending roles. Inside the own division only (F4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import ROLES_BELOW_COUNTY, Permission, Role
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import RoleAssignment, User
from accounts.scopes import Jurisdiction, Place, prefix_of
from audit.enums import AuditAction
from audit.services import audit_record

# Whoever checks or looks after a division is appointed from above it.
APPOINTED_FROM_ABOVE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
COUNTY_LEVEL = 3


@dataclass(frozen=True)
class AccountData:
    """What is asked of a new account."""

    username: str
    full_name: str
    phone: str
    password: str
    role: Role
    division_code: str = ""  # for every role but the respondent
    unit_code: str = ""  # for the respondent
    valid_to: date | None = None


def _password_checked(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="weak_password", cell="password") from error


def _place_of(data: AccountData) -> Any:
    """The division or the unit that the role is for. Raises `Invalid`."""
    if data.role == Role.RESPONDENT:
        unit = apps.get_model("registry", "Unit").objects.filter(code=data.unit_code).first()
        if unit is None:
            raise Invalid(
                _("没有代码为 %(code)s 的普查对象。") % {"code": data.unit_code},
                code="unknown_unit",
                cell="unit_code",
            )
        return unit
    division = (
        apps.get_model("registry", "Division")
        .objects.filter(code=data.division_code, edition__is_current=True)
        .first()
    )
    if division is None:
        raise Invalid(
            _("没有代码为 %(code)s 的区划。") % {"code": data.division_code},
            code="unknown_division",
            cell="division_code",
        )
    if data.role in ROLES_BELOW_COUNTY and division.level < COUNTY_LEVEL:
        raise Invalid(
            _("普查员和普查指导员只能派到县及以下区划。"), code="too_wide", cell="division_code"
        )
    if data.role == Role.REVIEWER and division.level > COUNTY_LEVEL:
        raise Invalid(_("审核人须派到县级或以上区划。"), code="too_narrow", cell="division_code")
    return division


def check_may_assign(actor: User, role: Role, place: Any) -> None:
    """Raise `NotAllowed` unless the actor may give `role` at `place` (a division or a unit)."""
    if not actor.has_perm(Permission.ACCOUNT_MANAGE, place):
        raise NotAllowed(_("只能管理本辖区内的账号。"))
    if role not in APPOINTED_FROM_ABOVE:
        return
    prefix = prefix_of(place.division_code, place.level)
    stands_above = any(
        isinstance(scope, Jurisdiction) and (scope.prefix == "" or scope.prefix != prefix)
        for scope in actor.scopes_for(Permission.ACCOUNT_MANAGE)
        if scope.covers(place)
    )
    if not stands_above:
        raise NotAllowed(_("账号管理员和审计员由上级指派。"))


@transaction.atomic
def role_assign(
    *, actor: User | None, user: User, role: Role, place: Any, valid_to: date | None = None
) -> RoleAssignment:
    """Give a role at a division or for a unit. `actor` None is the installation itself."""
    if actor is not None:
        check_may_assign(actor, role, place)
        if actor.pk == user.pk:
            raise NotAllowed(_("不能给自己授予职责。"))
    is_unit = role == Role.RESPONDENT
    assignment = RoleAssignment.objects.create(
        user=user,
        role=role,
        unit=place if is_unit else None,
        division=None if is_unit else place,
        valid_to=valid_to,
        assigned_by=actor,
    )
    audit_record(
        action=AuditAction.ROLE_ASSIGNED,
        actor=actor,
        subject=user,
        division_code=place.division_code,
        detail={
            "role": role,
            "place": str(place),
            "valid_to": valid_to.isoformat() if valid_to else None,
        },
    )
    return assignment


@transaction.atomic
def role_end(*, actor: User, assignment: RoleAssignment) -> None:
    """End a role at once; the row stays and says who ended it. Raises `NotAllowed`."""
    place = assignment.division or assignment.unit
    check_may_assign(actor, Role(assignment.role), place)
    if assignment.ended_at is not None:
        return
    assignment.ended_at, assignment.ended_by = timezone.now(), actor
    assignment.save(update_fields=["ended_at", "ended_by"])
    audit_record(
        action=AuditAction.ROLE_ENDED,
        actor=actor,
        subject=assignment.user,
        division_code=assignment.division_code,
        detail={"role": assignment.role, "place": str(place)},
    )


@transaction.atomic
def account_create(*, actor: User | None, data: AccountData, is_demo: bool = False) -> User:
    """Open an account with its first role. Raises `Invalid` or `NotAllowed`.

    `actor` None is the installation itself (the first administrator, the demonstration).
    """
    place = _place_of(data)
    if actor is not None:
        check_may_assign(actor, data.role, place)
    user = User(
        username=data.username,
        full_name=data.full_name,
        phone=data.phone,
        division_code=place.division_code,
        created_by=actor,
        is_demo=is_demo,
    )
    if not is_demo:
        _password_checked(data.password, user)
    user.set_password(data.password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid(
            _("用户名 %(name)s 已被使用。") % {"name": data.username},
            code="username_taken",
            cell="username",
        ) from error
    audit_record(action=AuditAction.ACCOUNT_CREATED, actor=actor, subject=user)
    role_assign(actor=actor, user=user, role=data.role, place=place, valid_to=data.valid_to)
    return user


@transaction.atomic
def account_end(*, actor: User, user_id: int) -> User:
    """End an account: it can no longer sign in; what it did stays. Raises `NotAllowed`."""
    user = User.objects.select_for_update().get(pk=user_id)
    if not actor.has_perm(Permission.ACCOUNT_MANAGE, Place(user.division_code)):
        raise NotAllowed(_("只能管理本辖区内的账号。"))
    if user.pk == actor.pk:
        raise NotAllowed(_("不能停用自己的账号。"))
    for assignment in user.current_assignments:
        check_may_assign(actor, Role(assignment.role), assignment.division or assignment.unit)
    if user.is_active:
        user.is_active = False
        user.ended_at = timezone.now()
        user.ended_by = actor
        user.save(update_fields=["is_active", "ended_at", "ended_by"])
        user.api_tokens.all().delete()
        audit_record(action=AuditAction.ACCOUNT_ENDED, actor=actor, subject=user)
    return user


@transaction.atomic
def password_change(*, actor: User, old: str, new: str) -> None:
    """Change the own password; the tokens got with the old one end. Raises `Invalid` at the field that is wrong."""
    if not actor.check_password(old):
        raise Invalid(_("原密码不对。"), code="wrong_password", cell="old_password")
    _password_checked(new, actor)
    actor.set_password(new)
    actor.save(update_fields=["password"])
    actor.api_tokens.all().delete()
    audit_record(action=AuditAction.PASSWORD_CHANGED, actor=actor, subject=actor)
