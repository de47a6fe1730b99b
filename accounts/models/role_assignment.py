"""Who is what, where, and for how long."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import (
    NATIONAL_ROLE_PERMISSIONS,
    PREFIX_LENGTHS,
    PROVINCIAL_ROLE_PERMISSIONS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from accounts.scopes import Jurisdiction, OwnUnit, Scope, prefix_of


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Assignments by validity."""

    def in_force(self) -> Self:
        """In force today (in the census's time zone)."""
        today = timezone.localdate()
        return self.filter(
            Q(valid_from__lte=today),
            Q(valid_to__isnull=True) | Q(valid_to__gte=today),
            ended_at__isnull=True,
        )


class RoleAssignment(models.Model):
    """A role in one division (and below) or for one unit, with a validity period."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(_("职责"), max_length=20, choices=Role.choices)
    division = models.ForeignKey(
        "registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        "registry.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField(_("自"), default=timezone.localdate)
    valid_to = models.DateField(_("至"), null=True, blank=True)
    assigned_at = models.DateTimeField(default=timezone.now)
    assigned_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager[RoleAssignment]] = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("职责")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(division__isnull=False, unit__isnull=True)
                | Q(division__isnull=True, unit__isnull=False, role=Role.RESPONDENT),
                name="accounts_assignment_division_or_own_unit",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.RESPONDENT, unit__isnull=True),
                name="accounts_assignment_respondent_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="accounts_assignment_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_assignment_ended_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.division or self.unit}"

    @property
    def division_code(self) -> str:
        """The division that this assignment speaks of (its unit's, for a respondent)."""
        place = self.division if self.division is not None else self.unit
        return str(getattr(place, "division_code", ""))

    @property
    def scope(self) -> Scope:
        """The assignment as a value."""
        if self.unit_id is not None:
            return OwnUnit(unit_id=self.unit_id, role=Role(self.role))
        division = self.division
        assert division is not None  # noqa: S101  held by a constraint
        return Jurisdiction(
            prefix=prefix_of(division.code, division.level),
            role=Role(self.role),
            former=tuple(division.former_prefixes),
        )

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do there."""
        role = Role(self.role)
        permissions = ROLE_PERMISSIONS[role]
        scope = self.scope
        if isinstance(scope, Jurisdiction) and scope.prefix == "":
            permissions |= NATIONAL_ROLE_PERMISSIONS.get(role, frozenset())
        if isinstance(scope, Jurisdiction) and len(scope.prefix) <= PREFIX_LENGTHS[1]:
            permissions |= PROVINCIAL_ROLE_PERMISSIONS.get(role, frozenset())
        return permissions
