"""The list of units: what is searched for, and one page of it by keyset."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from accounts.enums import Permission, Role
from accounts.models import User
from accounts.scopes import Jurisdiction, prefix_range
from registry.enums import IndustryLevel, UnitKind, UnitSource, UnitStatus
from registry.identifiers import normalise
from registry.models import AreaAssignment, Division, Industry, Overlay, Unit
from registry.models.unit import UnitQuerySet
from registry.overlays import overlay_condition
from registry.prefixes import significant_digits
from registry.unit_data import text_normalised

PAGE = 50
# what a unit of the register may still lack, by the name that asks for it
LACKING = {
    "position": Q(longitude__isnull=True),
    "industry": Q(industry_codes=[]),
    "code": Q(credit_code="", organisation_code=""),
}
_CODE_LIKE = re.compile(r"[0-9A-Z]{4,20}")
_PLACE = re.compile(r"(?P<division>[0-9]{12})-(?P<pk>[0-9]{1,18})")


@dataclass(frozen=True)
class UnitSearch:
    """What the list is narrowed to; blank means everything."""

    text: str = ""  # a code or its beginning, or any part of the name
    division: str = ""  # 12 digits of any level
    industry: str = ""  # one to four characters
    kind: str = ""
    status: str = ""
    source: str = ""
    lacks: str = ""  # a name of LACKING
    overlay: int = 0  # its id
    assigned: str = ""  # "1": in an area that an enumerator works in today; "0": in none

    @classmethod
    def read(cls, query: Mapping[str, str], *, division: str = "") -> "UnitSearch":
        """From a query string; what is not a known choice counts as not asked."""
        kind, status = query.get("kind", ""), query.get("status", "")
        source, lacks = query.get("source", ""), query.get("lacks", "")
        place, overlay = division or query.get("division", ""), query.get("overlay", "")
        return cls(
            text=text_normalised(query.get("q", "").replace("\x00", ""))[:100],
            division=place if re.fullmatch("[0-9]{12}", place) else "",
            industry=normalise(query.get("industry", "").replace("\x00", ""))[:4],
            kind=kind if kind in UnitKind.values else "",
            status=status if status in UnitStatus.values else "",
            source=source if source in UnitSource.values else "",
            lacks=lacks if lacks in LACKING else "",
            assigned=query.get("assigned", "") if query.get("assigned", "") in {"0", "1"} else "",
            overlay=int(overlay) if re.fullmatch("[0-9]{1,18}", overlay) else 0,
        )


@dataclass(frozen=True)
class Page:
    """One page of units and the places before and after it (blank at either end)."""

    units: list[Unit]
    before: str
    after: str


def units_found(*, actor: User, search: UnitSearch) -> UnitQuerySet:
    """The visible units that match. One query more where an industry is named."""
    found = Unit.objects.visible_to(actor)
    if search.division:
        low, high = prefix_range(significant_digits(search.division))
        if high is not None:
            found = found.filter(division_code__gte=low, division_code__lt=high)
    if search.text:
        found = found.filter(_matches(search.text))
    if search.industry:
        found = found.filter(industry_codes__overlap=_classes_of(search.industry))
    for name in ("kind", "status", "source"):
        if value := getattr(search, name):
            found = found.filter(**{name: value})
    if search.overlay:
        overlay = Overlay.objects.visible_to(actor).filter(pk=search.overlay).first()
        found = found.filter(overlay_condition(overlay)) if overlay else found.none()
    return _narrowed(found, search)


def _narrowed(units: UnitQuerySet, search: UnitSearch) -> UnitQuerySet:
    """By what the units lack, and whether somebody works in their area."""
    if search.lacks:
        units = units.filter(LACKING[search.lacks])
    if not search.assigned:
        return units
    return units.filter(assigned_condition() if search.assigned == "1" else ~assigned_condition())


def assigned_condition() -> Q:
    """Units in an enumeration area that an enumerator works in today."""
    working = AreaAssignment.objects.in_force().filter(role=Role.ENUMERATOR)
    return Q(enumeration_area__in=working.values("area"))


def _matches(text: str) -> Q:
    code = normalise(text)
    named = Q(name__icontains=text)
    if not _CODE_LIKE.fullmatch(code):
        return named
    by_code = Q(code__startswith=code)
    return by_code | Q(matching_code=code) if any(c.isdigit() for c in code) else by_code | named


def _classes_of(industry: str) -> list[str]:
    """The four-digit classes under a code of any level; the code itself where it is one."""
    if re.fullmatch(r"[0-9]{4}", industry):
        return [industry]
    if re.fullmatch(r"[0-9]{2,3}", industry):
        prefixes = [industry]
    else:
        prefixes = list(
            Industry.objects.filter(level=IndustryLevel.DIVISION, parent_code=industry).values_list(
                "code", flat=True
            )
        )
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(code__startswith=prefix)
    classes = Industry.objects.filter(condition, level=IndustryLevel.CLASS)
    return list(classes.values_list("code", flat=True))


def page_of(units: UnitQuerySet, *, before: str = "", after: str = "", size: int = PAGE) -> Page:
    """One page in the order of the places (division, then registration). One query, at any depth."""
    place = _PLACE.fullmatch(before or after)
    if before and place:
        rows = list(
            units.filter(_beyond(place, "lt")).order_by("-division_code", "-pk")[: size + 1]
        )
        page = rows[:size][::-1]
        return Page(page, _place(page[:1]) if len(rows) > size else "", _place(page[-1:]))
    if place:
        units = units.filter(_beyond(place, "gt"))
    rows = list(units.order_by("division_code", "pk")[: size + 1])
    page = rows[:size]
    return Page(
        page, _place(page[:1]) if place else "", _place(page[-1:]) if len(rows) > size else ""
    )


def _beyond(place: re.Match[str], way: str) -> Q:
    """Beyond (division, pk) on the index: the range first, then the tie."""
    division, pk = place["division"], int(place["pk"])
    same = Q(division_code=division, **{f"pk__{way}": pk})
    return Q(**{f"division_code__{way}e": division}) & (
        Q(**{f"division_code__{way}": division}) | same
    )


def _place(units: list[Unit]) -> str:
    return f"{units[0].division_code}-{units[0].pk}" if units else ""


@dataclass(frozen=True)
class Choice:
    """One select of the cascade: its options and which is chosen."""

    level: int
    options: list[Division]
    chosen: str


def division_cascade(*, actor: User, chosen: list[str]) -> tuple[list[Choice], str]:
    """The selects from the person's own divisions down to the one chosen, and that one's code.

    `chosen` are the selects' values from the top; a value that does not lie under the one before
    it (the upper select was changed) ends the chain. One query a level.
    """
    roots = _roots(actor)
    choices: list[Choice] = []
    deepest = ""
    options = _children(roots[0]) if len(roots) == 1 else roots
    wanted = [code for code in chosen if re.fullmatch("[0-9]{12}", code)]
    if len(chosen) == 1:  # a link names only the division itself
        wanted += [code[:n].ljust(12, "0") for code in wanted for n in (2, 4, 6, 9)]
    while options:
        codes = {option.code: option for option in options}
        match = next((code for code in wanted if code in codes), "")
        choices.append(Choice(options[0].level, options, match))
        if not match:
            break
        deepest = match
        options = _children(codes[match])
    return choices, deepest


def _children(division: Division) -> list[Division]:
    return list(
        Division.objects.filter(edition_id=division.edition_id, parent_code=division.code).order_by(
            "code"
        )
    )


def _roots(actor: User) -> list[Division]:
    prefixes = prefixes_of(actor, Permission.UNIT_VIEW)
    tops = [p for p in prefixes if not any(o != p and p.startswith(o) for o in prefixes)]
    codes = [prefix.ljust(12, "0") for prefix in tops]
    return list(Division.objects.current().filter(code__in=codes).order_by("code"))


def prefixes_of(actor: User, permission: Permission) -> list[str]:
    """The prefixes of the jurisdictions in which a permission is held."""
    scopes = actor.scopes_for(permission)
    return sorted({scope.prefix for scope in scopes if isinstance(scope, Jurisdiction)})
