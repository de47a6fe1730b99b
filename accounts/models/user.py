"""A person who may sign in. There is no superuser: rights come from assignments only."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import DEPUTY_PERMISSIONS, Level, Permission
from accounts.scopes import Jurisdiction, Scope

if TYPE_CHECKING:
    from accounts.models.role_assignment import RoleAssignment


class UserManager(BaseUserManager["User"]):
    """Look-up by natural key; accounts are opened by `accounts.services.account_create`."""


class User(AbstractBaseUser):
    """An account of one person."""

    username = models.CharField(
        _("用户名"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    full_name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    division_code = models.CharField(
        _("所属区划"),
        max_length=12,
        db_collation="C",
        help_text="The division whose administrator looks after this account.",
    )
    is_active = models.BooleanField(_("有效"), default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    barred_units = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="Units that are closed to this person while they check them blind.",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "division_code"]
    is_staff = False
    is_superuser = False

    class Meta:
        verbose_name = _("账号")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_user_ended_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, ended_at__isnull=True) | Q(is_active=False),
                name="accounts_user_active_is_not_ended",
            ),
        ]
        indexes: ClassVar = [
            # the administrator's list of a division's accounts
            models.Index(fields=["division_code", "id"], name="accounts_user_division"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}（{self.username}）"

    def get_full_name(self) -> str:
        """The person's name."""
        return self.full_name

    def get_short_name(self) -> str:
        """The person's name."""
        return self.full_name

    @property
    def may_enter(self) -> bool:
        """Active; and a demo account is nobody where the portal is not a demonstration."""
        return self.is_active and (settings.DEBUG or not self.is_demo)

    @cached_property
    def _assignments(self) -> list[RoleAssignment]:
        """In force today: the own ones, and those of whom this person replaces as deputy."""
        held = self.assignments.values("pk")
        lent = self.deputyships.in_force().order_by().values("assignment_id")
        found = self.assignments.model.objects.in_force().filter(pk__in=held.union(lent))
        return list(found.select_related("division", "user").order_by("pk"))

    @cached_property
    def current_assignments(self) -> list[RoleAssignment]:
        """The own assignments in force today; one query, kept for the life of this object."""
        return [one for one in self._assignments if one.user_id == self.pk]

    @property
    def lent_assignments(self) -> list[RoleAssignment]:
        """The assignments of others in whose place this person acts as deputy today."""
        return [one for one in self._assignments if one.user_id != self.pk and one.user.is_active]

    @cached_property
    def _scopes(self) -> dict[str, tuple[Scope, ...]]:
        found: dict[str, list[Scope]] = {}
        for assignment in self.current_assignments:
            for permission in assignment.permissions:
                found.setdefault(str(permission), []).append(assignment.scope)
        for lent in self.lent_assignments:
            scope = lent.scope
            if isinstance(scope, Jurisdiction):
                scope = replace(scope, deputy_for=lent.user_id)
            for permission in lent.permissions & DEPUTY_PERMISSIONS:
                found.setdefault(str(permission), []).append(scope)
        return {permission: tuple(scopes) for permission, scopes in found.items()}

    def scopes_for(self, permission: Permission) -> tuple[Scope, ...]:
        """Where this person holds `permission`; empty for nowhere."""
        return self._scopes.get(str(permission), ()) if self.is_active else ()

    @cached_property
    def _grants(self) -> dict[str, frozenset[int]]:
        from accounts import grants  # noqa: PLC0415  grants imports the models

        return grants.granted_units(self)

    def granted_unit_ids(self, permission: Permission) -> frozenset[int]:
        """Units on which an exceptional grant gives `permission` today."""
        return self._grants.get(str(permission), frozenset()) if self.is_active else frozenset()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The one door: may this person do `perm` to `obj`? Answered by the backends."""
        from django.contrib.auth.models import _user_has_perm  # type: ignore[attr-defined]  # noqa: PLC0415

        return self.is_active and bool(_user_has_perm(self, perm, obj))

    def has_module_perms(self, app_label: str) -> bool:
        """Django's admin asks this; nobody has an admin's rights."""
        return False

    def can_anywhere(self, permission: Permission) -> bool:
        """Whether the permission is held at least somewhere (for menus)."""
        return bool(self.scopes_for(permission)) or bool(self.granted_unit_ids(permission))

    def levels_for(self, permission: Permission, subject: Any) -> frozenset[Level]:
        """Every level at which this person stands over the subject."""
        levels = {
            scope.level
            for scope in self.scopes_for(permission)
            if isinstance(scope, Jurisdiction) and scope.level and scope.covers(subject)
        }
        unit_id = getattr(subject, "unit_id", None)
        if not levels and unit_id in self.granted_unit_ids(permission):
            levels = {Level.COUNTY}  # an exceptional grant stands in for the county
        return frozenset(levels)

    def acts_for(self, permission: Permission, subject: Any, level: Level | str) -> int | None:
        """In whose place this person stands at a level over the subject; None for their own."""
        standing = [
            scope
            for scope in self.scopes_for(permission)
            if isinstance(scope, Jurisdiction) and scope.level == level and scope.covers(subject)
        ]
        if any(scope.deputy_for is None for scope in standing):
            return None
        return next((scope.deputy_for for scope in standing), None)
