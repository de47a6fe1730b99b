"""Invented answers that agree with the rules: products, raw materials and energy."""

from census_portal.demo.answers import Answers, Plant, number
from census_portal.demo.boilers import BITUMINOUS_COAL, COAL_INDUSTRIES, NATURAL_GAS

ELECTRICITY = "33"
# main product, process, raw material and yuan a unit of product, by industry; others make 制品
GOODS = {
    "1353": ("鲜冻肉", "屠宰分割", "活猪", 20_000),
    "1752": ("染色布", "连续轧染", "坯布", 30_000),
    "1951": ("纺织面料鞋", "冷粘工艺", "人造革", 60_000),
    "2231": ("瓦楞纸箱", "印刷粘合", "瓦楞原纸", 5_000),
    "2614": ("有机化学原料", "化学合成", "苯类", 9_000),
    "2641": ("涂料", "研磨调制", "树脂", 14_000),
    "2651": ("合成树脂", "聚合", "乙烯", 11_000),
    "2720": ("化学药品制剂", "制剂", "化学原料药", 200_000),
    "3360": ("金属表面处理件", "电镀", "钢件", 8_000),
    "4430": ("蒸汽", "燃煤锅炉", "水", 200),
}
OTHER_GOODS = ("金属结构件", "切割焊接", "钢材", 7_000)


def products(plant: Plant) -> Answers:
    """G101-2: one product; the capacity is a little above what was made."""
    name, process, _material, price = _goods(plant)
    output = max(1.0, plant.output * 1000 / price)
    row = {
        "product_name": name,
        "process_name": process,
        "product_unit": "吨",
        "capacity": number(output * 1.25),
        "output": number(output),
    }
    return Answers(values=plant.foot(), rows={"products": [row]})


def materials(plant: Plant) -> Answers:
    """G101-3: the material of the product, electricity, and the fuel of the boiler."""
    _name, _process, material, price = _goods(plant)
    used = max(1.0, plant.output * 1000 / price) * 1.1
    energies = [_energy(ELECTRICITY, "万千瓦时", plant.output * 0.005)]
    if plant.has_boiler:
        # what the largest boiler of the demonstration burns, and something over
        if COAL_INDUSTRIES & set(plant.unit.industry_codes):
            energies.append(_energy(BITUMINOUS_COAL, "吨", 75 * plant.hours * 0.15))
        else:
            energies.append(_energy(NATURAL_GAS, "万立方米", 10 * plant.hours * 0.0065))
    row = {"material_name": material, "material_unit": "吨", "material_used": number(used)}
    return Answers(values=plant.foot(), rows={"materials": [row], "energies": energies})


def _energy(kind: str, unit: str, used: float) -> dict[str, str]:
    return {"energy_type": kind, "energy_unit": unit, "energy_used": number(max(used, 0.01))}


def _goods(plant: Plant) -> tuple[str, str, str, int]:
    codes = plant.unit.industry_codes
    return next((GOODS[code] for code in codes if code in GOODS), OTHER_GOODS)
