"""Puts tables on pages: headers repeat, headings stay with what follows, long lines are divided."""

from __future__ import annotations

from collections.abc import Sequence

from instruments.printing.cells import PAD_X, PAD_Y, SetCell, SetRow, Table, row_set
from instruments.printing.paper import (
    CENTRE,
    LEFT,
    RIGHT,
    SIDE,
    THICK,
    TOP,
    Page,
    Paper,
    Rule,
    Words,
)
from instruments.printing.typeface import width

CONTINUED = 20.0  # room for the line that names the form on its later pages
ASCENT = 0.88  # from the top of a line to its base line, in sizes


class Flow:
    """The pages of one form, filled from the top."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.pages = [Page()]
        self.y = TOP

    @property
    def page(self) -> Page:
        """The page being filled."""
        return self.pages[-1]

    @property
    def room(self) -> float:
        """What is left of it."""
        return self.paper.end - self.y

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append(Page())
        self.y = TOP + CONTINUED

    def place(self, table: Table) -> None:
        """Put a table below what is there."""
        header = [row_set(row, table.widths) for row in table.header]
        rows = [row_set(row, table.widths) for row in table.rows]
        _Placing(self, table, header).run(rows)

    def words(self, x: float, text: str, size: float, align: str = LEFT) -> None:
        """One line of printable text at the present height."""
        wide = width(text, size)
        shift = {LEFT: 0.0, CENTRE: wide / 2, RIGHT: wide}[align]
        self.page.marks.append(Words(x - shift, self.y + size * ASCENT, text, size))


class _Placing:
    """One table on its way onto the pages."""

    def __init__(self, flow: Flow, table: Table, header: Sequence[SetRow]) -> None:
        self.flow = flow
        self.header = header
        self.header_height = sum(row.height for row in header)
        self.has_rules = table.has_rules
        self.right = SIDE + sum(table.widths)

    def run(self, rows: Sequence[SetRow]) -> None:
        needed = self.header_height + sum(row.height for row in self._opening(rows, 0))
        if needed > self.flow.room and self.flow.room < self._whole:
            self.flow.turn()
        self._begin()
        for number, row in enumerate(rows):
            together = sum(one.height for one in self._opening(rows, number))
            if together > self.flow.room and together <= self._whole - self.header_height:
                self._turn()
            self._put_row(row)
        self._end()

    @property
    def _whole(self) -> float:
        """The body of an empty page."""
        return self.flow.paper.end - TOP - CONTINUED

    @staticmethod
    def _opening(rows: Sequence[SetRow], start: int) -> Sequence[SetRow]:
        """A row with the headings before it: they stand on one page."""
        end = start
        while end < len(rows) - 1 and rows[end].leads:
            end += 1
        return rows[start : end + 1]

    def _begin(self) -> None:
        self._rule(THICK)
        for row in self.header:
            self._paint(row)

    def _end(self) -> None:
        self._rule(THICK)

    def _turn(self) -> None:
        self._end()
        self.flow.turn()
        self._begin()

    def _put_row(self, row: SetRow) -> None:
        """The row, in parts where it is higher than what is left."""
        rest: SetRow | None = row
        while rest is not None:
            if rest.height <= self.flow.room:
                self._paint(rest)
                return
            parts = rest.split(self.flow.room)
            if parts is None:
                self._turn()
                continue
            self._paint(parts[0])
            rest = parts[1]
            self._turn()

    def _paint(self, row: SetRow) -> None:
        top, bottom = self.flow.y, self.flow.y + row.height
        for cell in row.cells:
            if cell.x and self.has_rules:
                x = SIDE + cell.x
                self.flow.page.marks.append(Rule(x, top, x, bottom))
            self._write(cell, top, row.height)
        self.flow.y = bottom
        if self.has_rules:
            self.flow.page.marks.append(Rule(SIDE, bottom, self.right, bottom))

    def _write(self, set_cell: SetCell, top: float, height: float) -> None:
        cell = set_cell.cell
        below = (set_cell.leading - cell.size) / 2  # of the last line: nothing stands there
        y = top + (height - set_cell.height) / 2 + PAD_Y + below + cell.size * ASCENT
        left = SIDE + set_cell.x + PAD_X + cell.indent
        room = set_cell.width - 2 * PAD_X - cell.indent
        for line in set_cell.lines:
            if line:
                spare = room - width(line, cell.size)
                shift = {LEFT: 0.0, CENTRE: spare / 2, RIGHT: spare}[cell.align]
                words = Words(left + shift, y, line, cell.size, cell.is_bold)
                self.flow.page.marks.append(words)
            y += set_cell.leading

    def _rule(self, thickness: float) -> None:
        if self.has_rules:
            rule = Rule(SIDE, self.flow.y, self.right, self.flow.y, thickness)
            self.flow.page.marks.append(rule)
