"""Invented answers that agree with the rules: a scale farm of pigs or of laying hens."""

from random import Random

from census_portal.demo.answers import NO, YES, Answers, Plant, number
from census_portal.demo.listings import found

PIGS, LAYERS = "1", "4"
PIG_INDUSTRY = "0313"
LIQUID_USES = [
    "irrigation",
    "digestate",
    "fertiliser",
    "bed",
    "pond",
    "reuse",
    "contracted",
    "to_standard",
    "direct",
    "other",
]
SOLID_USES = [
    "manure",
    "fertiliser",
    "biogas",
    "bedding",
    "medium",
    "fuel",
    "pond",
    "contracted",
    "dumped",
    "other",
]


def _herd(plant: Plant) -> tuple[str, int]:
    """The species, and the heads kept at a time: the same in all three forms."""
    random = Random(plant.unit.code)  # noqa: S311  a demonstration, not a secret
    if PIG_INDUSTRY in plant.unit.industry_codes:
        return PIGS, random.randrange(400, 3_000, 10)
    return LAYERS, random.randrange(5_000, 60_000, 100)


def listing(plant: Plant, enumerator: str) -> Answers:
    """QC02: what is kept, above the threshold of the census."""
    species, heads = _herd(plant)
    herd = {"pigs_sold": str(heads * 2)} if species == PIGS else {"layers": str(heads)}
    return Answers(values={"listing_status": "1", **herd, **found(plant, enumerator)})


def basics(plant: Plant) -> Answers:
    """N101-1: pigs with a digester; hens on belts, whose manure is composted."""
    species, heads = _herd(plant)
    is_pigs = species == PIGS
    values = {
        "species": species,
        "manure_removal": "1" if is_pigs else "2",
        "ventilation": "3" if is_pigs else "1",
        "liquid_store": "4",
        "liquid_processes": "1,3" if is_pigs else "2",
        "liquid_facilities": "1,3" if is_pigs else "2",
        "solid_rainproof": YES,
        "solid_leakproof": plant.random.choice((YES, YES, NO)),
        "solid_volume": number(heads * (0.4 if is_pigs else 0.01)),
        "solid_processes": "1",
        "has_boiler": NO,
        **plant.foot(),
    }
    if is_pigs:
        area = heads * 0.3
        values |= {"store_cover": "1", "store_area": number(area), "store_volume": number(area * 3)}
    # without a digester there is no digestate
    values |= _shares("liquid", LIQUID_USES, plant.random.randint(20, 40) if is_pigs else 100)
    return Answers(values=values | _shares("solid", SOLID_USES, plant.random.randint(40, 70)))


def _shares(name: str, uses: list[str], share: int) -> dict[str, str]:
    """The first two uses share a hundred per cent; the others get nought."""
    shares = dict.fromkeys(uses, 0) | {uses[0]: share, uses[1]: 100 - share}
    return {f"{name}_{use}": str(percent) for use, percent in shares.items()}


def numbers(plant: Plant) -> Answers:
    """N101-2: stages, manure, and the fields that take it."""
    species, heads = _herd(plant)
    is_pigs = species == PIGS
    liquid, manure = heads * (3.2 if is_pigs else 0.02), heads * (0.6 if is_pigs else 0.04)
    acres = plant.random.randint(80, 900)
    values = {
        "barn_area": number(heads * (1.2 if is_pigs else 0.08)),
        "liquid_produced": number(liquid),
        "liquid_used": number(liquid),
        "manure_collected": number(manure),
        "manure_used": number(manure),
        "land_total": number(acres),
        **plant.foot(),
    }
    values |= {"sold": str(heads * 2)} if is_pigs else {"year_end_stock": str(heads)}
    stage = {
        "stage": "Z3" if is_pigs else "D2",
        "stock": str(heads),
        "weight_range": "30-110" if is_pigs else "1.6-1.9",
        "feed_intake": "2.4" if is_pigs else "0.11",
        "period": "120" if is_pigs else "350",
    }
    crop = {"crop": plant.random.choice(("02", "14", "08")), "sown_area": number(acres)}
    return Answers(values=values, rows={"stages": [stage], "crops": [crop]})
