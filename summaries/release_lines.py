"""The rows of a release: every axis of a table at once, for one area (a province, the nation)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from summaries.arithmetic import LARGEST, Form, Line, Lines, contributions
from summaries.definitions import SummaryTable
from summaries.enums import Axis
from summaries.frames import COUNTY_DIGITS, FrameUnit, keys_of

CITY = "city"  # an axis of a province beside `division`, which is by county there
CITY_DIGITS = 4
PROVINCE_DIGITS = 2
LARGEST_OF_COUNTY = 3  # dominance looks at two; a county's whole list is read from its frame

Content = Mapping[str, Any]


@dataclass
class AreaLines:
    """One table of one area while it is added up. Each axis is added up by itself."""

    table: SummaryTable
    total: Line = field(default_factory=Line)
    axes: dict[str, Lines] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for axis in self.table.axes:
            self.axes.setdefault(axis, {})

    def add_unit(self, unit: FrameUnit, forms: Sequence[Form]) -> None:
        """Count one unit in the total and in its row of every axis."""
        own = [form for form in forms if form.code in self.table.forms]
        if not own:
            return
        codes = [form.code for form in own]
        given = contributions(own, self.table.sums)
        self.total.add_unit(unit.unit_id, codes, given)
        for axis, key in self._rows(unit, forms):
            line = self.axes.setdefault(axis, {}).setdefault(key, Line())
            line.add_unit(unit.unit_id, codes, given)

    def _rows(self, unit: FrameUnit, forms: Sequence[Form]) -> Iterable[tuple[str, str]]:
        yield CITY, unit.division_code[:CITY_DIGITS]
        yield Axis.DIVISION, unit.division_code[:COUNTY_DIGITS]
        for axis in self.table.axes:
            if axis != Axis.DIVISION:
                yield from ((axis, key) for key in keys_of(axis, unit, forms))

    def as_content(self) -> dict[str, Any]:
        """For JSON, without names."""
        return {
            "total": self.total.as_dict(),
            "axes": {
                axis: {
                    key: line.as_dict(
                        largest=LARGEST_OF_COUNTY
                        if axis == Axis.DIVISION and len(key) == COUNTY_DIGITS
                        else LARGEST
                    )
                    for key, line in sorted(lines.items())
                }
                for axis, lines in sorted(self.axes.items())
            },
        }


def nation_of(table: SummaryTable, provinces: Mapping[str, Content]) -> dict[str, Any]:
    """The nation's table from the provinces': a row for each, their other axes added up."""
    nation = AreaLines(table)
    for prefix, content in provinces.items():
        line = Line.from_dict(content["total"])
        nation.total.add(line)
        nation.axes.setdefault(Axis.DIVISION, {})[prefix] = Line.from_dict(content["total"])
        for axis in table.axes:
            if axis == Axis.DIVISION:
                continue
            rows = nation.axes.setdefault(axis, {})
            for key, row in content["axes"].get(axis, {}).items():
                rows.setdefault(key, Line()).add(Line.from_dict(row))
    return nation.as_content()


def lines_in(content: Content, axis: str) -> Lines:
    """The rows of one axis of stored content."""
    return {key: Line.from_dict(row) for key, row in content["axes"].get(axis, {}).items()}


def figures_only(content: Content) -> dict[str, Any]:
    """The content without names: what a recomputation must give again, bit for bit."""
    return {"total": content["total"], "axes": content["axes"]}
