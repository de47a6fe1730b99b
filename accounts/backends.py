"""Two backends: one knows passwords, one answers the permission question."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.http import HttpRequest

from accounts.enums import BLIND_CHECK_PERMISSIONS, Permission
from accounts.models import User

PERMISSIONS = frozenset(Permission.values)


class PasswordBackend(ModelBackend):
    """Signs in by user name and password; grants nothing."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The active account with this password, or None. Costs one hash either way."""
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            User().set_password(password)  # the same time for an unknown name
            return None
        if user.check_password(password) and user.may_enter:
            return user
        return None

    def get_user(self, user_id: int) -> User | None:
        """The account, while it may enter."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.may_enter else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Never: rights come from assignments."""
        return False


class ScopedRoleBackend(BaseBackend):
    """Answers `user.has_perm(permission, subject)` from the user's roles and jurisdictions."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether a scope covers the subject, or an exceptional grant names its unit.

        A question without a subject is answered no: use `User.can_anywhere` for menus.
        """
        if obj is None or perm not in PERMISSIONS or not isinstance(user_obj, User):
            return False
        if not user_obj.is_active:
            return False
        permission = Permission(perm)
        if is_barred(user_obj, permission, obj):
            return False
        if any(scope.covers(obj) for scope in user_obj.scopes_for(permission)):
            return True
        unit_id = getattr(obj, "unit_id", None)
        return unit_id is not None and unit_id in user_obj.granted_unit_ids(permission)


def is_barred(user: User, permission: Permission, subject: Any) -> bool:
    """Whether a blind check of its unit closes the subject to this person for now."""
    if not user.barred_units or permission in BLIND_CHECK_PERMISSIONS:
        return False
    return getattr(subject, "unit_id", None) in user.barred_units
