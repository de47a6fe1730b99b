"""What the page of deputies shows a person."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.enums import Permission
from accounts.models import Absence, Deputyship, RoleAssignment, User
from accounts.services.deputies import levels_above

ABSENT_AT_MOST = 200


@dataclass(frozen=True)
class Unreplaced:
    """An assignment to review whose holder is away, with or without a deputy."""

    assignment: RoleAssignment
    absence: Absence
    deputyship: Deputyship | None


@dataclass(frozen=True)
class Deputies:
    """The person's own assignments to review, deputies on both sides, who is away below."""

    own: list[RoleAssignment]
    named: list[Deputyship]
    replacing: list[Deputyship]
    absences: list[Absence]
    below: list[Unreplaced]


def deputies_of(actor: User) -> Deputies:
    """About seven queries."""
    own = [one for one in actor.current_assignments if Permission.CASE_REVIEW in one.permissions]
    names = ("assignment__user", "assignment__division", "deputy", "named_by")
    current = Deputyship.objects.all().not_over().select_related(*names)
    return Deputies(
        own,
        list(current.filter(assignment__in=own)),
        list(current.filter(deputy=actor)),
        list(Absence.objects.filter(user=actor).not_over()),
        _absent_below(actor),
    )


def _absent_below(actor: User) -> list[Unreplaced]:
    """Reviewers who are away today and stand below this person."""
    absences = Absence.objects.all().in_force().select_related("user").order_by("valid_to", "pk")
    away = {one.user_id: one for one in absences[:ABSENT_AT_MOST] if one.user_id != actor.pk}
    if not away:
        return []
    held = RoleAssignment.objects.in_force().filter(user__in=away, unit=None)
    below = [
        one
        for one in held.select_related("user", "division")
        if Permission.CASE_REVIEW in one.permissions and levels_above(actor, one)
    ]
    replaced = {
        one.assignment_id: one
        for one in Deputyship.objects.filter(assignment__in=below)
        .in_force()
        .select_related("deputy", "named_by")
    }
    return [Unreplaced(one, away[one.user_id], replaced.get(one.pk)) for one in below]
