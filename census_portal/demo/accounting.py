"""Invented answers that agree with the rules: the accounting of a boiler by coefficients."""

from census_portal.demo.answers import Answers, Plant
from census_portal.demo.boilers import COAL_INDUSTRIES

_BOILER = {
    "feeds_form": "G103-1",
    "outlet": "MF0001",
    "product": "蒸汽/热水/其它",
    "scale": "所有规模",
}


def accounting(plant: Plant) -> Answers:
    """G106-1: sulphur dioxide of a coal boiler, nitrogen oxides of a gas boiler; else no row.

    What it derives is left blank in G103-1.
    """
    if not plant.fuel_used:
        return Answers(values=plant.foot())
    is_coal = bool(COAL_INDUSTRIES & set(plant.unit.industry_codes))
    row = _coal(plant) if is_coal else _gas(plant)
    return Answers(values=plant.foot(), rows={"links": [{**_BOILER, **row}]})


def _coal(plant: Plant) -> dict[str, str]:
    return {
        "section": "层燃炉",
        "raw_material": "烟煤",
        "process": "层燃炉",
        "material_used": plant.fuel_used,
        "material_unit": "T",
        "pollutant": "A01",
        "parameters": "S=0.60",
        "treatment": "石灰石/石膏法",
        "parameter1_value": str(plant.hours),
        "parameter2_value": str(plant.hours),
    }


def _gas(plant: Plant) -> dict[str, str]:
    return {
        "section": "室燃炉",
        "raw_material": "天然气",
        "process": "室燃炉",
        "condition": "低氮燃烧",
        "material_used": plant.fuel_used,
        "material_unit": "WM3",
        "pollutant": "A02",
    }
