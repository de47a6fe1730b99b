"""Reading the register."""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper

from accounts.models import User
from accounts.scopes import prefix_of, prefix_range
from registry.enums import DivisionKind, DivisionLevel, IndustryLevel, UnitKind
from registry.identifiers import normalise
from registry.models import Division, Industry, Unit, UnitRevision
from registry.policies import UNIT_LEVELS, Classifications
from registry.unit_data import UnitData, text_normalised

COUNTY_DIGITS = 6
SIMILAR_NAME = 0.5  # trigram similarity from which two names in a county are shown side by side
LOOKALIKES_AT_MOST = 10


def division_get(code: str) -> Division | None:
    """The division with this 12-digit code in the edition in force."""
    return Division.objects.current().filter(code=code).first()


def levels_absent(code: str) -> frozenset[DivisionLevel]:
    """Levels from province to county that have no office above this place. One query.

    A 市辖区 or 省直辖县级行政区划 is only a heading in the code (the counties of Beijing stand
    directly under the province), and a city such as 东莞 has towns but no counties. A place whose
    divisions are not loaded counts as having them all.
    """
    levels = (DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY)
    above = {level: prefix_of(code, level).ljust(len(code), "0") for level in levels}
    rows = Division.objects.current().filter(code__in=above.values())
    found = {
        row_code: (level, kind)
        for row_code, level, kind in rows.values_list("code", "level", "kind")
    }
    return frozenset(
        level
        for level, division in above.items()
        if division in found
        and (found[division][0] != level or found[division][1] == DivisionKind.PSEUDO)
    )


def divisions_below(code: str) -> QuerySet[Division]:
    """The next level under a division, in code order; the provinces, for the nation."""
    return Division.objects.current().filter(parent_code=code).order_by("code")


def divisions_above(division: Division, own: Collection[str]) -> list[Division]:
    """The divisions above, from the top, no further up than one of the `own`. One query a level."""
    above: list[Division] = []
    lowest = division
    while lowest.code not in own:
        parent = division_get(lowest.parent_code)
        if parent is None:
            break
        above.insert(0, parent)
        lowest = parent
    return above


def province_names() -> dict[str, str]:
    """Two digits → name of every province, in code order. One query."""
    rows = Division.objects.current().filter(level=DivisionLevel.PROVINCE).order_by("code")
    return {code[:2]: name for code, name in rows.values_list("code", "name")}


def areas_missing(code: str, level: DivisionLevel) -> QuerySet[Division]:
    """Divisions of a level inside a division that no unit of kind area reports for.

    A 市辖区 or 省直辖 is only a heading in the code and reports nothing.
    """
    division = division_get(code)
    prefix = prefix_of(code, division.level) if division else code
    low, high = prefix_range(prefix)
    rows = Division.objects.current().filter(level=level).exclude(kind=DivisionKind.PSEUDO)
    rows = rows.filter(code__gte=low, code__lt=high) if high else rows
    there = Unit.objects.filter(kind=UnitKind.AREA, division_code=OuterRef("code"))
    return rows.exclude(Exists(there)).order_by("code")


def areas_registered(code: str, level: DivisionLevel) -> int:
    """How many divisions of a level inside a division have a unit that reports for them."""
    division = division_get(code)
    prefix = prefix_of(code, division.level) if division else code
    low, high = prefix_range(prefix)
    rows = Division.objects.current().filter(level=level).exclude(kind=DivisionKind.PSEUDO)
    rows = rows.filter(code__gte=low, code__lt=high) if high else rows
    units = Unit.objects.filter(kind=UnitKind.AREA, division_code__in=rows.values("code"))
    return units.count()


def division_name(code: str) -> str:
    """The full name (浙江省杭州市西湖区…), or the code where it is unknown. One query."""
    return division_names([code]).get(code, code)


def division_names(codes: Collection[str]) -> dict[str, str]:
    """Full names of many divisions. One query; unknown codes are left out."""
    rows = Division.objects.current().filter(code__in=set(codes))
    return dict(rows.values_list("code", "full_name"))


def divisions_matching(text: str, *, prefixes: Collection[str], at_most: int) -> list[Division]:
    """Towns and villages whose code begins with the text or whose full name holds its words."""
    rows = Division.objects.current().filter(level__in=UNIT_LEVELS)
    inside = Q(pk__in=[])
    for prefix in prefixes:
        low, high = prefix_range(prefix)
        inside |= Q(code__gte=low, code__lt=high) if high else Q(code__gte=low)
    rows = rows.filter(inside)
    plain = normalise(text)
    if plain.isdecimal():
        rows = rows.filter(code__startswith=plain)
    else:
        for word in text_normalised(text).split():
            rows = rows.filter(full_name__contains=word)
    return list(rows.order_by("level", "code")[:at_most])


def industries_matching(text: str, *, at_most: int) -> list[Industry]:
    """Four-digit classes whose code begins with the text or whose name holds its words."""
    rows = Industry.objects.filter(level=IndustryLevel.CLASS)
    plain = normalise(text)
    if plain.isdecimal():
        rows = rows.filter(code__startswith=plain)
    else:
        for word in text_normalised(text).split():
            rows = rows.filter(name__contains=word)
    return list(rows.order_by("-is_in_scope", "code")[:at_most])


def industry_names(codes: Collection[str]) -> dict[str, str]:
    """Names of industries of any level. One query."""
    return dict(Industry.objects.filter(code__in=set(codes)).values_list("code", "name"))


def classifications_for(data: Collection[UnitData]) -> Classifications:
    """As much of the classifications as these facts speak of. Two queries, however many facts."""
    divisions = Division.objects.current().filter(code__in={d.division_code for d in data})
    industries = Industry.objects.filter(
        level=IndustryLevel.CLASS, code__in={code for d in data for code in d.industry_codes}
    ).values_list("code", "is_in_scope")
    known = dict(industries)
    return Classifications(
        divisions=dict(divisions.values_list("code", "level")),
        industries=frozenset(known),
        in_scope=frozenset(code for code, is_in_scope in known.items() if is_in_scope),
    )


def unit_get_visible(*, actor: User, unit_id: int) -> Unit | None:
    """The unit, where this person may see it."""
    return (
        Unit.objects.visible_to(actor)
        .select_related("registered_by", "amended_by")
        .filter(pk=unit_id)
        .first()
    )


def unit_by_code(*, actor: User, code: str) -> Unit | None:
    """The visible unit with this code, however it was typed."""
    return Unit.objects.visible_to(actor).filter(code=normalise(code)).first()


def unit_history(unit: Unit) -> QuerySet[UnitRevision]:
    """Every revision with its author, newest first."""
    return unit.revisions.select_related("actor").order_by("-number")


@dataclass(frozen=True)
class Lookalike:
    """A registered unit that may be the one being registered, and why."""

    unit: Unit
    reason: str  # same_code | similar_name


def lookalikes(data: UnitData, *, actor: User, except_id: int | None = None) -> list[Lookalike]:
    """Visible units of the same legal person, or of a similar name in the county. Two queries."""
    visible = Unit.objects.visible_to(actor)
    if except_id is not None:
        visible = visible.exclude(pk=except_id)
    found: dict[int, Lookalike] = {}
    matching = data.credit_code[8:17] or data.organisation_code
    if matching:
        for unit in visible.filter(matching_code=matching)[:LOOKALIKES_AT_MOST]:
            found[unit.pk] = Lookalike(unit, "same_code")
    low, high = prefix_range(data.division_code[:COUNTY_DIGITS])
    similar = (
        visible.filter(division_code__gte=low, division_code__lt=high)
        .annotate(similarity=TrigramSimilarity(Upper("name"), data.name.upper()))
        .filter(similarity__gte=SIMILAR_NAME)
        .order_by("-similarity", "pk")[:LOOKALIKES_AT_MOST]
    )
    for unit in similar:
        found.setdefault(unit.pk, Lookalike(unit, "similar_name"))
    return list(found.values())[:LOOKALIKES_AT_MOST]
