"""Invented answers that agree with the rules: a town's sewage plant, three forms that agree."""

from decimal import Decimal
from random import Random

from census_portal.demo.answers import NO, YES, Answers, Plant, number

DAYS = 365
CAPACITIES = (20_000, 40_000, 60_000, 100_000)
# milligrams a litre at the inlet and the outlet in the mean of the year
CONCENTRATIONS = {
    "cod": ("248", "28.4"),
    "bod5": ("112", "6.5"),
    "total_nitrogen": ("38.6", "10.9"),
    "ammonia": ("27.3", "0.94"),
    "total_phosphorus": ("4.3", "0.28"),
}
MEAN, HIGHEST, LOWEST = "1", "2", "3"
ONLINE = "f"


def _treated(plant: Plant) -> tuple[int, Decimal]:
    """Capacity in cubic metres a day, and what was treated in the year in ten thousand of them."""
    random = Random(plant.unit.code)  # noqa: S311  a demonstration, not a secret
    capacity = random.choice(CAPACITIES)
    return capacity, Decimal(capacity * DAYS * random.randint(68, 92)) / 1_000_000


def basics(plant: Plant) -> Answers:
    """J101-1: activated sludge, into the river of the county."""
    water, code = plant.county.water
    return Answers(
        values={
            "operator": plant.unit.name,
            "plant_type": "1",
            "completed_on": f"{plant.random.randint(1998, 2015)}-{plant.random.randint(1, 12):02d}",
            "treatment_methods": "1100,4120",
            "destination": "B",
            "outlet_longitude": plant.longitude,
            "outlet_latitude": plant.latitude,
            "receiving_water": water,
            "receiving_water_code": code,
            "has_online_monitor": YES,
            "online_inlet": "1,2,3",
            "online_outlet": "1,2,3,4,5",
            "has_reclaimed_water": NO,
            "has_sludge_stabilisation": NO,
            "has_boiler": NO,
            **plant.foot(),
        }
    )


def operation(plant: Plant) -> Answers:
    """J101-2: all sludge goes to another unit."""
    capacity, treated = _treated(plant)
    sludge = number(treated * Decimal("1.4"))
    return Answers(
        values={
            "days_run": str(DAYS),
            "electricity": number(treated * Decimal("0.29")),
            "design_capacity": str(capacity),
            "treated": number(treated),
            "treated_domestic": number(treated * Decimal("0.85")),
            "reclaimed": "0",
            "sludge_dry": sludge,
            "sludge_disposed": sludge,
            "sludge_own": "0",
            "sludge_sent": sludge,
            **plant.foot(),
        }
    )


def monitoring(plant: Plant) -> Answers:
    """J101-3: the mean of the year, the highest and the lowest day."""
    flow = _treated(plant)[1] * 10_000 / DAYS
    return Answers(
        values=plant.foot(),
        rows={
            "statistics": [
                _statistic(MEAN, flow, Decimal(1)),
                _statistic(HIGHEST, flow, Decimal("1.25")),
                _statistic(LOWEST, flow, Decimal("0.6")),
            ]
        },
    )


def _statistic(kind: str, flow: Decimal, factor: Decimal) -> dict[str, str]:
    cells = {"statistic": kind, "source_of_data": ONLINE}
    cells |= dict.fromkeys(("flow_inlet", "flow_outlet"), number(flow * factor))
    for name, (inlet, outlet) in CONCENTRATIONS.items():
        cells[f"{name}_inlet"] = number(Decimal(inlet) * factor)
        cells[f"{name}_outlet"] = number(Decimal(outlet) * factor)
    return cells
