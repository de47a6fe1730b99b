"""The proof of a release: counties make cities, cities provinces, provinces the nation; industries
and sizes make the total. Every quantity and every count, as exact decimals.

The checks read what is stored, not what was meant: a figure changed anywhere is found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from summaries.arithmetic import EXACT, Line, Tally, total_of
from summaries.definitions import Column, SummaryTable
from summaries.enums import PARTITIONING_AXES, Axis
from summaries.figures import sum_of
from summaries.formulas import rounded
from summaries.release_lines import CITY, CITY_DIGITS, Content, lines_in

NATION = ""


@dataclass(frozen=True)
class Check:
    """One equation: what the rows add up to, and what the total says."""

    table: str
    area: str  # the prefix of a province, or nothing for the nation
    kind: str  # what is added up: an axis, `cities_of_counties`, `provinces_of_axis`, …
    key: str  # the row that is the total, where it is not the area's
    column: str  # a quantity, or `units`
    measure: str  # `sum`, `reporting` or `units`
    rows: str
    total: str

    @property
    def holds(self) -> bool:
        """Whether both sides are the same number."""
        return Decimal(self.rows) == Decimal(self.total)

    def as_dict(self) -> dict[str, Any]:
        """For keeping with a run."""
        return asdict(self)


@dataclass(frozen=True)
class Equation:
    """Rows on one side, the line that they should make on the other."""

    area: str
    kind: str
    key: str
    rows: Iterable[Line]
    whole: Line


def checks_of(table: SummaryTable, contents: Mapping[str, Content]) -> Iterator[Check]:
    """Every equation of one table over all its areas; `contents` by prefix, the nation's under ""."""
    for area, content in contents.items():
        for equation in _equations_within(table, area, content):
            yield from _checks(table, equation)
    if NATION in contents:
        for equation in _equations_between(table, contents):
            yield from _checks(table, equation)


def _equations_within(table: SummaryTable, area: str, content: Content) -> Iterator[Equation]:
    total = Line.from_dict(content["total"])
    axes = [axis for axis in table.axes if axis in PARTITIONING_AXES]
    for axis in axes:
        yield Equation(area, axis, "", lines_in(content, axis).values(), total)
    if area == NATION:
        return
    cities, counties = lines_in(content, CITY), lines_in(content, Axis.DIVISION)
    yield Equation(area, CITY, "", cities.values(), total)
    for city in sorted({*cities, *(county[:CITY_DIGITS] for county in counties)}):
        own = [line for county, line in counties.items() if county.startswith(city)]
        yield Equation(area, "cities_of_counties", city, own, cities.get(city, Line()))


def _equations_between(table: SummaryTable, contents: Mapping[str, Content]) -> Iterator[Equation]:
    """The nation's rows are the provinces' totals, and its other axes theirs added up."""
    nation = contents[NATION]
    provinces = {area: content for area, content in contents.items() if area != NATION}
    by_province = lines_in(nation, Axis.DIVISION)
    for area in sorted({*provinces, *by_province}):
        own = [Line.from_dict(provinces[area]["total"])] if area in provinces else []
        yield Equation(NATION, "province", area, own, by_province.get(area, Line()))
    for axis in table.axes:
        if axis == Axis.DIVISION:
            continue
        rows = lines_in(nation, axis)
        of_provinces = {area: lines_in(content, axis) for area, content in provinces.items()}
        for key in sorted({*rows, *(key for lines in of_provinces.values() for key in lines)}):
            own = [lines[key] for lines in of_provinces.values() if key in lines]
            yield Equation(NATION, f"provinces_of_{axis}", key, own, rows.get(key, Line()))


def _checks(table: SummaryTable, equation: Equation) -> Iterator[Check]:
    made, whole = total_of(equation.rows), equation.whole

    def check(column: str, measure: str, rows: Any, total: Any) -> Check:
        return Check(
            table.code,
            equation.area,
            equation.kind,
            equation.key,
            column,
            measure,
            f"{rows}",
            f"{total}",
        )

    yield check("units", "units", made.units, whole.units)
    for column in table.sums:
        one, other = _tally(made, column), _tally(whole, column)
        yield check(column.slug, "sum", f"{one.total:f}", f"{other.total:f}")
        yield check(column.slug, "reporting", one.reporting, other.reporting)


def _tally(line: Line, column: Column) -> Tally:
    return line.cells.get(column.slug) or Tally()


def malformed_of(table: SummaryTable, contents: Mapping[str, Content]) -> dict[str, int]:
    """How many values each quantity leaves out because they are malformed: figures that are short."""
    top = contents[NATION] if NATION in contents else next(iter(contents.values()), None)
    if top is None:
        return {}
    line = Line.from_dict(top["total"])
    found = {column.slug: _tally(line, column).wrong for column in table.sums}
    return {slug: count for slug, count in found.items() if count}


@dataclass(frozen=True)
class Rounding:
    """What a reader sees who adds up published figures: rows rounded to the unit of publication."""

    column: Column
    total: Decimal | None
    rows_added: Decimal
    total_rounded: Decimal

    @property
    def difference(self) -> Decimal:
        """The difference of rounding (尾差), which is no error."""
        return EXACT.subtract(self.rows_added, self.total_rounded)


def roundings_of(
    table: SummaryTable, content: Content, axis: str, *, scale: int
) -> Iterator[Rounding]:
    """For each quantity: rounded rows added up beside the rounded total (GB/T 8170)."""
    total = Line.from_dict(content["total"])
    rows = lines_in(content, axis)
    for column in table.sums:
        digits = min(scale, column.scale)
        added = Decimal(0)
        for line in rows.values():
            added = EXACT.add(added, rounded(sum_of(column, line) or Decimal(0), digits))
        whole = sum_of(column, total)
        yield Rounding(column, whole, added, rounded(whole or Decimal(0), digits))
