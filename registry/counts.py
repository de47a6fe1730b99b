"""How many units a division has, by what they are: from the counters, never from the units.

Only inside a town, whose villages have no counters of their own, are its units counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Left

from accounts.models import User
from accounts.scopes import Jurisdiction, OwnUnit, prefix_range
from registry.enums import DivisionLevel
from registry.listing import LACKING, UnitSearch
from registry.models import Division, Unit, UnitCount
from registry.prefixes import significant_digits
from registry.selectors import divisions_below
from registry.triggers import REBUILD

Rows = TypeVar("Rows", bound=QuerySet[Any])

DIGITS_OF_A_TOWN = 9
DIGITS = 12
GROUPS = ("kind", "status", "source")
MEASURES = ("count", "without_position", "without_industry", "without_code")


@dataclass(frozen=True)
class Tally:
    """One counter of one place: what the units are, how many, and how many of them lack what."""

    place: str
    kind: str
    status: str
    source: str
    count: int
    without_position: int
    without_industry: int
    without_code: int


_FIELDS = tuple(field.name for field in fields(Tally))


@dataclass(frozen=True)
class RegisterRow:
    """A division and its tallies added up; no division for what lies in no child."""

    division: Division | None
    tallies: Sequence[Tally]

    def number(self, measure: str = "count", **narrowed: str) -> int:
        """How many units, of a kind, status or source where one is named."""
        return sum(
            getattr(tally, measure)
            for tally in self.tallies
            if all(getattr(tally, name) == value for name, value in narrowed.items())
        )


@dataclass(frozen=True)
class Register:
    """The numbers of a division and of the level below it."""

    division: Division
    total: RegisterRow
    rows: Sequence[RegisterRow]


def register_of(*, actor: User, division: Division) -> Register:
    """The numbers of a division and its children, as they are now. Two queries."""
    children = list(divisions_below(division.code))
    tallies = _tallies(actor=actor, division=division, children=children)
    rows = [
        RegisterRow(child, [tally for tally in tallies if tally.place == child.prefix])
        for child in children
    ]
    elsewhere = [tally for tally in tallies if tally.place not in {c.prefix for c in children}]
    if elsewhere and rows:
        rows.append(RegisterRow(None, elsewhere))
    return Register(division, RegisterRow(division, tallies), rows)


def _tallies(*, actor: User, division: Division, children: Sequence[Division]) -> list[Tally]:
    """By the prefix of a child. Children of one division may have prefixes of two lengths (a city
    with counties and towns of its own): the longest that is a child's wins.
    """
    known = {child.prefix for child in children}
    longest = max((len(prefix) for prefix in known), default=DIGITS_OF_A_TOWN)
    if division.level >= DivisionLevel.TOWN:
        source = _counted(within(Unit.objects.visible_to(actor), division.prefix), DIGITS)
    else:
        source = _summed(within(UnitCount.objects.visible_to(actor), division.prefix), longest)
    found = []
    for row in source:
        place = row.pop("place")
        prefix = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in known), "")
        found.append(Tally(place=prefix, **row))
    return [tally for tally in found if tally.count]


def _summed(counters: QuerySet[UnitCount], digits: int) -> Iterable[dict[str, Any]]:
    grouped = counters.order_by().annotate(place=Left("division_code", digits))
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    for row in grouped.values("place", *GROUPS).annotate(**sums):
        yield {name: row.get(f"sum_{name}", row.get(name)) for name in _FIELDS}


def _counted(units: QuerySet[Unit], digits: int) -> Iterable[dict[str, Any]]:
    grouped = units.order_by().annotate(place=Left("division_code", digits))
    lacks = {f"without_{name}": Count("pk", filter=lack) for name, lack in LACKING.items()}
    counted = grouped.values("place", *GROUPS).annotate(count=Count("pk"), **lacks)
    for row in counted:
        yield {name: row[name] for name in _FIELDS}


def within(rows: Rows, prefix: str) -> Rows:
    """The rows whose own division lies under a prefix."""
    low, high = prefix_range(prefix)
    return rows.filter(division_code__gte=low, division_code__lt=high) if high else rows


def units_total(*, actor: User, search: UnitSearch, found: QuerySet[Unit]) -> int:
    """How many units a search finds: from the counters where they can tell, else by counting."""
    prefix = significant_digits(search.division) if search.division else ""
    counters_tell = (
        not (search.text or search.industry or search.overlay or search.assigned)
        and len(prefix) <= DIGITS_OF_A_TOWN
    )
    if not counters_tell or not _sees_whole_towns(actor):
        return found.count()
    counters = within(UnitCount.objects.visible_to(actor), prefix)
    named = {name: value for name in GROUPS if (value := getattr(search, name))}
    measure = f"without_{search.lacks}" if search.lacks else "count"
    return counters.filter(**named).aggregate(number=Sum(measure))["number"] or 0


def _sees_whole_towns(actor: User) -> bool:
    """Whether everything this person may see is made of towns, so that counters can say it."""
    scopes = actor.scopes_for(UnitCount.view_permission)
    if any(isinstance(scope, OwnUnit) for scope in scopes):
        return False
    if actor.granted_unit_ids(UnitCount.view_permission):
        return False
    return all(
        isinstance(scope, Jurisdiction) and len(scope.prefix) <= DIGITS_OF_A_TOWN
        for scope in scopes
    )


@transaction.atomic
def unit_counts_rebuild() -> None:
    """Count everything anew; units cannot be written meanwhile. Seconds for six million units."""
    with connection.cursor() as cursor:
        cursor.execute(REBUILD)
