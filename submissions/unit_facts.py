"""What rules, scoping and prefilling may know of a unit: its register entry as plain text."""

from collections.abc import Collection
from decimal import Decimal

from registry.enums import UnitKind
from registry.models import Division, Industry, Unit

AREA_LEVELS = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village"}
PLACES = {2: "province_name", 4: "city_name", 6: "county_name", 9: "town_name"}


def register_facts(unit: Unit) -> dict[str, str]:
    """Facts that need no query: what a save hands to the rules as `register.…`."""
    facts = {
        name: str(getattr(unit, name) or "")
        for name in (
            "name",
            "former_name",
            "code",
            "credit_code",
            "site_suffix",
            "organisation_code",
            "object_code",
            "division_code",
            "address",
            "legal_person",
            "contact_name",
            "contact_phone",
            "kind",
            "status",
        )
    }
    for number in (1, 2, 3):
        codes = unit.industry_codes
        facts[f"industry_{number}"] = codes[number - 1] if len(codes) >= number else ""
    facts["area_level"] = area_level(unit)
    facts["samples"] = f";{';'.join(sorted(unit.samples))};" if unit.samples else ""
    facts["longitude"] = degrees(unit.longitude)
    facts["latitude"] = degrees(unit.latitude)
    return facts


def prefill_facts(unit: Unit) -> dict[str, str]:
    """The same with names of industries and places. Two queries."""
    return prefill_facts_of([unit])[unit.pk]


def prefill_facts_of(units: Collection[Unit]) -> dict[int, dict[str, str]]:
    """The same for many units, by their id. Two queries."""
    industries = {code for unit in units for code in unit.industry_codes}
    industry_names = dict(Industry.objects.filter(code__in=industries).values_list("code", "name"))
    places = {place for unit in units for place in _places_above(unit)}
    place_names = dict(
        Division.objects.current().filter(code__in=places).values_list("code", "name")
    )
    found = {}
    for unit in units:
        facts = register_facts(unit)
        for number in (1, 2, 3):
            facts[f"industry_name_{number}"] = industry_names.get(facts[f"industry_{number}"], "")
        for code, name in _places_above(unit).items():
            facts[name] = place_names.get(code, "")
        found[unit.pk] = facts
    return found


def _places_above(unit: Unit) -> dict[str, str]:
    """Codes of the divisions above the unit, with the fact each one's name is."""
    return {unit.division_code[:digits].ljust(12, "0"): name for digits, name in PLACES.items()}


def area_level(unit: Unit) -> str:
    """`province`, `city`, `county`, `town` or `village` for an area that reports as a unit."""
    if unit.kind != UnitKind.AREA:
        return ""
    return next(
        level for digits, level in AREA_LEVELS.items() if not unit.division_code[digits:].strip("0")
    )


def degrees(value: Decimal | None) -> str:
    """Decimal degrees as the official forms write them: 120.209236 → 120°12′33.25″."""
    if value is None:
        return ""
    hundredths = int((abs(value) * 360_000).quantize(Decimal(1)))
    minutes, rest = divmod(hundredths, 6000)
    whole, minutes = divmod(minutes, 60)
    return f"{whole}°{minutes:02d}′{rest // 100:02d}.{rest % 100:02d}″"
