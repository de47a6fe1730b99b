"""Which accounts and roles an administrator sees and may give."""

from django.db.models import QuerySet

from accounts.enums import Permission, Role
from accounts.models import Deputyship, User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction
from accounts.services.accounts import APPOINTED_FROM_ABOVE


def accounts_managed_by(actor: User) -> QuerySet[User]:
    """The accounts of the administrator's divisions."""
    condition = scope_filter(
        actor.scopes_for(Permission.ACCOUNT_MANAGE), division_field="division_code", unit_field=None
    )
    return User.objects.filter(condition).order_by("division_code", "pk")


def roles_assignable_by(actor: User) -> list[Role]:
    """The roles an administrator may give somewhere inside the own division."""
    scopes = actor.scopes_for(Permission.ACCOUNT_MANAGE)
    at_county = all(isinstance(s, Jurisdiction) and len(s.prefix) >= 6 for s in scopes)
    return [role for role in Role if not (at_county and role in APPOINTED_FROM_ABOVE)]


def username_of(user_id: int | None) -> str:
    """The name by which an account is found again; blank for nobody. One query."""
    if user_id is None:
        return ""
    return User.objects.filter(pk=user_id).values_list("username", flat=True).first() or ""


def deputyships_now() -> QuerySet[Deputyship]:
    """Who stands in for whom today, with the person replaced."""
    return Deputyship.objects.all().in_force().select_related("assignment__user")
