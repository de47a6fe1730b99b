"""Reading waivers: lists, what waits for a person, and their number by rule and county."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS, Level, Permission
from accounts.models import User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction, prefix_range
from instruments.selectors import definition_for
from submissions.division_filter import division_read, significant
from submissions.enums import FailureKind, Severity, WaiverState
from submissions.models import Case, RuleWaiver, WaiverDecision
from submissions.models.rule_waiver import RuleWaiverQuerySet
from submissions.policies import waiver_level

PAGE = 50
COUNTS_AT_MOST = 200
COUNTY_DIGITS = PREFIX_LENGTHS[3]
RULE_ID = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True)
class WaiverSearch:
    """What the list is narrowed to; blank means everything."""

    state: str = ""
    rule: str = ""
    division: str = ""
    mine: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> WaiverSearch:
        """From a query string; what makes no sense counts as not asked."""
        state, rule = query.get("state", ""), query.get("rule", "").strip()
        return cls(
            state=state if state in WaiverState.values else "",
            rule=rule if RULE_ID.fullmatch(rule) else "",
            division=division_read(query.get("division", "")),
            mine=query.get("mine", "") == "1",
        )


def waivers_found(actor: User, search: WaiverSearch) -> RuleWaiverQuerySet:
    """The visible waivers that match, with their state as of today."""
    found = RuleWaiver.objects.visible_to(actor).with_state(timezone.localdate())
    if search.mine:
        found = found.filter(awaiting(actor), Q(state=WaiverState.REQUESTED))
    if search.state:
        found = found.filter(Q(state=search.state))
    return _narrowed(found, search)


def _narrowed(found: RuleWaiverQuerySet, search: WaiverSearch) -> RuleWaiverQuerySet:
    if search.rule:
        found = found.filter(rule_id=search.rule)
    if search.division:
        low, high = prefix_range(significant(search.division))
        found = found.filter(division_code__gte=low, division_code__lt=high)
    return found


def awaiting(actor: User) -> Q:
    """Requests of others whose severity this person's levels may decide about."""
    scopes = actor.scopes_for(Permission.WAIVER_APPROVE)
    order, condition = list(Level), Q(pk__in=[])
    for severity in Severity:
        least = waiver_level(FailureKind.RULE, severity)
        enough = tuple(
            scope
            for scope in scopes
            if least and isinstance(scope, Jurisdiction) and scope.level
            if order.index(scope.level) >= order.index(least)
        )
        within = scope_filter(enough, division_field="division_code", unit_field=None)
        condition |= Q(severity=severity) & within
    return condition & ~Q(requested_by=actor)


def waiver_page(found: RuleWaiverQuerySet, after: str) -> tuple[Sequence[RuleWaiver], int | None]:
    """One page, newest first, and where the next begins. One query at any depth."""
    if after.isdecimal() and len(after) < 16:
        found = found.filter(pk__lt=int(after))
    rows = list(found.select_related("case__unit", "requested_by").order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def decisions_of_waiver(waiver: RuleWaiver) -> list[WaiverDecision]:
    """What became of the request, oldest first. One query."""
    return list(waiver.decisions.select_related("decided_by").order_by("pk"))


def waiver_counts(actor: User, search: WaiverSearch) -> list[dict[str, Any]]:
    """How many waivers each rule has in each county, those in force first. One query."""
    overseen = RuleWaiver.objects.visible_to(actor, Permission.FINDING_REPORT_VIEW)
    states = _narrowed(overseen, search).with_state(timezone.localdate())
    counts = (
        states.order_by()
        .annotate(county=Left("division_code", COUNTY_DIGITS))
        .values("county", "rule_id")
        .annotate(
            total=Count("pk"),
            in_force=Count("pk", filter=Q(state=WaiverState.IN_FORCE)),
            requested=Count("pk", filter=Q(state=WaiverState.REQUESTED)),
        )
        .order_by("-in_force", "-total", "county", "rule_id")
    )
    return [dict(count) for count in counts[:COUNTS_AT_MOST]]


def rule_message(case: Case, rule_id: str, language: str) -> str:
    """What the rule says, from the case's own version of the form; blank where it has no such rule."""
    rules = definition_for(case.instrument_version_id).rules
    found = next((rule for rule in rules if rule.id == rule_id), None)
    return str(found.message[language]) if found else ""
