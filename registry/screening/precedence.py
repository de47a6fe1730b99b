"""Which list is believed for which fact, and what the lists together say of a unit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from registry.enums import ListAuthority as A
from registry.enums import UnitStatus
from registry.unit_data import UnitData

FIELD = "field"  # what a person entered or amended: no list overrules it

# The registrar knows who a firm is; whoever inspects it knows where it stands and what it does.
_WHO = (
    A.BUSINESS,
    A.TAX,
    A.ECONOMIC_CENSUS,
    A.PERMIT,
    A.KEY_SOURCE,
    A.STATISTICS,
    A.ELECTRICITY,
    A.OTHER,
)
_WHERE = (
    A.PERMIT,
    A.KEY_SOURCE,
    A.STATISTICS,
    A.ECONOMIC_CENSUS,
    A.ELECTRICITY,
    A.BUSINESS,
    A.TAX,
    A.OTHER,
)
_WHAT = (
    A.ECONOMIC_CENSUS,
    A.STATISTICS,
    A.PERMIT,
    A.KEY_SOURCE,
    A.TAX,
    A.BUSINESS,
    A.ELECTRICITY,
    A.OTHER,
)

PRECEDENCE: Mapping[str, tuple[A, ...]] = {
    "name": _WHO,
    "credit_code": _WHO,
    "organisation_code": _WHO,
    "former_name": _WHO,
    "legal_person": _WHO,
    "division_code": _WHERE,
    "address": _WHERE,
    "longitude": _WHERE,
    "latitude": _WHERE,
    "industry_codes": _WHAT,
    "contact_name": _WHERE,
    "contact_phone": _WHERE,
    "status": _WHERE,
}
# The site is what a row is matched by, the kind decides the forms: a person changes them.
NOT_MERGED = frozenset({"site_suffix", "kind"})


def rank(field: str, origin: str) -> int:
    """The lower, the more it is believed; a person's word is before every list's."""
    if origin == FIELD:
        return -1
    order = [str(authority) for authority in PRECEDENCE[field]]
    return order.index(origin) if origin in order else len(order)


def merged(
    now: UnitData, origins: Mapping[str, str], claims: Iterable[tuple[str, UnitData]]
) -> tuple[UnitData, dict[str, str]]:
    """The unit with what better-placed lists say of it, and which list each fact is from.

    `claims` are (authority, facts) in the order in which they came. Of two lists of the same
    authority the later one is believed. Blank facts claim nothing; a place, two numbers, is taken
    from one list only.
    """
    values: dict[str, Any] = {}
    sources = dict(origins)
    for authority, facts in claims:
        for field in PRECEDENCE:
            value = getattr(facts, field)
            if _is_blank(field, value) or field == "latitude":
                continue
            if field == "industry_codes" and facts.kind != now.kind:
                continue  # what is an industry of a farm may be none of a factory
            held = values.get(field, getattr(now, field))
            origin = sources.get(field, "")
            if not _is_blank(field, held) and rank(field, authority) > rank(field, origin):
                continue
            values[field] = value
            sources[field] = authority
            if field == "longitude":
                values["latitude"], sources["latitude"] = facts.latitude, authority
    return replace(now, **_coherent(now, values)), sources


def _coherent(now: UnitData, values: dict[str, Any]) -> dict[str, Any]:
    """An organisation code that is not the middle of the credit code would be refused: drop it."""
    credit = values.get("credit_code", now.credit_code)
    own = values.get("organisation_code", now.organisation_code)
    if credit and own and credit[8:17] != own:
        values["organisation_code"] = credit[8:17]
    return values


def _is_blank(field: str, value: Any) -> bool:
    if field == "status":  # a list without a column of it says "operating" of everything
        return value in {"", UnitStatus.OPERATING}
    return value in ("", None, ())


def origins_of(data: UnitData, authority: str) -> dict[str, str]:
    """Every fact stated by one list."""
    return {
        field: str(authority) for field in PRECEDENCE if not _is_blank(field, getattr(data, field))
    }
