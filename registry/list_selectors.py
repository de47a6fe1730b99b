"""Reading lists of authorities: what became of their rows, and what waits for a person."""

import re
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Left

from accounts.models import User
from registry.enums import RowOutcome
from registry.models import Division, MatchDecision, SourceList, SourceRow
from registry.models.source_list import SourceRowQuerySet
from registry.screening.places import COUNTY_DIGITS

_PLACE = re.compile(r"(?P<division>[0-9]{12})-(?P<pk>[0-9]{1,18})")


@dataclass(frozen=True)
class CountyMatch:
    """How much of a list the register knew, in one county."""

    county: str
    name: str
    created: int
    merged: int
    waiting: int
    refused: int

    @property
    def rate(self) -> float | None:
        """Matched rows in a hundred that could be matched (匹配率); None where none could."""
        taken = self.created + self.merged + self.waiting
        return 100 * self.merged / taken if taken else None


def matches_by_county(source_list: SourceList) -> list[CountyMatch]:
    """A line a county, by code. Two queries, on the index."""
    counts = (
        source_list.rows.annotate(county=Left("division_code", COUNTY_DIGITS))
        .values_list("county")
        .annotate(
            **{
                str(outcome): Count("pk", filter=Q(outcome=outcome))
                for outcome in RowOutcome.values
                if outcome != RowOutcome.READ
            }
        )
        .order_by("county")
    )
    rows = list(counts)
    codes = [county.ljust(12, "0") for county, *_counts in rows]
    names = dict(Division.objects.current().filter(code__in=codes).values_list("code", "full_name"))
    return [
        CountyMatch(county, names.get(county.ljust(12, "0"), county), *numbers)
        for county, *numbers in rows
    ]


def problems_counted(source_list: SourceList, *, at_most: int = 50) -> list[tuple[str, str, int]]:
    """(column, sentence of the first row, how many rows) of the refused rows' first problems."""
    rows = (
        source_list.rows.filter(outcome=RowOutcome.REFUSED)
        .values_list("problems__0__column", "problems__0__code")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    found = []
    for column, code, number in rows[:at_most]:
        example = (
            source_list.rows.filter(outcome=RowOutcome.REFUSED, problems__0__code=code)
            .values_list("problems__0__message", flat=True)
            .first()
        )
        found.append((column or "", example or "", number))
    return found


def waiting_rows(actor: User) -> SourceRowQuerySet:
    """Rows that wait for a person, by place."""
    rows = SourceRow.objects.visible_to(actor).filter(outcome=RowOutcome.WAITING)
    return rows.order_by("division_code", "pk")


def waiting_row_next(actor: User, *, after: str = "") -> SourceRow | None:
    """The next one behind a place (`division-id`); from the beginning again at the end."""
    rows = waiting_rows(actor).select_related("source_list")
    place = _PLACE.fullmatch(after)
    found = None
    if place:
        same = Q(division_code=place["division"], pk__gt=int(place["pk"]))
        beyond = Q(division_code__gte=place["division"]) & (
            Q(division_code__gt=place["division"]) | same
        )
        found = rows.filter(beyond).first()
    return found or rows.first()


def decisions_recent(actor: User, *, at_most: int = 8) -> list[MatchDecision]:
    """A person's own latest decisions: what may want taking back."""
    own = MatchDecision.objects.filter(decided_by=actor)
    return list(own.select_related("row", "unit")[:at_most])
