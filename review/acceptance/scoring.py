"""From measures to points: arithmetic alone, so that anybody can do it again by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.acceptance.criteria_files import LEAVE_OUT, Criteria, Criterion


@dataclass(frozen=True)
class Measure:
    """`part` of `whole`; nothing is measured where `whole` is 0."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.whole if self.whole else None

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True)
class ScoreLine:
    """One criterion: what was measured, the points of those there were, and whether it vetoes."""

    criterion: Criterion
    measure: Measure
    points: float | None  # None: left out
    is_vetoing: bool

    @property
    def lost(self) -> float:
        """Points that could have been had."""
        return 0.0 if self.points is None else self.criterion.weight - self.points


@dataclass(frozen=True)
class Score:
    """All lines, and the total out of 100 over the weights that count."""

    lines: tuple[ScoreLine, ...]
    total: float
    criteria: Criteria

    @property
    def vetoes(self) -> list[ScoreLine]:
        """Lines that fail the whole whatever its total (一票否决)."""
        return [line for line in self.lines if line.is_vetoing]

    @property
    def advice(self) -> str:
        """What the figures alone would say: pass, rectify or fail."""
        if self.vetoes or self.total < self.criteria.rectify_at:
            return "fail"
        return "pass" if self.total >= self.criteria.pass_at else "rectify"

    def as_plain(self) -> dict[str, Any]:
        """For the pack: numbers as text, so that a hash over it can be made again."""
        return {
            "total": f"{self.total:.2f}",
            "lines": [
                {
                    "id": line.criterion.id,
                    "part": f"{line.measure.part:g}",
                    "whole": f"{line.measure.whole:g}",
                    "points": None if line.points is None else f"{line.points:.2f}",
                    "vetoes": line.is_vetoing,
                }
                for line in self.lines
            ],
        }


def points_of(criterion: Criterion, value: float) -> float:
    """Straight between `zero` and `full`, never outside of 0 and the weight."""
    share = (value - criterion.zero) / (criterion.full - criterion.zero)
    return criterion.weight * min(max(share, 0.0), 1.0)


def score(criteria: Criteria, measures: Mapping[str, Measure]) -> Score:
    """Score every criterion. What was not measured gives none, or is left out, as the data say."""
    lines = tuple(_line(one, measures.get(one.measure, Measure(0, 0))) for one in criteria.lines)
    counted = [line for line in lines if line.points is not None]
    weights = sum(line.criterion.weight for line in counted)
    earned = sum(line.points or 0.0 for line in counted)
    return Score(lines, 100 * earned / weights if weights else 0.0, criteria)


def _line(criterion: Criterion, measure: Measure) -> ScoreLine:
    value = measure.value
    if value is None:
        left_out = criterion.missing == LEAVE_OUT
        return ScoreLine(criterion, measure, None if left_out else 0.0, is_vetoing=False)
    points = points_of(criterion, value)
    return ScoreLine(criterion, measure, points, _is_vetoing(criterion, value))


def _is_vetoing(criterion: Criterion, value: float) -> bool:
    if criterion.veto is None:
        return False
    return value < criterion.veto if criterion.is_more_better else value > criterion.veto
