"""Units of measure that turn into each other exactly (GB 3100-93 and the census's 万 units)."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml


@cache
def _measures() -> dict[str, tuple[str, Decimal]]:
    """Unit → kind of quantity, and how many of the kind's base unit."""
    kinds = yaml.safe_load((Path(__file__).parent / "units.yaml").read_text(encoding="utf-8"))
    return {
        unit: (kind, Decimal(size)) for kind, units in kinds.items() for unit, size in units.items()
    }


def factor_between(unit: str, wanted: str) -> Decimal:
    """What a value in `unit` is multiplied with to be one in `wanted`, exactly.

    Raises ValueError where the two measure different things.
    """
    if unit == wanted:
        return Decimal(1)
    try:
        (kind, size), (wanted_kind, wanted_size) = _measures()[unit], _measures()[wanted]
    except KeyError as unknown:
        raise ValueError(f"{unit} does not turn into {wanted}") from unknown
    if kind != wanted_kind:
        raise ValueError(f"{unit} does not turn into {wanted}")
    return size / wanted_size


def decimals_added(factor: Decimal) -> int:
    """How many more decimals a product with the factor may have."""
    exponent = factor.normalize().as_tuple().exponent
    return max(0, -int(exponent))
