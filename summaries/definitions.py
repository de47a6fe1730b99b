"""Summary tables as data: which items of which forms, over which rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from audit.hashing import content_hash
from instruments.definition_files import yaml_read
from summaries.enums import Axis

TABLES_DIR = Path(__file__).resolve().parent / "tables"


@dataclass(frozen=True)
class Column:
    """One quantity: an item of a form, summed over the rows of its group where it has one."""

    slug: str
    form: str
    item: str
    group: str
    scale: int
    unit: str
    label: Mapping[str, str]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Column":
        """The column of a definition file."""
        return cls(
            slug=data["slug"],
            form=data["form"],
            item=data["item"],
            group=data.get("group", ""),
            scale=data["scale"],
            unit=data["unit"],
            label=data["label"],
        )

    def texts(self, document: Mapping[str, Any]) -> list[str]:
        """What a submitted form says in this column: one text, or one for each row of the group."""
        values = document["values"]
        if not self.group:
            return [str(values.get(self.item, ""))]
        rows = document["rows"].get(self.group, [])
        return [str(values.get(f"{self.group}/{row}/{self.item}", "")) for row in rows]


@dataclass(frozen=True)
class SummaryTable:
    """A table of the reporting system (综表)."""

    code: str
    number: str
    title: Mapping[str, str]
    exercise: str
    basis: str
    issuer: Mapping[str, str]
    axes: tuple[Axis, ...]
    columns: tuple[Column, ...]
    raw: Mapping[str, Any]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SummaryTable":
        """The table of a definition file. Raises KeyError or ValueError where it is malformed."""
        columns = tuple(Column.from_dict(column) for column in data["columns"])
        if len({column.slug for column in columns}) != len(columns):
            raise ValueError(f"{data['code']}: a column slug occurs twice")
        return cls(
            code=data["code"],
            number=data["number"],
            title=data["title"],
            exercise=data["exercise"],
            basis=data["basis"],
            issuer=data["issuer"],
            axes=tuple(Axis(axis) for axis in data["axes"]),
            columns=columns,
            raw=data,
        )

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms the table reads, each once, in order of appearance."""
        return tuple(dict.fromkeys(column.form for column in self.columns))

    @cached_property
    def content_hash(self) -> str:
        """SM3 over the definition: equal hashes mean the same table."""
        return content_hash(self.raw)


@lru_cache(maxsize=1)
def tables_all() -> dict[str, SummaryTable]:
    """Every table of the repository by its code, read once per process."""
    found = [SummaryTable.from_dict(yaml_read(path)) for path in sorted(TABLES_DIR.glob("*.yaml"))]
    return {table.code: table for table in found}
