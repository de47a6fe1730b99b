"""What you list is what you may open: the list filter is built from the same scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.enums import BLIND_CHECK_PERMISSIONS, Permission
from accounts.scopes import Jurisdiction, OwnUnit, Scope, prefix_range

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


def scope_filter(scopes: tuple[Scope, ...], *, division_field: str, unit_field: str | None) -> Q:
    """A condition on the row's own division column: one prefix range per jurisdiction."""
    condition = Q(pk__in=[])
    prefixes = sorted({p for s in scopes if isinstance(s, Jurisdiction) for p in s.prefixes})
    for prefix in prefixes:
        low, high = prefix_range(prefix)
        if high is None:
            return Q()
        condition |= Q(**{f"{division_field}__gte": low, f"{division_field}__lt": high})
    own = [s.unit_id for s in scopes if isinstance(s, OwnUnit)]
    if own and unit_field:
        condition |= Q(**{f"{unit_field}__in": own})
    return condition


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset of rows that each carry their own division code.

    The model names `view_permission`, and `scope_unit_field` where rows belong to a unit.
    """

    def visible_to(self, user: User, permission: Permission | None = None) -> Self:
        """The rows this person may see (or may act on, where a permission is named)."""
        if not user.is_active or not user.is_authenticated:
            return self.none()
        model: Any = self.model
        wanted = permission or model.view_permission
        condition = scope_filter(
            user.scopes_for(wanted),
            division_field=getattr(model, "scope_division_field", "division_code"),
            unit_field=getattr(model, "scope_unit_field", None),
        )
        unit_field = getattr(model, "scope_unit_field", None)
        granted = user.granted_unit_ids(wanted)
        if granted and unit_field and condition != Q():
            condition |= Q(**{f"{unit_field}__in": granted})
        rows = self.filter(condition)
        if user.barred_units and unit_field and wanted not in BLIND_CHECK_PERMISSIONS:
            rows = rows.exclude(**{f"{unit_field}__in": user.barred_units})
        return rows
