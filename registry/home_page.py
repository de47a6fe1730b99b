"""The register's home as the page shows it: numbers, each with the list behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from registry.counts import Register, RegisterRow
from registry.enums import UnitKind, UnitSource, UnitStatus


@dataclass(frozen=True)
class Cell:
    """One number, and the query of the list that shows exactly those units."""

    number: int
    query: str


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    name: str
    cells: Sequence[Cell]
    code: str = ""  # of the division that opens


@dataclass(frozen=True)
class HomePage:
    """Kind by status, sources, and the next level."""

    register: Register

    @property
    def total(self) -> int:
        """All units of the division."""
        return self.register.total.number()

    @property
    def statuses(self) -> list[UnitStatus]:
        """Columns of the first table, whatever is empty left out."""
        return [s for s in UnitStatus if self.register.total.number(status=s)]

    @property
    def kinds(self) -> list[UnitKind]:
        """Columns of the table of divisions, whatever is empty left out."""
        return [k for k in UnitKind if self.register.total.number(kind=k)]

    @property
    def kind_lines(self) -> list[Line]:
        """Kinds by status, and all kinds together at the end."""
        lines = [self._kind_line(str(kind.label), kind=kind) for kind in self.kinds]
        return [*lines, self._kind_line(_("合计"))]

    def _kind_line(self, name: str, **kind: str) -> Line:
        row = self.register.total
        cells = [_cell(row, **kind)]
        cells += [_cell(row, **kind, status=status) for status in self.statuses]
        return Line(name, cells)

    @property
    def source_lines(self) -> list[Line]:
        """How the units came in."""
        row = self.register.total
        return [
            Line(str(source.label), [_cell(row, source=source)])
            for source in UnitSource
            if row.number(source=source)
        ]

    @property
    def division_lines(self) -> list[Line]:
        """The next level: all, by kind, and without a position."""
        return [self._division_line(row) for row in self.register.rows]

    def _division_line(self, row: RegisterRow) -> Line:
        cells = list(self._division_cells(row))
        if row.division is None:
            return Line(_("其他"), cells)
        return Line(row.division.name, cells, row.division.code)

    def _division_cells(self, row: RegisterRow) -> Iterator[Cell]:
        yield _cell(row)
        for kind in self.kinds:
            yield _cell(row, kind=kind)
        for lack in ("position", "industry", "code"):
            yield Cell(row.number(f"without_{lack}"), _query(row, lacks=lack))


def _cell(row: RegisterRow, **narrowed: str) -> Cell:
    return Cell(row.number(**narrowed), _query(row, **narrowed))


def _query(row: RegisterRow, **narrowed: str) -> str:
    """Of the list; blank where the units lie in no division of the next level."""
    if row.division is None:
        return ""
    asked = {"division": row.division.code if row.division.level else "", **narrowed}
    query = urlencode({key: str(value) for key, value in asked.items() if value})
    return f"?{query}"
