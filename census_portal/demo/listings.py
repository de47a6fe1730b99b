"""Invented answers that agree with the rules: the listing forms of boilers and central facilities."""

from census_portal.demo.answers import NO, YES, Answers, Plant, number
from census_portal.demo.boilers import NATURAL_GAS, heating

SEWAGE_INDUSTRY = "4620"
PUBLIC_INDUSTRIES = frozenset({"8411", "8334"})  # hospitals and schools
SEWAGE_PLANT, REFUSE_SITE = "1", "2"
FIRM, INSTITUTION = "1", "2"


def found(plant: Plant, enumerator: str) -> dict[str, str]:
    """The outcome at the foot of every listing form: within the scope of the census."""
    return {
        "in_scope": YES,
        "enumerator": f"{enumerator} P{plant.random.randint(1, 999):03d}",
        "filled_on": f"2018-05-{plant.random.randint(1, 28):02d}",
    }


def boilers(plant: Plant, enumerator: str) -> Answers:
    """QC03: the one boiler that S103 describes."""
    rated, months = heating(plant)
    is_public = PUBLIC_INDUSTRIES & set(plant.unit.industry_codes)
    return Answers(
        values={
            "owner_unit": plant.unit.name,
            "organisation_type": INSTITUTION if is_public else FIRM,
            "boiler_count": "1",
            **found(plant, enumerator),
        },
        rows={
            "boilers": [
                {
                    "boiler_type": "R3",
                    "rated_output": number(rated),
                    "fuel_type": NATURAL_GAS,
                    "months_run": str(months),
                }
            ]
        },
    )


def facilities(plant: Plant, enumerator: str) -> Answers:
    """QC05: which forms follow depends on the kind of facility."""
    is_sewage = SEWAGE_INDUSTRY in plant.unit.industry_codes
    return Answers(
        values={
            "operator": plant.unit.name,
            "listing_status": "1",
            "facility_type": SEWAGE_PLANT if is_sewage else REFUSE_SITE,
            "is_rural": NO,
            **found(plant, enumerator),
        }
    )
