"""Exact sums of submitted forms. Knows neither the database nor the clock.

Numbers are decimals under a context that refuses to round: a sum is exact or the run fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from itertools import groupby
from typing import Any

from instruments.evaluation.definition import Item
from instruments.evaluation.values import parse
from summaries.definitions import Column, Source
from summaries.formulas import rounded

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
_RATIO = Context(prec=60)
ZERO = Decimal(0)
LARGEST = 10  # how many of the largest contributors a cell keeps


@dataclass(frozen=True)
class Contribution:
    """What one unit gives to one quantity: the sum of its good values, None where it has none."""

    value: Decimal | None
    wrong: int = 0


@dataclass
class Tally:
    """One cell of a table: the sum, how many units stand behind it, and the largest of them."""

    total: Decimal = ZERO
    reporting: int = 0  # units that gave at least one good value
    blank: int = 0  # units whose form is in force and says nothing here
    wrong: int = 0  # values left out because they are malformed
    largest: list[tuple[Decimal, int]] = field(default_factory=list)  # value and unit, falling

    def add_unit(self, unit_id: int, given: Contribution) -> None:
        """Count one unit."""
        self.wrong += given.wrong
        if given.value is None:
            self.blank += not given.wrong
            return
        self.total = EXACT.add(self.total, given.value)
        self.reporting += 1
        if given.value:
            self._keep([(given.value, unit_id)])

    def add(self, other: "Tally") -> None:
        """Add another part's cell; no unit is in both."""
        self.total = EXACT.add(self.total, other.total)
        self.reporting += other.reporting
        self.blank += other.blank
        self.wrong += other.wrong
        self._keep(other.largest)

    def _keep(self, more: Sequence[tuple[Decimal, int]]) -> None:
        full = len(self.largest) == LARGEST
        if full and all(value < self.largest[-1][0] for value, _unit in more):
            return
        together = sorted([*self.largest, *more], key=lambda one: (-one[0], one[1]))
        self.largest = together[:LARGEST]

    def as_dict(self, *, largest: int = LARGEST) -> dict[str, Any]:
        """For JSON: the sum as text, so that nothing is rounded on the way."""
        return {
            "sum": f"{self.total:f}",
            "reporting": self.reporting,
            "blank": self.blank,
            "wrong": self.wrong,
            "largest": [[f"{value:f}", unit] for value, unit in self.largest[:largest]],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Tally":
        """From JSON; results of earlier versions name no contributors."""
        return cls(
            Decimal(data["sum"]),
            data["reporting"],
            data["blank"],
            data["wrong"],
            [(Decimal(value), unit) for value, unit in data.get("largest", ())],
        )


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

    def add_unit(
        self, unit_id: int, forms: Iterable[str], given: Mapping[str, Contribution]
    ) -> None:
        """Count one unit: its forms, and what it gives to each quantity that it was asked."""
        self.units += 1
        for form in forms:
            self.forms[form] = self.forms.get(form, 0) + 1
        for slug, contribution in given.items():
            self.cells.setdefault(slug, Tally()).add_unit(unit_id, contribution)

    def as_dict(self, *, largest: int = LARGEST) -> dict[str, Any]:
        """For JSON."""
        return {
            "units": self.units,
            "forms": dict(sorted(self.forms.items())),
            "cells": {
                slug: tally.as_dict(largest=largest) for slug, tally in sorted(self.cells.items())
            },
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
    """Sum forms into the rows of a table. The forms of a unit come one after the other.

    Reads the forms once and keeps only sums and the largest contributors.
    """
    lines: Lines = {}
    for (unit_id, key), own in groupby(forms, key=lambda form: (form.unit_id, form.key)):
        of_unit = list(own)
        line = lines.setdefault(key, Line())
        line.add_unit(unit_id, [form.code for form in of_unit], contributions(of_unit, columns))
    return lines


def contributions(forms: Sequence[Form], columns: Sequence[Column]) -> dict[str, Contribution]:
    """What a unit with these forms gives to each column that one of them asks."""
    by_code: dict[str, list[Form]] = {}
    for form in forms:
        by_code.setdefault(form.code, []).append(form)
    given = {}
    for column in columns:
        if not any(code in by_code for code in column.forms):
            continue
        values: list[Decimal] = []
        wrong = 0
        for source in column.sources:
            for form in by_code.get(source.form, ()):
                more, bad = values_of(source, form, column.scale)
                values += more
                wrong += bad
        total = ZERO
        for value in values:
            total = EXACT.add(total, value)
        given[column.slug] = Contribution(total if values else None, wrong)
    return given


def values_of(source: Source, form: Form, scale: int = 0) -> tuple[list[Decimal], int]:
    """The good values a form gives to a source, and how many texts are malformed."""
    item = form.items.get(source.item)
    if item is None:
        return [], 0  # an earlier version of the form did not ask
    values, wrong = [], 0
    for text in source.texts(form.document):
        parsed = parse(item, text)
        if parsed.problem is not None:
            wrong += 1
        elif parsed.value is not None:
            value = Decimal(int(parsed.value)).scaleb(-item.scale, EXACT)
            values.append(EXACT.multiply(value, source.factor))
    if source.weight and values:
        return _weighted(values, source.weight, form, scale)
    return values, wrong


def _weighted(
    values: Sequence[Decimal], weight: tuple[str, str], form: Form, scale: int
) -> tuple[list[Decimal], int]:
    """A sample's values raised to its whole; without a whole or a sample they cannot count."""
    whole, asked = (_number(form, slug) for slug in weight)
    if whole is None or not asked:
        return [], 1
    return [
        rounded(_RATIO.divide(_RATIO.multiply(value, whole), asked), scale) for value in values
    ], 0


def _number(form: Form, slug: str) -> Decimal | None:
    item = form.items.get(slug)
    parsed = parse(item, str(form.document["values"].get(slug, ""))) if item else None
    if item is None or parsed is None or parsed.problem is not None or parsed.value is None:
        return None
    return Decimal(int(parsed.value)).scaleb(-item.scale, EXACT)


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
