"""The rules of an exercise: small counts, dominance, p %. Data, kept with every publication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True)
class Rules:
    """Which figures are sensitive, and how far from the truth a reader's estimate must stay."""

    minimum_units: int
    dominance_units: int
    dominance_percent: Decimal
    p_percent: Decimal
    axes: tuple[str, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Rules":
        """Raises KeyError or ValueError where the file is malformed."""
        rules = cls(
            int(data["minimum_units"]),
            int(data["dominance"]["units"]),
            Decimal(str(data["dominance"]["percent"])),
            Decimal(str(data["p_percent"])),
            tuple(data["axes"]),
        )
        if not (rules.minimum_units >= 1 and 1 <= rules.dominance_units <= 3):
            raise ValueError("minimum_units is at least 1, dominance looks at one to three units")
        if not (0 < rules.dominance_percent < 100 and rules.p_percent > 0):
            raise ValueError("percentages lie between 0 and 100")
        return rules

    def protection(
        self, total: Decimal, reporting: int, largest: Sequence[Decimal], scale: int
    ) -> Decimal:
        """How far an estimate must be able to miss the figure, both ways; 0 where it is not
        sensitive. A total of nothing says nothing of an amount and is not sensitive.

        p %: p/100 · x1 − (T − x1 − x2). (n,k): 100/k · (x1 + … + xn) − T. Fewer units than the
        minimum: p % of the largest.
        """
        if total <= 0 or not largest:
            return ZERO
        first = largest[0]
        second = largest[1] if len(largest) > 1 else ZERO
        share = self.p_percent / 100
        needed = [share * first - (total - first - second)]
        top = sum(largest[: self.dominance_units], ZERO)
        needed.append(top * 100 / self.dominance_percent - total)
        if reporting < self.minimum_units:
            needed.append(share * first)
        most = max(needed)
        if most <= 0:
            return ZERO
        return min(most.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_UP), total)
