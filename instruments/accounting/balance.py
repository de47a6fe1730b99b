"""Material balance: what went in and did not come out again was emitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from instruments.accounting.refusals import NotComputable
from instruments.accounting.rounding import shown


@dataclass(frozen=True)
class Flow:
    """A material with the share of the element or solvent in it, in per cent."""

    name: str
    amount: Decimal
    percent: Decimal

    @property
    def content(self) -> Fraction:
        """How much of the element or solvent it carries."""
        if self.amount < 0 or not 0 <= self.percent <= 100:
            raise NotComputable("balance_negative", into=f"{self.amount:f}", out="0")
        return Fraction(self.amount) * Fraction(self.percent) / 100


def balance(
    into: Sequence[Flow], out: Sequence[Flow], *, factor: Fraction = Fraction(1)
) -> Fraction:
    """What is emitted, in the measure of the flows; `factor` turns S into SO₂ (2).

    Raises NotComputable without inputs, and where more comes out than went in.
    """
    if not into:
        raise NotComputable("nothing_to_account")
    put_in = sum((flow.content for flow in into), Fraction(0))
    taken_out = sum((flow.content for flow in out), Fraction(0))
    if taken_out > put_in:
        raise NotComputable("balance_negative", into=shown(put_in), out=shown(taken_out))
    return (put_in - taken_out) * factor
