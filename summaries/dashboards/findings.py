"""The standing findings of a division by rule and by place, and the list behind each number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from registry.models import Division
from submissions.enums import Severity
from submissions.models import CollectionExercise, EditFailure
from submissions.models.edit_failure import EditFailureQuerySet
from summaries.dashboards.figures import findings_within, place_reader

TOP = 40
PAGE = 50
RECENT_DAYS = 7
STATES = ("hard", "soft_open", "explained", "waived", "recent")


@dataclass(frozen=True)
class RuleFigures:
    """The findings of one rule."""

    form_code: str
    rule_id: str
    total: int
    hard: int
    soft_open: int
    explained: int
    waived: int
    recent: int

    @property
    def explained_percent(self) -> int:
        """The share of its soft findings that has been explained."""
        soft = self.soft_open + self.explained
        return self.explained * 100 // soft if soft else 0


def conditions() -> dict[str, Q]:
    """What each state of a finding means; a waived one is counted under its severity as well."""
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "hard": Q(severity=Severity.HARD),
        "soft_open": Q(severity=Severity.SOFT, explanation=""),
        "explained": ~Q(explanation=""),
        "waived": Q(waived_until__gte=timezone.localdate()),
        "recent": Q(first_seen_at__gte=since - timedelta(days=RECENT_DAYS - 1)),
    }


def rules_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> tuple[list[RuleFigures], dict[str, int]]:
    """The rules with most findings, and the sums over all rules. One query."""
    found = findings_within(actor, exercise, division)
    if form_code:
        found = found.filter(case__form_code=form_code)
    counted = {name: Count("pk", filter=condition) for name, condition in conditions().items()}
    rows = (
        found.order_by()
        .values_list("case__form_code", "rule_id")
        .annotate(total=Count("pk"), **{f"n_{name}": count for name, count in counted.items()})
        .order_by("-total", "rule_id")
    )
    rules = [RuleFigures(*row) for row in rows]
    names = ("total", *STATES)
    totals = {name: sum(getattr(rule, name) for rule in rules) for name in names}
    return rules[:TOP], {**totals, "rules": len(rules)}


def places_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> Mapping[str, Mapping[str, int]]:
    """The findings by child division: total, hard and not yet explained. Three queries."""
    found = findings_within(actor, exercise, division)
    if form_code:
        found = found.filter(case__form_code=form_code)
    read = place_reader(division)
    numbers: dict[str, dict[str, int]] = {}
    named = conditions()
    read(numbers, "total", found, Count("pk"))
    for state in ("hard", "soft_open", "explained"):
        read(numbers, state, found.filter(named[state]), Count("pk"))
    return numbers


@dataclass(frozen=True)
class FindingSearch:
    """What the list of findings is narrowed to."""

    form_code: str = ""
    rule_id: str = ""
    state: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> FindingSearch:
        """From a query string; what is not a known choice counts as not asked."""
        form, rule = query.get("form", ""), query.get("rule", "")
        state = query.get("state", "")
        return cls(
            form_code=form if re.fullmatch(r"[A-Z0-9-]{1,12}", form) else "",
            rule_id=rule if re.fullmatch(r"[A-Za-z0-9_.:/-]{1,80}", rule) else "",
            state=state if state in STATES else "",
        )


def findings_found(
    *, actor: User, exercise: CollectionExercise, search: FindingSearch, division: Division
) -> EditFailureQuerySet:
    """The standing findings that match, inside a division of the person's own."""
    found = findings_within(actor, exercise, division)
    if search.form_code:
        found = found.filter(case__form_code=search.form_code)
    if search.rule_id:
        found = found.filter(rule_id=search.rule_id)
    return found.filter(conditions()[search.state]) if search.state else found


def finding_page(found: EditFailureQuerySet, after: str) -> tuple[list[EditFailure], str]:
    """One page with the units, and the place after it. One query, at any depth."""
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__gt=int(after))
    rows = list(found.select_related("case__unit").order_by("pk")[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""
