"""Two releases side by side, cell by cell; quantities that are not the same are not compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from summaries.arithmetic import EXACT, Line
from summaries.definitions import Column, SummaryTable
from summaries.figures import figures_of
from summaries.formulas import rounded
from summaries.models import ReleaseTable

RATE_SCALE = 2  # per cent


@dataclass(frozen=True)
class Difference:
    """One cell of two releases."""

    column: Column
    before: Decimal | None
    after: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """After less before; None where one of them has no figure."""
        if self.before is None or self.after is None:
            return None
        return EXACT.subtract(self.after, self.before)

    @property
    def rate(self) -> Decimal | None:
        """The change in per cent of what it was."""
        change = self.change
        if change is None or not self.before:
            return None
        return rounded(change * 100 / self.before, RATE_SCALE)

    @property
    def is_changed(self) -> bool:
        """Whether the two differ at all."""
        return self.before != self.after


@dataclass(frozen=True)
class RowPair:
    """One row of two releases."""

    code: str
    name: str
    units_before: int | None
    units_after: int | None
    cells: list[Difference]


@dataclass(frozen=True)
class Comparison:
    """One table of one area by one axis in two releases."""

    before: ReleaseTable
    after: ReleaseTable
    old: SummaryTable
    new: SummaryTable
    axis: str

    @property
    def columns(self) -> list[Column]:
        """What both have in the same unit of measure."""
        return [
            column
            for slug, column in self.new.by_slug.items()
            if slug in self.old.by_slug and self.old.by_slug[slug].unit == column.unit
        ]

    @property
    def unlike(self) -> list[Column]:
        """What only one of them has, or has in another unit of measure."""
        alike = {column.slug for column in self.columns}
        both = {**self.old.by_slug, **self.new.by_slug}
        return [column for slug, column in both.items() if slug not in alike]

    @property
    def is_same_definition(self) -> bool:
        """Whether the two tables are defined alike."""
        return self.old.content_hash == self.new.content_hash

    @property
    def total(self) -> RowPair:
        """The totals."""
        return self._pair("", "", self.before.content["total"], self.after.content["total"])

    def rows(self) -> Iterator[RowPair]:
        """Every row that either has, in the order of the codes."""
        old, new = (one.content["axes"].get(self.axis, {}) for one in (self.before, self.after))
        names = {
            **self.before.content.get("names", {}).get(self.axis, {}),
            **self.after.content.get("names", {}).get(self.axis, {}),
        }
        for key in sorted({*old, *new}, key=lambda key: (not key, key)):
            code, name = names.get(key, [key, key])
            yield self._pair(code, name, old.get(key), new.get(key))

    def _pair(
        self, code: str, name: str, old: dict[str, object] | None, new: dict[str, object] | None
    ) -> RowPair:
        before, after = _figures(self.old, old), _figures(self.new, new)
        return RowPair(
            code,
            name,
            Line.from_dict(old).units if old else None,
            Line.from_dict(new).units if new else None,
            [Difference(c, before.get(c.slug), after.get(c.slug)) for c in self.columns],
        )


def _figures(table: SummaryTable, data: dict[str, object] | None) -> dict[str, Decimal | None]:
    if data is None:
        return {}
    return {figure.column.slug: figure.value for figure in figures_of(table, Line.from_dict(data))}
