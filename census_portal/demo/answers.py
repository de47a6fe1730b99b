"""Invented answers that agree with the rules: the listing, the basic form and the wastewater form."""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from census_portal.demo.units import person_name
from census_portal.demo.vocabulary import County
from registry.models import Unit
from submissions.unit_facts import degrees

YES, NO = "1", "2"
WET = frozenset(
    [
        "1353",
        "1392",
        "1411",
        "1512",
        "1752",
        "2231",
        "2614",
        "2641",
        "2651",
        "2720",
        "3360",
        "3982",
        "4412",
        "4430",
        "4610",
    ]
)
STEAM = frozenset(
    ["1353", "1392", "1411", "1512", "1752", "2011", "2231", "2614", "2651", "2720", "4412", "4430"]
)
SOLVENT = frozenset(
    ["1752", "1951", "2110", "2614", "2641", "2651", "2720", "3130", "3311", "3360", "3670"]
)
SOLVENT_DIVISIONS = frozenset(["22", "23", "38", "39", "40"])
FURNACE = frozenset(["3011", "3130", "3252"])
TANKS = frozenset(["2614", "2651", "2710"])
HOURS = (2400, 4800, 7200, 7920)
SIZES = (("4", 800, 15_000), ("3", 6_000, 90_000), ("3", 9_000, 90_000), ("2", 60_000, 380_000))
LARGE = ("1", 420_000, 2_000_000)


@dataclass
class Answers:
    """What is typed into one form beyond what the register has filled in."""

    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)


@dataclass
class Plant:
    """What the forms of one unit have to agree on."""

    unit: Unit
    county: County
    random: Random
    fuel_used: str = ""  # by the boiler, once its form is filled

    def __post_init__(self) -> None:
        """Draw the facts that several forms speak of."""
        self.paints_elsewhere = self.random.random() < 0.2
        self.is_running = self.unit.status == "operating"
        industries = set(self.unit.industry_codes)
        size, low, high = LARGE if self.random.random() < 0.06 else self.random.choice(SIZES)
        self.size, self.output = size, self.random.randint(low, high)
        self.hours = self.random.choice(HOURS)
        self.is_wet = self.is_running and (industries & WET or self.random.random() < 0.5)
        self.has_boiler = self.is_running and bool(industries & STEAM)
        self.uses_solvents = bool(industries & SOLVENT) or any(
            code[:2] in SOLVENT_DIVISIONS for code in industries
        )

    @property
    def longitude(self) -> str:
        """The unit's longitude as the forms write it."""
        return degrees(self.unit.longitude)

    @property
    def latitude(self) -> str:
        """The unit's latitude as the forms write it."""
        return degrees(self.unit.latitude)

    def foot(self) -> dict[str, str]:
        """The lines at the foot of every form of the main survey."""
        name = person_name(self.random)
        month, day = self.random.randint(8, 11), self.random.randint(1, 28)
        return {
            "statistics_lead": name,
            "filled_in_by": person_name(self.random),
            "reported_on": f"2018-{month:02d}-{day:02d}",
        }


def yes_no(*, is_so: object) -> str:
    """The code of yes or no."""
    return YES if is_so else NO


def number(value: Decimal | float) -> str:
    """Two decimals, as the forms ask."""
    return f"{value:.2f}"


def listing(plant: Plant, enumerator: str) -> Answers:
    """QC01, the listing of industrial units."""
    return Answers(
        values={
            "listing_status": "1" if plant.is_running else "2",
            "minerals_involved": NO,
            "has_other_sites": NO,
            "in_scope": YES,
            "enumerator": f"{enumerator} P{plant.random.randint(1, 999):03d}",
            "filled_on": f"2018-05-{plant.random.randint(1, 28):02d}",
        },
        rows={"industries": [{"industry": code} for code in plant.unit.industry_codes]},
    )


def basics(plant: Plant) -> Answers:
    """G101-1, the basic form that decides which others are owed."""
    industries = set(plant.unit.industry_codes)
    values = {
        "size": plant.size,
        "opened_on": f"{plant.random.randint(1992, 2016)}-{plant.random.randint(1, 12):02d}",
        "registration_type": plant.random.choice(("159", "160", "173")),
        "has_permit": NO,
        "operating_status": "1" if plant.is_running else "2",
        "normal_hours": str(plant.hours) if plant.is_running else "0",
        "gross_output": number(plant.output) if plant.is_running else "0",
        "produces_wastewater": yes_no(is_so=plant.is_wet),
        "has_boiler": yes_no(is_so=plant.has_boiler),
        "has_kiln": yes_no(is_so=plant.is_running and industries & FURNACE),
        "is_petrochemical": yes_no(is_so="2614" in industries),
        "has_organic_liquid_storage": yes_no(is_so=industries & TANKS),
        "uses_voc_materials": yes_no(is_so=plant.uses_solvents and not plant.paints_elsewhere),
        "has_bulk_storage": yes_no(is_so=industries & {"1012", "3011", "3021", "4412"}),
        "has_other_gas": yes_no(is_so=plant.is_running and plant.uses_solvents),
        "has_general_waste": YES,
        "has_hazardous_waste": yes_no(is_so=plant.uses_solvents),
        "involves_minerals": NO,
        **{
            f"has_{step}": NO
            for step in ("coking", "sintering", "ironmaking", "steelmaking", "clinker")
        },
        **plant.foot(),
    }
    if plant.is_wet:
        values["receiving_water"], values["receiving_water_code"] = plant.county.water
    return Answers(values=values)


def wastewater(plant: Plant) -> Answers:
    """G102: one treatment facility, one outlet to the sewage plant."""
    random = plant.random
    tap = random.randint(800, 60_000)
    own = random.choice((0, 0, random.randint(500, 40_000)))
    discharge = Decimal(tap + own) * random.randint(60, 90) / 100
    capacity = int(discharge * 24 / plant.hours * Decimal("1.4")) + 5
    polluted = {
        **_load(discharge, "cod", random.randint(400, 1800), random.randint(40, 180)),
        **_load(discharge, "total_nitrogen", random.randint(40, 90), random.randint(10, 25)),
        **_load(discharge, "ammonia", random.randint(10, 35), random.randint(1, 8)),
        **_load(discharge, "total_phosphorus", random.randint(4, 12), random.randint(1, 3)),
    }
    return Answers(
        values={
            "water_total": number(tap + own),
            "water_municipal": number(tap),
            "water_self": number(own),
            "water_irrigation": "0",
            "water_other_units": "0",
            "facility_count": "1",
            "outlet_count": "1",
            **polluted,
            **plant.foot(),
        },
        rows={
            "facilities": [
                {
                    "wastewater_type": random.choice("12"),
                    "design_capacity": number(capacity),
                    "treatment_methods": "1400,2200",
                    "facility_hours": str(plant.hours),
                    "treated": number(discharge),
                    "treated_from_others": "0",
                    "destination_after": "2",
                }
            ],
            "outlets": [
                {
                    "outlet_number": random.choice(("DW001", "DW001", "WS-01")),
                    "outlet_name": "废水总排口",
                    "outlet_type": "1",
                    "destination": "E",
                    "receiving_plant": plant.county.sewage_plant,
                    "outlet_longitude": plant.longitude,
                    "outlet_latitude": plant.latitude,
                    "discharge": number(discharge),
                }
            ],
        },
    )


def _load(discharge: Decimal, name: str, before: int, after: int) -> dict[str, str]:
    """Tonnes before and after treatment, from milligrams a litre."""
    return {
        f"{name}_generated": number(discharge * before / 1_000_000),
        f"{name}_discharged": number(discharge * after / 1_000_000),
    }
