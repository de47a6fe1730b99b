"""Invented answers that agree with the rules: boilers in industry and elsewhere."""

from random import Random

from census_portal.demo.answers import NO, YES, Answers, Plant, number

COAL_INDUSTRIES = frozenset({"4412", "4430"})
NATURAL_GAS, BITUMINOUS_COAL = "15", "4"


def industrial(plant: Plant) -> Answers:
    """G103-1: one gas boiler, or a coal boiler with its treatment where heat is the business."""
    is_coal = bool(COAL_INDUSTRIES & set(plant.unit.industry_codes))
    boiler = _coal(plant) if is_coal else _gas(plant)
    common = {
        "industrial_boiler_number": "MF0001",
        "industrial_use": "1",
        "industrial_hours": str(plant.hours),
        "stack_number": "DA001",
        "stack_longitude": plant.longitude,
        "stack_latitude": plant.latitude,
        "has_low_nox": YES,
    }
    return Answers(values=plant.foot(), rows={"boilers": [{**common, **boiler}]})


def _gas(plant: Plant) -> dict[str, str]:
    rated = plant.random.choice((2, 4, 6, 10))
    used = rated * plant.hours * 60 / 10_000
    plant.fuel_used = number(used)
    return {
        "industrial_boiler_type": "R3",
        "industrial_combustion": "RQ01",
        "industrial_rated_output": number(rated),
        "fuel1_type": NATURAL_GAS,
        "fuel1_used": number(used),
        "fuel1_heating_value": "8500",
        "fuel1_sulphur": "20",
        "stack_height": "18",
        "gas_volume": number(used * 12),
        **_emitted("so2", used * 0.004, 1),
        **_emitted("particulate", used * 0.002, 1),
    }


def _coal(plant: Plant) -> dict[str, str]:
    rated = plant.random.choice((20, 35, 75))
    used = rated * plant.hours * 0.14
    plant.fuel_used = number(used)
    hours = str(plant.hours)
    return {
        "industrial_boiler_type": "R1",
        "industrial_combustion": "RM04",
        "industrial_rated_output": number(rated),
        "fuel1_type": BITUMINOUS_COAL,
        "fuel1_used": number(used),
        "fuel1_heating_value": "5200",
        "fuel1_sulphur": "0.60",
        "fuel1_ash": "15.20",
        "fuel1_volatile": "31.50",
        "stack_height": "60",
        "gas_volume": number(used * 1.1),
        "desulphurisation_facility_number": "TA001",
        "desulphurisation_process": "S03",
        "desulphurisation_efficiency": "90",
        "desulphurisation_hours": hours,
        "desulphurisation_reagent": "石灰石",
        "desulphurisation_reagent_used": number(used * 0.02),
        "dedusting_facility_number": "TA002",
        "dedusting_process": "P01",
        "dedusting_efficiency": "99",
        "dedusting_hours": hours,
        **_emitted("nox", used * 0.003, 1),
        **_emitted("particulate", used * 0.06, 0.01),
    }


def _emitted(name: str, tonnes: float, left: float) -> dict[str, str]:
    return {f"{name}_generated": number(tonnes), f"{name}_emitted": number(tonnes * left)}


def heating(plant: Plant) -> tuple[int, int]:
    """Tonnes an hour and months a year: the same in the listing and in S103."""
    random = Random(plant.unit.code)  # noqa: S311  a demonstration, not a secret
    return random.choice((1, 2, 4)), random.choice((4, 5, 12))


def elsewhere(plant: Plant) -> Answers:
    """S103: one gas boiler of a hospital, school, hotel or bath house."""
    rated, months = heating(plant)
    used = rated * months * 720 * 20
    return Answers(
        values={"boiler_count": "1", **plant.foot()},
        rows={
            "boilers": [
                {
                    "boiler_use": "2" if months < 8 else "3",
                    "commissioned_in": str(plant.random.randint(2006, 2016)),
                    "boiler_number": "GL1",
                    "model": f"WNS{rated}-1.0-Q",
                    "boiler_type": "R3",
                    "rated_output": number(rated),
                    "combustion": "RQ01",
                    "months_run": str(months),
                    "gas_type": NATURAL_GAS,
                    "gas_used": number(used),
                    "has_online_monitor": NO,
                    "stack_number": "DA001",
                    "stack_height": "15",
                }
            ]
        },
    )
