"""Exact sums of submitted forms. Knows neither the database nor the clock.

Numbers are decimals under a context that refuses to round: a sum is exact or the run fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from instruments.evaluation.definition import Item
from instruments.evaluation.values import parse
from summaries.definitions import Column

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
ZERO = Decimal(0)


@dataclass
class Tally:
    """One cell of a table: the sum, and how many units stand behind it."""

    total: Decimal = ZERO
    reporting: int = 0  # units that gave at least one good value
    blank: int = 0  # units whose form is in force and says nothing here
    wrong: int = 0  # values left out because they are malformed

    def add_unit(self, values: Sequence[Decimal], wrong: int) -> None:
        """Count one unit's form."""
        for value in values:
            self.total = EXACT.add(self.total, value)
        self.reporting += bool(values)
        self.blank += not values and not wrong
        self.wrong += wrong

    def add(self, other: "Tally") -> None:
        """Add another part's cell."""
        self.total = EXACT.add(self.total, other.total)
        self.reporting += other.reporting
        self.blank += other.blank
        self.wrong += other.wrong

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the sum as text, so that nothing is rounded on the way."""
        return {
            "sum": f"{self.total:f}",
            "reporting": self.reporting,
            "blank": self.blank,
            "wrong": self.wrong,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Tally":
        """From JSON."""
        return cls(Decimal(data["sum"]), data["reporting"], data["blank"], data["wrong"])


@dataclass
class Line:
    """One row of a table: the units in it, the forms they gave, a cell for each column."""

    units: int = 0
    forms: dict[str, int] = field(default_factory=dict)
    cells: dict[str, Tally] = field(default_factory=dict)

    def add(self, other: "Line") -> None:
        """Add another part's row."""
        self.units += other.units
        for form, count in other.forms.items():
            self.forms[form] = self.forms.get(form, 0) + count
        for slug, tally in other.cells.items():
            self.cells.setdefault(slug, Tally()).add(tally)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "units": self.units,
            "forms": self.forms,
            "cells": {slug: tally.as_dict() for slug, tally in self.cells.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Line":
        """From JSON."""
        cells = {slug: Tally.from_dict(cell) for slug, cell in data["cells"].items()}
        return cls(data["units"], dict(data["forms"]), cells)


@dataclass(frozen=True)
class Form:
    """One submitted form in force: whose it is, where it belongs, what it says."""

    unit_id: int
    key: str  # the row of the table
    code: str
    items: Mapping[str, Item]  # of the version the form was filled on
    document: Mapping[str, Any]


Lines = dict[str, Line]


def lines_of(forms: Iterable[Form], columns: Sequence[Column]) -> Lines:
    """Sum forms into the rows of a table. Reads the forms once, keeps only sums and unit numbers."""
    by_form: dict[str, list[Column]] = {}
    for column in columns:
        by_form.setdefault(column.form, []).append(column)
    lines: Lines = {}
    units: dict[str, set[int]] = {}
    for form in forms:
        line = lines.setdefault(form.key, Line())
        units.setdefault(form.key, set()).add(form.unit_id)
        line.forms[form.code] = line.forms.get(form.code, 0) + 1
        for column in by_form.get(form.code, ()):
            values, wrong = values_of(column, form)
            line.cells.setdefault(column.slug, Tally()).add_unit(values, wrong)
    for key, members in units.items():
        lines[key].units = len(members)
    return lines


def values_of(column: Column, form: Form) -> tuple[list[Decimal], int]:
    """The good values a form gives to a column, and how many texts are malformed."""
    item = form.items.get(column.item)
    if item is None:
        return [], 0  # an earlier version of the form did not ask
    values, wrong = [], 0
    for text in column.texts(form.document):
        parsed = parse(item, text)
        if parsed.problem is not None:
            wrong += 1
        elif parsed.value is not None:
            values.append(Decimal(int(parsed.value)).scaleb(-item.scale, EXACT))
    return values, wrong


def total_of(lines: Iterable[Line]) -> Line:
    """The sum of all rows."""
    total = Line()
    for line in lines:
        total.add(line)
    return total


def merged(parts: Iterable[Mapping[str, Any]]) -> Lines:
    """The rows of several parts (as JSON) brought together."""
    lines: Lines = {}
    for part in parts:
        for key, data in part.items():
            lines.setdefault(key, Line()).add(Line.from_dict(data))
    return lines
