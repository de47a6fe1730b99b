"""The criteria of an exercise: data, versioned, known by their hash."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

from audit.hashing import content_hash

FOLDER = Path(__file__).resolve().parent / "criteria"
LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class Criterion:
    """One line: which measure, how many points, between which values, and what fails the whole."""

    id: str
    measure: str
    weight: float
    zero: float
    full: float
    title: dict[str, str]
    veto: float | None = None
    missing: str = "zero"

    @property
    def is_more_better(self) -> bool:
        """Whether a greater value earns more."""
        return self.full > self.zero


@dataclass(frozen=True)
class Criteria:
    """Every line of an exercise, and the total that passes."""

    exercise: str
    version: int
    basis: str
    pass_at: float
    rectify_at: float
    lines: tuple[Criterion, ...]
    raw: dict[str, Any]

    @property
    def hash(self) -> str:
        """SM3 over the file's content."""
        return content_hash(_as_text(self.raw))


def _as_text(value: Any) -> Any:
    """Numbers as text: a hash is over what is written, not over a float."""
    if isinstance(value, dict):
        return {key: _as_text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value)


def criteria_read(raw: dict[str, Any]) -> Criteria:
    """From a file's content, or from what a pack has kept."""
    lines = tuple(Criterion(**line) for line in raw["criteria"])
    return Criteria(
        exercise=raw["exercise"],
        version=raw["version"],
        basis=raw["basis"],
        pass_at=raw["pass_at"],
        rectify_at=raw["rectify_at"],
        lines=lines,
        raw=raw,
    )


@cache
def criteria_of(exercise_code: str) -> Criteria | None:
    """Those of an exercise; those of the national census where it has none of its own."""
    for name in (exercise_code, "nps2"):
        path = FOLDER / f"{name}.yaml"
        if path.is_file():
            return criteria_read(yaml.safe_load(path.read_text(encoding="utf-8")))
    return None


def title_in(title: dict[str, str]) -> str:
    """In the reader's language."""
    return title["en" if get_language() == "en" else "zh"]
