"""Units of measure that turn into each other exactly (GB 3100-93 and the census's 万 units)."""

from decimal import Decimal

# unit → (kind of quantity, how many of the kind's base unit)
_MEASURES: dict[str, tuple[str, Decimal]] = {
    "毫克": ("mass", Decimal("0.000001")),
    "千克": ("mass", Decimal(1)),
    "吨": ("mass", Decimal(1000)),
    "吨/年": ("mass", Decimal(1000)),  # a year's quantity: the census's reference period
    "万吨": ("mass", Decimal(10_000_000)),
    "立方米": ("volume", Decimal(1)),
    "万立方米": ("volume", Decimal(10_000)),
    "亿立方米": ("volume", Decimal(100_000_000)),
    "人": ("people", Decimal(1)),
    "万人": ("people", Decimal(10_000)),
    "千瓦": ("power", Decimal(1)),
    "万千瓦": ("power", Decimal(10_000)),
    "头（羽）": ("heads", Decimal(1)),
    "万头（羽）": ("heads", Decimal(10_000)),
    "平方米": ("area", Decimal(1)),
    "万平方米": ("area", Decimal(10_000)),
    "千元": ("money", Decimal(1)),
    "万元": ("money", Decimal(10)),
    "亿元": ("money", Decimal(100_000)),
}


def factor_between(unit: str, wanted: str) -> Decimal:
    """What a value in `unit` is multiplied with to be one in `wanted`, exactly.

    Raises ValueError where the two measure different things.
    """
    if unit == wanted:
        return Decimal(1)
    try:
        (kind, size), (wanted_kind, wanted_size) = _MEASURES[unit], _MEASURES[wanted]
    except KeyError as unknown:
        raise ValueError(f"{unit} does not turn into {wanted}") from unknown
    if kind != wanted_kind:
        raise ValueError(f"{unit} does not turn into {wanted}")
    return size / wanted_size


def decimals_added(factor: Decimal) -> int:
    """How many more decimals a product with the factor may have."""
    exponent = factor.normalize().as_tuple().exponent
    return max(0, -int(exponent))
