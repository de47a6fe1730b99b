"""The practice sets of the repository: right answers, and the errors planted among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from instruments.definition_files import yaml_read

SETS_DIR = Path(__file__).resolve().parent / "sets"
Bilingual = Mapping[str, str]


@dataclass(frozen=True)
class PlantedError:
    """One wrong cell. `rule` is the rule or built-in check that shows it; blank: only the evidence does."""

    cell: str
    wrong: str
    why: Bilingual
    rule: str = ""


@dataclass(frozen=True)
class PracticeSet:
    """A sample unit. `forms` holds the right plain answers by code; `form` is the one to correct."""

    code: str
    title: Bilingual
    source: Bilingual
    form: str
    story: Bilingual
    register: Mapping[str, Any]
    forms: Mapping[str, Mapping[str, Any]]
    errors: tuple[PlantedError, ...] = field(default_factory=tuple)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PracticeSet:
        """The set of a file. Raises KeyError where something is missing."""
        return cls(
            code=data["code"],
            title=data["title"],
            source=data["source"],
            form=data["form"],
            story=data["story"],
            register=data["register"],
            forms=data["forms"],
            errors=tuple(
                PlantedError(e["cell"], e["wrong"], e["why"], e.get("rule", ""))
                for e in data["errors"]
            ),
        )

    @property
    def right(self) -> Mapping[str, Any]:
        """The right answers of the form to correct."""
        return self.forms[self.form]

    @property
    def planted(self) -> dict[str, Any]:
        """The answers a trainee is given: right but for the planted errors."""
        values = {**self.right["values"], **{e.cell: e.wrong for e in self.errors}}
        return {
            "values": {path: value for path, value in values.items() if value != ""},
            "rows": {group: list(rows) for group, rows in self.right["rows"].items()},
        }


@lru_cache(maxsize=1)
def practice_sets() -> Mapping[str, PracticeSet]:
    """Every set by its code, in the order of the files."""
    found = [PracticeSet.from_dict(yaml_read(path)) for path in sorted(SETS_DIR.glob("*.yaml"))]
    return {practice.code: practice for practice in found}
