"""Acceptance sampling by attributes: how many to inspect, how many may fail (GB/T 2828.1, ISO 2859-1)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from instruments.definition_files import yaml_read

TABLES_DIR = Path(__file__).resolve().parent / "plans"
UP, DOWN = "up", "down"


@dataclass(frozen=True)
class AcceptancePlan:
    """Inspect `sample_size` of the lot; accept it with at most `acceptance_number` failing ones."""

    letter: str
    sample_size: int
    acceptance_number: int
    is_whole: bool = False

    @property
    def rejection_number(self) -> int:
        """With so many the lot fails (Re)."""
        return self.acceptance_number + 1

    def accepts(self, nonconforming: int) -> bool:
        """Whether the lot passes."""
        return nonconforming <= self.acceptance_number


@dataclass(frozen=True)
class Tables:
    """Table 1 (code letters) and table 2-A (single sampling, normal inspection) of the standard."""

    standard: str
    lots: Sequence[int]
    code_letters: Mapping[str, Sequence[str]]
    letters: Sequence[str]
    sample_sizes: Mapping[str, int]
    acceptance: Mapping[str, Sequence[int | str]]

    def plan(self, lot_size: int, *, level: str, aql: str) -> AcceptancePlan:
        """The plan of a lot. Raises KeyError for a level or AQL that the tables lack.

        Where the sample would be as large as the lot, the whole lot is inspected (clause 8.4), with
        the same acceptance number.
        """
        row = bisect_left(self.lots, lot_size)
        letter = self.code_letters[level][row]
        column = self.acceptance[aql]
        place = self._follow(column, self.letters.index(letter))
        number = column[place]
        assert isinstance(number, int)  # noqa: S101  the arrow has been followed to a plan
        size = self.sample_sizes[self.letters[place]]
        return AcceptancePlan(
            self.letters[place], min(size, lot_size), number, is_whole=size >= lot_size
        )

    @staticmethod
    def _follow(column: Sequence[int | str], place: int) -> int:
        """The first plan along the arrow."""
        step = {UP: -1, DOWN: 1}.get(str(column[place]), 0)
        while step and not isinstance(column[place], int):
            place += step
        return place


@lru_cache
def tables(name: str) -> Tables:
    """The tables of a file of `plans/`."""
    data: dict[str, Any] = yaml_read(TABLES_DIR / f"{name}.yaml")
    return Tables(
        standard=data["standard"],
        lots=[lot for lot in data["lots"] if lot is not None],
        code_letters=data["code_letters"],
        letters=data["letters"],
        sample_sizes=data["sample_sizes"],
        acceptance=data["acceptance"],
    )
