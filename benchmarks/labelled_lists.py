"""Lists of three authorities about the same invented firms, with the mistakes that real lists have.

Every row's true firm is known, so that precision and recall of screening can be computed. The
shares of mistakes are our choice, after what counties reported of the first census: codes missing
or absent, one wrong character, abbreviated and full-width names, variants of 有限公司, addresses
written another way, firms that moved to the next district.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

from accounts.identifiers import credit_check_character, organisation_check_character

BRANDS = "华新东方瑞恒盛泰达宏远嘉安永信康博美金龙凤天地海江山林源丰福顺昌隆兴旺利润泽云星辰光辉腾飞宇宙诚德仁和平正大中建国民富强文明"
TRADES = [
    "印染",
    "纺织",
    "机械",
    "化工",
    "食品",
    "塑料",
    "金属制品",
    "电子",
    "纸业",
    "家具",
    "建材",
    "制药",
    "橡胶",
    "玻璃",
    "电镀",
    "酿酒",
    "饲料",
    "水泥",
    "皮革",
    "包装",
]
INDUSTRIES = [
    "1713",
    "1751",
    "3425",
    "2614",
    "1432",
    "2921",
    "3311",
    "3971",
    "2221",
    "2110",
    "3031",
    "2710",
    "2911",
    "3041",
    "3360",
    "1512",
    "1329",
    "3011",
    "1910",
    "2231",
]
ROADS = [
    "振华",
    "文一",
    "解放",
    "人民",
    "建设",
    "工业",
    "科技",
    "创新",
    "滨江",
    "长江",
    "黄河",
    "中山",
    "胜利",
    "和平",
    "新华",
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Firm:
    """A true firm."""

    number: int
    county: str
    town: str
    town_name: str
    county_name: str
    brand: str
    trade: int
    road: str
    house: int
    person: str
    code: str


@dataclass(frozen=True)
class Town:
    """Where firms are: a town's code and the names above it."""

    code: str
    name: str
    county_name: str


def firms(towns: Sequence[Town], count: int, seed: int = 20171231) -> Iterator[Firm]:
    """So many firms, spread evenly over the towns."""
    chance = random.Random(seed)
    for number in range(count):
        town = towns[number * 7919 % len(towns)]
        yield Firm(
            number=number,
            county=town.code[:6],
            town=town.code,
            town_name=town.name,
            county_name=town.county_name,
            brand="".join(chance.choices(BRANDS, k=chance.choice((2, 2, 3)))),
            trade=chance.randrange(len(TRADES)),
            road=chance.choice(ROADS),
            house=chance.randrange(1, 900),
            person=chance.choice(SURNAMES)
            + "".join(chance.choices(GIVEN, k=chance.choice((1, 2)))),
            code=_code(chance, town.code[:6], number),
        )


def _code(chance: random.Random, county: str, number: int) -> str:
    body = f"{number:06d}"[-6:] + "".join(chance.choices("ABCDEFGHJK", k=2))
    stem = f"91{county}{body}{organisation_check_character(body)}"
    return stem + credit_check_character(stem)


class ListOf:
    """One authority's view of the firms."""

    def __init__(self, *, share: float, coded: float, seed: int) -> None:
        self._share, self._coded = share, coded
        self._chance = random.Random(seed)

    def rows(self, known: Sequence[Firm]) -> Iterator[tuple[int, list[str]]]:
        """(true firm, cells), one in a hundred twice."""
        for firm in known:
            if self._chance.random() >= self._share:
                continue
            yield firm.number, self._cells(firm, known)
            if self._chance.random() < 0.01:
                yield firm.number, self._cells(firm, known)

    def _cells(self, firm: Firm, known: Sequence[Firm]) -> list[str]:
        chance = self._chance
        town = firm.town
        if chance.random() < 0.02:  # it moved, and this list has not heard of it
            town = known[chance.randrange(len(known))].town
        code = firm.code if chance.random() < self._coded else ""
        return [
            code,
            self._name_of(firm),
            town,
            self._address(firm),
            INDUSTRIES[firm.trade],
            firm.person if chance.random() < 0.95 else chance.choice(SURNAMES) + "某",
        ]

    def _name_of(self, firm: Firm) -> str:
        chance = self._chance
        place = chance.choices(
            [firm.county_name, firm.county_name.rstrip("县区市"), ""], [70, 20, 10]
        )[0]
        form = chance.choices(["有限公司", "有限责任公司", "公司", ""], [80, 12, 4, 4])[0]
        core = firm.brand + TRADES[firm.trade]
        if chance.random() < 0.04:
            position = chance.randrange(len(core))
            core = core[:position] + chance.choice(BRANDS) + core[position + 1 :]
        name = f"{place}{core}{form}"
        if chance.random() < 0.03:
            name = name.replace(place, f"（{place}）") if place else f"{name}（一厂）"
        return name

    def _address(self, firm: Firm) -> str:
        chance = self._chance
        text = f"{firm.town_name}{firm.road}路{firm.house}号"
        if chance.random() < 0.3:
            text = f"{firm.county_name}{text}"
        if chance.random() < 0.1:
            text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        return text if chance.random() < 0.97 else f"{firm.town_name}{firm.road}路"


# How much of the whole each authority knows, how many of its rows have a code, its own chance.
LISTS = {
    "business": {"share": 0.85, "coded": 0.97, "seed": 1},
    "permit": {"share": 0.75, "coded": 0.85, "seed": 2},
    "electricity": {"share": 0.8, "coded": 0.3, "seed": 3},
}
HEADERS = {
    "business": [
        "统一社会信用代码",
        "企业名称",
        "登记机关区划代码",
        "住所",
        "行业代码",
        "法定代表人",
    ],
    "permit": [
        "信用代码",
        "排污单位名称",
        "行政区划代码",
        "生产经营场所地址",
        "国民经济行业代码",
        "法定代表人",
    ],
    "electricity": ["统一代码", "用户名称", "地区代码", "用电地址", "行业类别代码", "负责人"],
}
ENCODINGS = {"business": "utf-8-sig", "permit": "gb18030", "electricity": "utf-8"}


def list_write(authority: str, known: Sequence[Firm], path: Path) -> list[int]:
    """Write one list as CSV; answers the true firm of each row, the first row's at 0."""
    truth = []
    with path.open("w", encoding=ENCODINGS[authority], newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS[authority])
        for number, cells in ListOf(**LISTS[authority]).rows(known):
            writer.writerow(cells)
            truth.append(number)
    return truth


def pairs_judged(clusters: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Precision and recall over pairs of rows, from (true firm, unit) of every row."""
    together: Counter[tuple[int, int]] = Counter(clusters)
    by_firm: Counter[int] = Counter(firm for firm, _unit in clusters)
    by_unit: Counter[int] = Counter(unit for _firm, unit in clusters)
    right = sum(comb(count, 2) for count in together.values())
    claimed = sum(comb(count, 2) for count in by_unit.values())
    true = sum(comb(count, 2) for count in by_firm.values())
    return right / claimed if claimed else 1.0, right / true if true else 1.0
