"""The figures of a released table as a network: what adds up to what, over every area it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from summaries.arithmetic import Line
from summaries.definitions import Column, SummaryTable
from summaries.disclosure.rules import Rules
from summaries.disclosure.suppression import Cell, Network
from summaries.enums import Axis
from summaries.release_lines import CITY, CITY_DIGITS, Content

NATION, TOTAL = "", ""
_WEIGHTS = {NATION: 1000.0}  # what many readers look at first is hidden last
_OF_TOTAL, _OF_CITY = 100.0, 3.0


@dataclass(frozen=True)
class Place:
    """Where a figure stands: area, axis and row; a total has neither axis nor row."""

    area: str
    axis: str = TOTAL
    key: str = ""

    @classmethod
    def of(cls, area: str, axis: str, key: str) -> "Place":
        """A province's row in the nation's table is the total of the province."""
        return cls(key) if area == NATION and axis == Axis.DIVISION else cls(area, axis, key)


@dataclass
class Tables:
    """One table's columns that belong together, as cells and equations."""

    table: SummaryTable
    contents: Mapping[str, Content]
    rules: Rules
    columns: Sequence[Column]
    places: dict[tuple[Place, str], int] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    equations: list[list[tuple[int, int]]] = field(default_factory=list)

    @property
    def axes(self) -> list[str]:
        """The axes of the table that are published, beside the cities of a province."""
        return [axis for axis in self.table.axes if axis in self.rules.axes]

    def network(self) -> Network:
        """Every published figure once, with all equations a reader can set up."""
        for area, content in self.contents.items():
            self._add(Place(area), Line.from_dict(content["total"]))
            for axis in self._axes(area):
                for key, row in content["axes"].get(axis, {}).items():
                    self._add(Place.of(area, axis, key), Line.from_dict(row))
        for column in self.columns:
            for whole, parts in self._sums():
                self._equation(column.slug, whole, parts)
        self._relations()
        return Network(self.cells, self.equations)

    def _axes(self, area: str) -> list[str]:
        return self.axes if area == NATION else [CITY, *self.axes]

    def _add(self, place: Place, line: Line) -> None:
        for column in self.columns:
            if (place, column.slug) in self.places:
                continue
            tally = line.cells.get(column.slug)
            self.places[place, column.slug] = len(self.cells)
            if tally is None or not tally.reporting:
                self.cells.append(Cell(Decimal(0), Decimal(0), area=place.area, fixed=True))
                continue
            largest = [value for value, _unit in tally.largest]
            needs = self.rules.protection(tally.total, tally.reporting, largest, column.scale)
            self.cells.append(Cell(tally.total, needs, _weight(place), place.area))

    def _sums(self) -> Iterator[tuple[Place, list[Place]]]:
        for area, content in self.contents.items():
            for axis in self._axes(area):
                rows = content["axes"].get(axis, {})
                if rows and not (axis == Axis.DIVISION and area != NATION):
                    yield Place(area), [Place.of(area, axis, key) for key in rows]
            if area != NATION:
                counties = content["axes"].get(Axis.DIVISION, {})
                for city in content["axes"].get(CITY, {}):
                    own = [key for key in counties if key[:CITY_DIGITS] == city]
                    yield (
                        Place(area, CITY, city),
                        [Place(area, Axis.DIVISION, key) for key in own],
                    )
        yield from self._across()

    def _across(self) -> Iterator[tuple[Place, list[Place]]]:
        """The nation's industries and sizes are the provinces' added up."""
        if NATION not in self.contents:
            return
        provinces = [area for area in self.contents if area != NATION]
        for axis in self.axes:
            if axis == Axis.DIVISION:
                continue
            for key in self.contents[NATION]["axes"].get(axis, {}):
                own = [
                    Place(area, axis, key)
                    for area in provinces
                    if key in self.contents[area]["axes"].get(axis, {})
                ]
                yield Place(NATION, axis, key), own

    def _equation(self, slug: str, whole: Place, parts: Sequence[Place]) -> None:
        known = [(self.places[part, slug], 1) for part in parts if (part, slug) in self.places]
        if (whole, slug) in self.places and known:
            self.equations.append([(self.places[whole, slug], -1), *known])

    def _relations(self) -> None:
        """What the forms' own rules make true between columns, in every row."""
        slugs = {column.slug for column in self.columns}
        places = {place for place, _slug in self.places}
        for whole, parts in self.table.relations:
            if whole in slugs:
                self.equations += [
                    [
                        (self.places[place, whole], -1),
                        *((self.places[place, part], 1) for part in parts),
                    ]
                    for place in sorted(places, key=lambda p: (p.area, p.axis, p.key))
                ]


def _weight(place: Place) -> float:
    if place.axis == TOTAL:
        return _WEIGHTS.get(place.area, _OF_TOTAL)
    return _OF_CITY if place.axis == CITY else 1.0


def linked_columns(table: SummaryTable) -> list[list[Column]]:
    """The summed columns in groups that share a relation; each group is one network."""
    group: dict[str, int] = {column.slug: index for index, column in enumerate(table.sums)}
    for whole, parts in table.relations:
        together = {group[slug] for slug in (whole, *parts)}
        for slug, index in group.items():
            if index in together:
                group[slug] = min(together)
    found: dict[int, list[Column]] = {}
    for column in table.sums:
        found.setdefault(group[column.slug], []).append(column)
    return list(found.values())
