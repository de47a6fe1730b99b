"""How often rules fire, where, and on which cases a rule can be tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.models import User
from accounts.scopes import prefix_range
from submissions.division_filter import significant
from submissions.models import Case, EditFailure, RuleMeasurement
from submissions.models.edit_failure import EditFailureQuerySet

COUNTY_DIGITS = PREFIX_LENGTHS[3]
PAGE = 50
CASES_OFFERED = 20
RUNS_SHOWN = 5


@dataclass(frozen=True)
class FindingCount:
    """The findings of one rule in one county."""

    county: str
    findings: int
    explained: int
    waived: int

    @property
    def explained_percent(self) -> int:
        """Explained findings in whole per cent."""
        return self.explained * 100 // self.findings if self.findings else 0


def findings_overseen(actor: User) -> EditFailureQuerySet:
    """The findings that this person oversees."""
    return EditFailure.objects.visible_to(actor, Permission.FINDING_REPORT_VIEW)


def finding_totals(actor: User, rule_ids: Collection[str]) -> dict[str, int]:
    """How many findings each of these rules has at present. One query over an index of rules."""
    found = findings_overseen(actor).filter(rule_id__in=rule_ids).order_by()
    return dict(found.values_list("rule_id").annotate(Count("pk")))


def finding_counts(actor: User, rule_id: str) -> list[FindingCount]:
    """The findings of a rule by county, the most first. One query."""
    waived = Q(waived_until__gte=timezone.localdate())
    counts = (
        findings_overseen(actor)
        .filter(rule_id=rule_id)
        .order_by()
        .annotate(county=Left("division_code", COUNTY_DIGITS))
        .values_list("county")
        .annotate(
            findings=Count("pk"),
            explained=Count("pk", filter=~Q(explanation="")),
            waived=Count("pk", filter=waived),
        )
        .order_by("-findings", "county")
    )
    return [FindingCount(*count) for count in counts]


def findings_of_rule(
    actor: User, rule_id: str, division: str, after: str
) -> tuple[list[EditFailure], int | None]:
    """One page of the findings of a rule with their units, and where the next begins. One query."""
    found = findings_overseen(actor).filter(rule_id=rule_id)
    if division:
        low, high = prefix_range(significant(division))
        found = found.filter(division_code__gte=low, division_code__lt=high)
    if after.isdecimal() and len(after) < 16:
        found = found.filter(pk__gt=int(after))
    rows = list(found.select_related("case__unit").order_by("pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def cases_to_try(actor: User, form_code: str, text: str) -> list[Case]:
    """Cases of a form whose unit's name or code matches. One query."""
    text = text.replace("\x00", "").strip()[:100]
    if not text:
        return []
    cases = Case.objects.visible_to(actor, Permission.FINDING_REPORT_VIEW)
    named = Q(unit__name__icontains=text) | Q(unit__code__startswith=text.upper())
    return list(
        cases.filter(named, form_code=form_code).with_names().order_by("pk")[:CASES_OFFERED]
    )


def measurements_of(form_code: str, rule_id: str) -> list[RuleMeasurement]:
    """The last runs. One query."""
    found = RuleMeasurement.objects.filter(form_code=form_code, rule_id=rule_id)
    return list(found.select_related("measured_by", "instrument_version")[:RUNS_SHOWN])
