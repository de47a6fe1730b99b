"""Exceptional grants: the only import of django-guardian.

A jurisdiction or an own unit answers nearly every question. What is left is the exception: a
development zone reviewing across a border, an enumerator lent for a week. Each is one permission
on one unit, with a reason and an end; the object permission is guardian's, the reason is ours.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from accounts.enums import GRANTABLE_PERMISSIONS, Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import ExceptionalGrant
from audit.enums import AuditAction
from audit.services import audit_record

if TYPE_CHECKING:
    from accounts.models import User


def _unit_type() -> ContentType:
    return ContentType.objects.get_for_model(apps.get_model("registry", "Unit"))


def _permission_row(permission: Permission) -> PermissionRow:
    row, _created = PermissionRow.objects.get_or_create(
        content_type=_unit_type(),
        codename=str(permission).split(".", 1)[1],
        defaults={"name": str(permission)},
    )
    return row


def granted_units(user: User) -> dict[str, frozenset[int]]:
    """Permission → unit ids granted to the user and in force today. One query, two if any."""
    today = timezone.localdate()
    reasons = set(
        ExceptionalGrant.objects.filter(
            user=user, valid_from__lte=today, valid_to__gte=today
        ).values_list("permission", "unit_id")
    )
    if not reasons:
        return {}
    found: dict[str, set[int]] = {}
    rows = UserObjectPermission.objects.filter(user=user, content_type=_unit_type()).values_list(
        "permission__name", "object_pk"
    )
    for name, object_pk in rows:
        if (name, int(object_pk)) in reasons:
            found.setdefault(name, set()).add(int(object_pk))
    return {name: frozenset(ids) for name, ids in found.items()}


@transaction.atomic
def grant_give(
    *, actor: User, user: User, unit: Any, permissions: list[Permission], reason: str, until: date
) -> list[ExceptionalGrant]:
    """Give a person permissions on one unit until a day. Raises `NotAllowed` or `Invalid`.

    The actor must manage accounts in the unit's division: the host decides who comes in.
    """
    if not actor.has_perm(Permission.ACCOUNT_MANAGE, unit):
        raise NotAllowed(_("只有该普查对象所在地的账号管理员可以例外授权。"))
    if actor.pk == user.pk:
        raise NotAllowed(_("不能给自己例外授权。"))
    if not GRANTABLE_PERMISSIONS.issuperset(permissions):
        raise Invalid(_("例外授权只用于单个普查对象的调查和审核。"), code="not_grantable")
    if not reason.strip():
        raise Invalid(_("例外授权必须写明理由。"), code="reason_required")
    if until < timezone.localdate():
        raise Invalid(_("截止日期已经过去。"), code="period_over")
    grants = []
    for permission in permissions:
        grant, _created = ExceptionalGrant.objects.update_or_create(
            user=user,
            permission=permission,
            unit=unit,
            defaults={
                "reason": reason.strip(),
                "valid_from": timezone.localdate(),
                "valid_to": until,
                "granted_by": actor,
            },
        )
        UserObjectPermission.objects.assign_perm(_permission_row(permission), user, unit)
        grants.append(grant)
    audit_record(
        action=AuditAction.GRANT_GIVEN,
        actor=actor,
        subject=unit,
        detail={
            "user": user.pk,
            "permissions": [str(p) for p in permissions],
            "reason": reason.strip(),
            "until": until.isoformat(),
        },
    )
    return grants


@transaction.atomic
def grant_end(*, actor: User, grant: ExceptionalGrant) -> None:
    """End a grant. Raises `NotAllowed`."""
    if not actor.has_perm(Permission.ACCOUNT_MANAGE, grant.unit):
        raise NotAllowed(_("只有该普查对象所在地的账号管理员可以撤销例外授权。"))
    UserObjectPermission.objects.remove_perm(
        _permission_row(Permission(grant.permission)), grant.user, grant.unit
    )
    audit_record(
        action=AuditAction.GRANT_ENDED,
        actor=actor,
        subject=grant.unit,
        detail={"user": grant.user_id, "permissions": [grant.permission]},
    )
    grant.delete()
