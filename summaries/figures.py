"""The figures of a row: sums with the decimals of their column, and the formulas over them."""

from dataclasses import dataclass
from decimal import Decimal

from summaries.arithmetic import EXACT, Line, Tally
from summaries.definitions import Column, SummaryTable
from summaries.formulas import rounded


@dataclass(frozen=True)
class Figure:
    """One figure and the units behind it; no value where no unit reported: blank is not zero."""

    column: Column
    tally: Tally
    value: Decimal | None

    @property
    def total(self) -> Decimal | None:
        """The figure with the decimals of its column."""
        return self.value

    @property
    def reporting(self) -> int | None:
        """How many units stand behind a sum; a formula has none of its own."""
        return None if self.column.formula else self.tally.reporting

    @property
    def shown(self) -> str:
        """For the page."""
        return "—" if self.value is None else f"{self.value:,f}"


def figures_of(table: SummaryTable, line: Line) -> list[Figure]:
    """Every column of a row, in the order of the table."""
    values = {column.slug: sum_of(column, line) for column in table.sums}
    found = []
    for column in table.columns:
        value = values.get(column.slug)
        if column.formula is not None:
            exact = column.formula.value(values)
            value = None if exact is None else rounded(exact, column.scale)
        found.append(Figure(column, line.cells.get(column.slug, Tally()), value))
    return found


def sum_of(column: Column, line: Line) -> Decimal | None:
    """The exact sum of one column in a row; None where no unit reported."""
    tally = line.cells.get(column.slug)
    if tally is None or not tally.reporting:
        return None
    return EXACT.quantize(tally.total, Decimal(1).scaleb(-column.scale))
