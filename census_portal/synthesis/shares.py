"""How many units of which kind lie in which province, and which industries they follow."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from census_portal.demo.vocabulary import INSTITUTIONS, TRADES
from registry.enums import UnitKind

FILE = Path(__file__).resolve().parent / "distribution_estimates.csv"
KINDS = {
    "工业源": UnitKind.INDUSTRIAL,
    "畜禽规模养殖场": UnitKind.LIVESTOCK,
    "生活源": UnitKind.DOMESTIC_BOILER,
    "集中式污染治理设施": UnitKind.CENTRAL_FACILITY,
}


@dataclass(frozen=True)
class Trade:
    """An industry of a kind of unit with its weight and the ending of a name."""

    kind: UnitKind
    industries: tuple[str, ...]
    weight: float
    ending: str


def _estimates(dimension: str) -> list[tuple[str, str, int]]:
    with FILE.open(encoding="utf-8", newline="") as source:
        return [
            (row["key"], row["unit_type"], int(row["estimated_count"]))
            for row in csv.DictReader(source)
            if row["dimension"] == dimension
        ]


def units_by_province(total: int) -> dict[tuple[str, UnitKind], int]:
    """`total` units by province and kind, by the method of largest remainders."""
    weights = {
        (province, KINDS[kind]): count
        for province, kind, count in _estimates("province")
        if kind in KINDS
    }
    whole = sum(weights.values())
    shares = {key: total * weight / whole for key, weight in weights.items()}
    counts = {key: int(share) for key, share in shares.items()}
    left = sorted(shares, key=lambda key: (counts[key] - shares[key], key))
    for key in left[: total - sum(counts.values())]:
        counts[key] += 1
    return counts


def trades() -> list[Trade]:
    """Every industry that units are drawn from, those of factories weighted by their division."""
    divisions = {key: count for key, _kind, count in _estimates("industry")}
    alike: dict[str, int] = {}
    for trade in TRADES:
        alike[trade.industry[:2]] = alike.get(trade.industry[:2], 0) + 1
    factories = [
        Trade(
            UnitKind.INDUSTRIAL,
            tuple(filter(None, (trade.industry, trade.second))),
            divisions.get(trade.industry[:2], 1) / alike[trade.industry[:2]],
            trade.word + "有限公司",
        )
        for trade in TRADES
    ]
    others = [
        Trade(one.kind, (one.industry,), 1.0, one.ending)
        for one in INSTITUTIONS
        if one.kind in KINDS.values() and one.code_start
    ]
    return factories + others
