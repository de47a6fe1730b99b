"""Values that a form takes from the register when its case is opened."""

from collections.abc import Mapping
from typing import Any

PREFILL_KEYS = frozenset(
    {
        "unit.name",
        "unit.former_name",
        "unit.code",
        "unit.credit_code",
        "unit.site_suffix",
        "unit.organisation_code",
        "unit.object_code",
        "unit.division_code",
        "unit.province_name",
        "unit.city_name",
        "unit.county_name",
        "unit.town_name",
        "unit.address",
        "unit.longitude",
        "unit.latitude",
        "unit.industry_1",
        "unit.industry_2",
        "unit.industry_3",
        "unit.industry_name_1",
        "unit.contact_name",
        "unit.contact_phone",
        "unit.legal_person",
    }
)


def prefill_values(definition: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, str]:
    """Raw values by item slug for the items outside repeat groups; `facts` has keys like `name`.

    A fact that is missing or blank leaves its item blank.
    """
    values: dict[str, str] = {}
    for section in definition["sections"]:
        if section.get("group"):
            continue
        for item in section["items"]:
            key = item.get("prefill", "").removeprefix("unit.")
            if key and facts.get(key):
                values[item["slug"]] = str(facts[key])
    return values
