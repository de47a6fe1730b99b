"""Rates from quality blocks, with the interval that a sample of whole blocks allows.

漏报率 is missing ÷ should be, 重报率 duplicates ÷ records (quality-control rules of the census).
Units of one block resemble each other, so the interval is that of Korn and Graubard (1998): the
exact binomial interval of Clopper and Pearson at the effective number of units, which follows from
the linearised variance between blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv, stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """`events` of `total` units in `blocks` blocks; shares from 0 to 1, None without a unit."""

    events: int
    total: int
    blocks: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def shown(self) -> str:
        """As a percentage of two decimals."""
        return "" if self.value is None else f"{self.value:.2%}"

    @property
    def interval(self) -> str:
        """Both ends as percentages."""
        return "" if self.low is None or self.high is None else f"{self.low:.2%}–{self.high:.2%}"


def rate(blocks: Sequence[tuple[int, int]], *, confidence: float = CONFIDENCE) -> Rate:
    """The rate over (events, total) of each block. Blocks without a unit tell nothing."""
    counted = [(events, total) for events, total in blocks if total]
    events, total = sum(e for e, _n in counted), sum(n for _e, n in counted)
    if not total:
        return Rate(0, 0, 0, None, None, None)
    share = events / total
    effective = effective_number(counted, share, confidence=confidence)
    low, high = exact_interval(share * effective, effective, confidence=confidence)
    return Rate(events, total, len(counted), share, low, high)


def effective_number(
    blocks: Sequence[tuple[int, int]], share: float, *, confidence: float = CONFIDENCE
) -> float:
    """How many units drawn one by one would tell as much; never more than there are."""
    total, number = sum(n for _e, n in blocks), len(blocks)
    residuals = [events - share * size for events, size in blocks]
    spread = sum(r * r for r in residuals) * number / (number - 1) if number > 1 else 0.0
    if spread == 0 or share in {0.0, 1.0}:
        return float(total)
    variance = spread / (total * total)
    effective = share * (1 - share) / variance
    upper = (1 + confidence) / 2
    if total > 1:
        effective *= float((stdtrit(total - 1, upper) / stdtrit(number - 1, upper)) ** 2)
    return min(float(total), effective)


def exact_interval(
    events: float, number: float, *, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Clopper and Pearson (1934), for real numbers of events and trials."""
    tail = (1 - confidence) / 2
    low = 0.0 if events <= 0 else float(betaincinv(events, number - events + 1, tail))
    high = 1.0 if events >= number else float(betaincinv(events + 1, number - events, 1 - tail))
    return low, high
