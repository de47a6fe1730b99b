"""Where the accounting writes its results: read from `reference/accounting_targets.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from instruments.definition_files import yaml_read

TARGETS_FILE = Path(__file__).resolve().parent / "reference" / "accounting_targets.yaml"


@dataclass(frozen=True)
class Pollutant:
    """One pollutant: its code, the beginning of the slugs, its medium and names in the handbook."""

    code: str
    stem: str
    medium: str
    handbook: tuple[str, ...]


@dataclass(frozen=True)
class TargetForm:
    """One form that takes results."""

    code: str
    medium: str
    discharged: str
    group: str
    outlet: tuple[str, ...]
    parts: Mapping[str, str]
    industries: tuple[str, ...]

    def slugs(self, pollutant: Pollutant, *words: str) -> tuple[str, str]:
        """The items of what is generated and what is discharged; `words` name a part."""
        part = next((p for word, p in self.parts.items() if any(word in w for w in words)), "")
        return (
            f"{part}{pollutant.stem}_generated",
            f"{part}{pollutant.stem}_{self.discharged}",
        )


@dataclass(frozen=True)
class MonitoringForm:
    """A form of measurements: a year's volume of water, or flow and hours of gas, at each point.

    `measure` is that of the results.
    """

    code: str
    medium: str
    group: str
    measure: str
    volume: str
    flow: str
    hours: str
    stems: Mapping[str, str]

    def slugs(self, pollutant: Pollutant) -> tuple[str, str]:
        """The items of the concentrations at the inlet and at the outlet."""
        stem = self.stems.get(pollutant.code, pollutant.stem)
        return f"{stem}_in", f"{stem}_out"


@dataclass(frozen=True)
class Targets:
    """The whole table."""

    form: str
    group: str
    measures: Mapping[str, str]
    pollutants: Mapping[str, Pollutant]
    forms: Mapping[str, TargetForm]
    monitoring: Mapping[str, MonitoringForm]


@lru_cache(maxsize=1)
def accounting_targets() -> Targets:
    """The table, read once per process."""
    data = yaml_read(TARGETS_FILE)
    return Targets(
        form=data["form"],
        group=data["group"],
        measures=data["measures"],
        pollutants={
            code: Pollutant(code, entry["stem"], entry["medium"], tuple(entry["handbook"]))
            for code, entry in data["pollutants"].items()
        },
        forms={code: _form(code, entry) for code, entry in data["forms"].items()},
        monitoring={
            code: MonitoringForm(
                code,
                entry["medium"],
                entry["group"],
                entry["measure"],
                entry.get("volume", ""),
                entry.get("flow", ""),
                entry.get("hours", ""),
                entry["stems"],
            )
            for code, entry in data["monitoring"].items()
        },
    )


def _form(code: str, entry: Mapping[str, Any]) -> TargetForm:
    return TargetForm(
        code=code,
        medium=entry["medium"],
        discharged=entry["discharged"],
        group=entry.get("group", ""),
        outlet=tuple(entry.get("outlet", ())),
        parts=entry.get("parts", {}),
        industries=tuple(entry.get("industries", ())),
    )
