"""Marking an attempt: which planted errors were put right, and what was spoiled. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from submissions.practice.sets import PracticeSet

SPOILED_COSTS = 5


class Mark(StrEnum):
    """How a planted error was dealt with."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True)
class Marking:
    """The mark of each planted error by cell, and the good cells that were changed."""

    marks: Mapping[str, Mark]
    spoiled: tuple[str, ...]

    @property
    def score(self) -> int:
        """Of 100: the share put right, less five for each good cell changed; never below 0."""
        right = sum(mark == Mark.RIGHT for mark in self.marks.values())
        share = 100 * right // len(self.marks)
        return max(0, share - SPOILED_COSTS * len(self.spoiled))

    def content(self) -> dict[str, Any]:
        """As stored."""
        marks = {cell: mark.value for cell, mark in self.marks.items()}
        return {"marks": marks, "spoiled": list(self.spoiled)}


def marking_of(practice: PracticeSet, answers: Mapping[str, Any]) -> Marking:
    """Compare the answers with the right ones. A number is right however it is written."""
    given, right = answers["values"], practice.right["values"]
    wrong = {error.cell: error.wrong for error in practice.errors}
    marks = {
        cell: _mark(given.get(cell, ""), str(right.get(cell, "")), planted)
        for cell, planted in wrong.items()
    }
    cells = sorted({*given, *right} - wrong.keys())
    spoiled = [c for c in cells if not same(given.get(c, ""), str(right.get(c, "")))]
    return Marking(marks, tuple(spoiled))


def _mark(given: str, right: str, planted: str) -> Mark:
    if same(given, right):
        return Mark.RIGHT
    return Mark.MISSED if same(given, planted) else Mark.WRONG


def same(one: str, other: str) -> bool:
    """Equal as numbers where both are numbers, else as text; a list of codes in any order."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return "," in one and sorted(one.split(",")) == sorted(other.split(","))
