"""The sheets of an opened workbook: raw values, and what the XML says of cells besides them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from registry.frame.files import cell_text
from submissions.workbooks.parts import local, parsed

Place = tuple[int, int]  # row and column, counted from 0
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PERCENT_FORMATS = frozenset({"9", "10"})  # built in: 0% and 0.00%
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def reference(place: Place) -> str:
    """Row 6, column 4 is `E7`."""
    letters, rest = "", place[1] + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{place[0] + 1}"


@dataclass
class CellMarks:
    """What one sheet's XML says of its cells: a value alone does not tell."""

    formulas: list[Place] = field(default_factory=list)
    percents: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)


@dataclass(frozen=True)
class SheetCell:
    """One cell of a sheet, with the place that a sentence about it names."""

    sheet: str
    place: Place
    value: Any
    is_percent: bool = False
    is_error: bool = False

    @property
    def reference(self) -> str:
        """`E7`."""
        return reference(self.place)

    @property
    def is_blank(self) -> bool:
        """Nothing is written in it."""
        return not self.is_error and not str("" if self.value is None else self.value).strip()

    @property
    def where(self) -> str:
        """`A1!E7`, as a spreadsheet writes it."""
        return f"{self.sheet}!{self.reference}"


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` are the values that the reader found, from A1 on."""

    name: str
    rows: Sequence[Sequence[Any]]
    marks: CellMarks = field(default_factory=CellMarks)

    @cached_property
    def texts(self) -> list[list[str]]:
        """Every cell as text: for keys and names, not for answers."""
        return [[cell_text(value) for value in row] for row in self.rows]

    def cell(self, row: int, column: int) -> SheetCell:
        """A cell, blank where the sheet ends before it."""
        place = (row, column)
        inside = row < len(self.rows) and column < len(self.rows[row])
        return SheetCell(
            self.name,
            place,
            self.rows[row][column] if inside else None,
            place in self.marks.percents,
            place in self.marks.errors,
        )


def percent_styles(text: bytes) -> frozenset[str]:
    """The numbers of the cell styles that show a number as per cent."""
    formats: set[str] = set(_PERCENT_FORMATS)
    styles: list[str] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local(name))
        if path[-1] == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            formats.add(attributes.get("numFmtId", ""))
        elif path[-2:] == ["cellXfs", "xf"]:
            styles.append(attributes.get("numFmtId", ""))

    parsed(text, start, None, lambda _name: path.pop())
    return frozenset(str(n) for n, kind in enumerate(styles) if kind in formats)


class _Marking:
    """Walks one sheet. Elements are told by their local name: a prefix hides no formula."""

    def __init__(self, percents: frozenset[str]) -> None:
        self.percents = percents
        self.marks = CellMarks()
        self.row, self.column = -1, -1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "row":
                number = attributes.get("r", "")
                self.row = int(number) - 1 if number.isdecimal() else self.row + 1
                self.column = -1
            case "c":
                self._cell(attributes)
            case "f" if self.column >= 0:
                self.marks.formulas.append((self.row, self.column))

    def _cell(self, attributes: dict[str, str]) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self.column += 1
        if found:
            column = 0
            for letter in found[1]:
                column = column * 26 + ord(letter) - 64
            self.row, self.column = int(found[2]) - 1, column - 1
        place = (self.row, self.column)
        if attributes.get("t") == "e":
            self.marks.errors.add(place)
        if attributes.get("s") in self.percents:
            self.marks.percents.add(place)


def cell_marks(text: bytes, percents: frozenset[str]) -> CellMarks:
    """Formulas, per cents and errors of one sheet's XML. Raises `Invalid` where it is none."""
    marking = _Marking(percents)
    parsed(text, marking.start)
    return marking.marks
