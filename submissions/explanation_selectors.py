"""Explanations that say the same for many units: counted by county, and where they were used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Min
from django.db.models.functions import Left

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.models import User
from accounts.scopes import prefix_range
from submissions.division_filter import division_read, significant
from submissions.models import EditFailure
from submissions.models.edit_failure import EditFailureQuerySet

COUNTY_DIGITS = PREFIX_LENGTHS[3]
TEXTS_AT_MOST = 200
USES_AT_MOST = 500
UNITS_AT_LEAST = (2, 3, 5, 10, 50)
KEY_LENGTH = 64


@dataclass(frozen=True)
class DuplicateSearch:
    """What the report is narrowed to; blank means everything."""

    division: str = ""
    form_code: str = ""
    units: int = UNITS_AT_LEAST[0]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> DuplicateSearch:
        """From a query string; what is not a known choice counts as not asked."""
        asked = query.get("units", "")
        choices = {str(number): number for number in UNITS_AT_LEAST}
        form = query.get("form", "").strip().upper()
        return cls(
            division=division_read(query.get("division", "")),
            form_code=form if form.replace("-", "").isalnum() and len(form) <= 12 else "",
            units=choices.get(asked, UNITS_AT_LEAST[0]),
        )


@dataclass(frozen=True)
class Duplicate:
    """One text in one county: how many units, findings, rules and people it stands for."""

    county: str
    key: str
    text: str
    units: int
    findings: int
    rules: int
    fillers: int


@dataclass
class CountyCount:
    """The repeated texts of one county together."""

    texts: int = 0
    findings: int = 0


@dataclass
class DuplicateReport:
    """The texts used most, and the sums by county over all of them."""

    texts: list[Duplicate] = field(default_factory=list)
    counties: dict[str, CountyCount] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many texts there are, shown or not."""
        return sum(county.texts for county in self.counties.values())


def explanations_of(actor: User, search: DuplicateSearch) -> EditFailureQuerySet:
    """The explained findings that this person oversees."""
    found = EditFailure.objects.visible_to(actor, Permission.FINDING_REPORT_VIEW).explained()
    if search.division:
        low, high = prefix_range(significant(search.division))
        found = found.filter(division_code__gte=low, division_code__lt=high)
    if search.form_code:
        found = found.filter(case__form_code=search.form_code)
    return found


def duplicates_report(actor: User, search: DuplicateSearch) -> DuplicateReport:
    """Texts repeated inside a county. One query; its cost grows with the explained findings there."""
    groups = (
        explanations_of(actor, search)
        .order_by()
        .annotate(county=Left("division_code", COUNTY_DIGITS))
        .values("county", "explanation_key")
        .annotate(
            text=Min("explanation"),
            units=Count("case__unit_id", distinct=True),
            findings=Count("pk"),
            rules=Count("rule_id", distinct=True),
            fillers=Count("explained_by_id", distinct=True),
        )
        .filter(units__gte=search.units)
        .order_by("-units", "-findings", "county", "explanation_key")
    )
    report = DuplicateReport()
    for group in groups.iterator(chunk_size=2_000):
        found = Duplicate(
            county=group["county"],
            key=group["explanation_key"],
            text=group["text"],
            units=group["units"],
            findings=group["findings"],
            rules=group["rules"],
            fillers=group["fillers"],
        )
        county = report.counties.setdefault(found.county, CountyCount())
        county.texts += 1
        county.findings += found.findings
        if len(report.texts) < TEXTS_AT_MOST:
            report.texts.append(found)
    return report


def explanation_uses(actor: User, search: DuplicateSearch, key: str) -> list[EditFailure]:
    """The findings explained with one text, newest first, with unit and filler. One query."""
    uses = explanations_of(actor, search).filter(explanation_key=key)
    return list(
        uses.select_related("case__unit", "explained_by").order_by("-explained_at", "-pk")[
            : USES_AT_MOST + 1
        ]
    )
