"""The demonstration's accounts, shown on its sign-in page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User


@dataclass(frozen=True)
class DemoAccount:
    """One line of the table of demo accounts."""

    username: str
    full_name: str
    role: str
    place: str


def demo_accounts() -> list[DemoAccount]:
    """Every demo account with its first role, in the order they were made. Two queries."""
    users = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    found = []
    for user in users.prefetch_related("assignments__division", "assignments__unit"):
        assignments = list(user.assignments.all())
        if not assignments:
            continue
        first = assignments[0]
        places = _("、").join(
            dict.fromkeys(str(getattr(a.division or a.unit, "name", "")) for a in assignments)
        )
        found.append(
            DemoAccount(
                username=user.username,
                full_name=user.full_name,
                role=str(first.get_role_display()),
                place=places,
            )
        )
    return found
