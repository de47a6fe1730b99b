"""Tables before they are broken into pages: cells, rows, and how high they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from instruments.printing.paper import LEFT
from instruments.printing.typeface import printable, width, wrap

SIZE = 8.0
LEADING = 1.28  # times the size, from line to line
PAD_X, PAD_Y = 2.5, 2.2
SMALLEST = 5.0  # a number shrinks to this size before it is broken


@dataclass(frozen=True)
class Cell:
    """One cell. A number (`fits`) becomes smaller rather than being broken."""

    text: str = ""
    align: str = LEFT
    size: float = SIZE
    span: int = 1
    indent: float = 0.0
    fits: bool = False
    is_bold: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a table. `leads` stays on the page of the line after it."""

    cells: tuple[Cell, ...]
    least: float = 0.0
    leads: bool = False


@dataclass(frozen=True)
class Table:
    """Columns, the lines repeated on every page, and the lines. Without rules it is plain text."""

    widths: tuple[float, ...]
    header: tuple[Row, ...]
    rows: tuple[Row, ...]
    has_rules: bool = True


@dataclass(frozen=True)
class SetCell:
    """A cell whose lines are known."""

    x: float
    width: float
    lines: tuple[str, ...]
    cell: Cell

    @property
    def leading(self) -> float:
        """From line to line."""
        return self.cell.size * LEADING

    @property
    def height(self) -> float:
        """Of the text with its padding."""
        return len(self.lines) * self.leading + 2 * PAD_Y


@dataclass(frozen=True)
class SetRow:
    """A row whose cells are set."""

    cells: tuple[SetCell, ...]
    height: float
    leads: bool = False

    def split(self, room: float) -> tuple[SetRow, SetRow] | None:
        """The part that fits and the rest; None where not one line fits."""
        if min(cell.leading for cell in self.cells) + 2 * PAD_Y > room:
            return None
        upper, lower = [], []
        for cell in self.cells:
            kept = int((room - 2 * PAD_Y) / cell.leading)
            upper.append(replace(cell, lines=cell.lines[:kept]))
            lower.append(replace(cell, lines=cell.lines[kept:]))
        rest = max(cell.height for cell in lower)
        return SetRow(tuple(upper), room), SetRow(tuple(lower), rest)


def row_set(row: Row, widths: Sequence[float]) -> SetRow:
    """The row with its lines broken to the columns."""
    cells: list[SetCell] = []
    x, column = 0.0, 0
    for cell in row.cells:
        wide = sum(widths[column : column + cell.span])
        cells.append(_cell_set(cell, x, wide))
        x += wide
        column += cell.span
    return SetRow(tuple(cells), max(row.least, *(c.height for c in cells)), row.leads)


def _cell_set(cell: Cell, x: float, wide: float) -> SetCell:
    room = wide - 2 * PAD_X - cell.indent
    text = printable(cell.text)
    if cell.fits and "\n" not in text:
        needed = width(text, cell.size)
        if needed > room:
            cell = replace(cell, size=max(SMALLEST, cell.size * room / needed * 0.99))
    return SetCell(x, wide, tuple(wrap(text, room, cell.size)), cell)
