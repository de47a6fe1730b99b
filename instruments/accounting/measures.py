"""Units of coefficients and of activity, and the exact factors between them."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from instruments.accounting.refusals import NotComputable

# measure: (dimension, how many of the dimension's base unit)
MEASURES: dict[str, tuple[str, Fraction]] = {
    "克": ("mass", Fraction(1, 1000)),
    "千克": ("mass", Fraction(1)),
    "吨": ("mass", Fraction(1000)),
    "万吨": ("mass", Fraction(10_000_000)),
    "立方米": ("volume", Fraction(1)),
    "标立方米": ("volume", Fraction(1)),
    "10立方米": ("volume", Fraction(10)),
    "万立方米": ("volume", Fraction(10_000)),
    "升": ("volume", Fraction(1, 1000)),
    "平方米": ("area", Fraction(1)),
    "万平方米": ("area", Fraction(10_000)),
    "米": ("length", Fraction(1)),
    "100米": ("length", Fraction(100)),
    "千米": ("length", Fraction(1000)),
    "万米": ("length", Fraction(10_000)),
    "件": ("piece", Fraction(1)),
    "百只": ("piece", Fraction(100)),
    "千件": ("piece", Fraction(1000)),
    "万件": ("piece", Fraction(10_000)),
    "亿件": ("piece", Fraction(100_000_000)),
    "千瓦时": ("electricity", Fraction(1)),
    "1000千瓦时": ("electricity", Fraction(1000)),
    "万千瓦时": ("electricity", Fraction(10_000)),
    "兆焦": ("heat", Fraction(1)),
    "1兆焦": ("heat", Fraction(1)),
    "吉焦": ("heat", Fraction(1000)),
    "头·年": ("animal_year", Fraction(1)),
    "只·年": ("bird_year", Fraction(1)),
    "头·天": ("animal_day", Fraction(1)),
    "只·天": ("bird_day", Fraction(1)),
    "人·天": ("person_day", Fraction(1)),
    "猪当量·年": ("pig_year", Fraction(1)),
}
# The handbook writes the kinds of piece into the unit: 件（头、双、张或台）, 万件（万块、万片或万只）.
_PIECES = re.compile(r"(万?件)[(（][^)）]*[)）]")
# A unit that the handbook printed differently is marked 1000千瓦时(源记3600平方米).
_SOURCE_NOTE = re.compile(r"[(（]源记[^)）]*[)）]")
BASES = {"产品": "product", "原料": "material", "": "activity"}
# water by weight: a tonne of wastewater is a cubic metre
_WATER = Fraction(1, 1000)


@dataclass(frozen=True)
class CoefficientUnit:
    """`千克/吨-产品`: what is emitted, for how much of what."""

    amount: str
    activity: str
    basis: str

    @property
    def basis_names(self) -> tuple[str, str]:
        """What the activity is, for sentences."""
        if self.basis == "material":
            return "原料/燃料用量（第11项）", "quantity of material or fuel (item 11)"
        return "产品产量（第09项）", "output of the product (item 09)"


def coefficient_unit(text: str) -> CoefficientUnit:
    """Read the unit of a coefficient. Raises NotComputable where it is not one we know."""
    plain = _SOURCE_NOTE.sub("", _PIECES.sub(r"\1", text.strip()))
    amount, _slash, rest = plain.partition("/")
    activity, _dash, basis = rest.partition("-")
    known = amount in MEASURES and activity in MEASURES and basis in BASES
    if not known or MEASURES[amount][0] not in {"mass", "volume"}:
        raise NotComputable("unit_unreadable", unit=text)
    return CoefficientUnit(amount, activity, BASES[basis])


def converted(value: Decimal | Fraction, given: str, wanted: str) -> Fraction:
    """`value` of one measure in another of the same dimension, exactly."""
    name = unicodedata.normalize("NFKC", given).strip()
    for measure in (name, wanted):
        if measure not in MEASURES:
            raise NotComputable("measure_unknown", unit=measure)
    (dimension, factor), (other, divisor) = MEASURES[name], MEASURES[wanted]
    exact = Fraction(value)
    if dimension == other:
        return exact * factor / divisor
    raise NotComputable("measure_differs", given=given, wanted=wanted)


def emitted(value: Fraction, given: str, wanted: str, *, is_water: bool = False) -> Fraction:
    """The same for what is emitted, where water may be given by weight and wanted by volume."""
    if is_water and MEASURES[given][0] == "mass" and MEASURES[wanted][0] == "volume":
        return converted(value, given, "千克") * _WATER / MEASURES[wanted][1]
    return converted(value, given, wanted)
