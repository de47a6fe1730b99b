"""Summary tables as data: which items of which forms, over which rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from audit.hashing import content_hash
from instruments.definition_files import yaml_read
from summaries.enums import Axis
from summaries.formulas import Formula
from summaries.units import factor_between

TABLES_DIR = Path(__file__).resolve().parent / "tables"
UNITS_FORM = "G101-1"  # where an industrial unit says its size


@dataclass(frozen=True)
class Source:
    """An item of a form, summed over the rows of its group where it has one.

    `where` keeps the rows in which another item of the group has one of these codes. `factor`
    turns the item's unit of measure into the column's, exactly. `weight` names two items of a
    sample survey's form (the whole, and how many of it were asked): the value is multiplied by
    their ratio, form by form, and rounded to the column's decimals.
    """

    form: str
    item: str
    group: str = ""
    factor: Decimal = Decimal(1)
    unit: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weight: tuple[str, str] | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, unit: str) -> "Source":
        """The source of a definition file; `unit` is the column's. Raises KeyError, ValueError."""
        own_unit = data.get("unit", unit)
        weight = data.get("weight")
        return cls(
            form=data["form"],
            item=data["item"],
            group=data.get("group", ""),
            factor=factor_between(own_unit, unit),
            unit=own_unit,
            where={item: tuple(codes) for item, codes in (data.get("where") or {}).items()},
            weight=(weight[0], weight[1]) if weight else None,
        )

    def texts(self, document: Mapping[str, Any]) -> list[str]:
        """What a submitted form says here: one text, or one for each row that is taken."""
        values = document["values"]
        if not self.group:
            return [str(values.get(self.item, ""))]
        rows = document["rows"].get(self.group, [])
        return [
            str(values.get(f"{self.group}/{row}/{self.item}", ""))
            for row in rows
            if self._takes(values, row)
        ]

    def _takes(self, values: Mapping[str, Any], row: str) -> bool:
        return all(
            str(values.get(f"{self.group}/{row}/{item}", "")) in codes
            for item, codes in self.where.items()
        )


@dataclass(frozen=True)
class Column:
    """One quantity: the sum of its sources, or a formula over other columns of the same row."""

    slug: str
    sources: tuple[Source, ...]
    scale: int
    unit: str
    label: Mapping[str, str]
    formula: Formula | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Column":
        """The column of a definition file. Raises KeyError or ValueError where it is malformed."""
        formula = Formula.parse(data["formula"]) if "formula" in data else None
        written = data["sources"] if "sources" in data else [] if formula else [_own_source(data)]
        return cls(
            slug=data["slug"],
            sources=tuple(Source.from_dict(one, unit=data["unit"]) for one in written),
            scale=data["scale"],
            unit=data["unit"],
            label=data["label"],
            formula=formula,
        )

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms that the column reads, each once."""
        return tuple(dict.fromkeys(source.form for source in self.sources))

    @property
    def origin(self) -> str:
        """Where the figures come from, for the dictionary: items of forms, or the formula."""
        if self.formula is not None:
            return self.formula.text
        return " + ".join(
            "/".join(part for part in (source.form, source.group, source.item) if part)
            for source in self.sources
        )


def _own_source(data: Mapping[str, Any]) -> dict[str, Any]:
    """The one source of a column that names its item itself."""
    return {
        name: data[name] for name in ("form", "group", "item", "where", "weight") if name in data
    }


@dataclass(frozen=True)
class SummaryTable:
    """A table of the reporting system (综表).

    `relations` are equations between columns that the forms' own rules make true ("a = b + c"):
    disclosure control has to know what a reader may compute.
    """

    code: str
    number: str
    title: Mapping[str, str]
    exercise: str
    basis: str
    issuer: Mapping[str, str]
    axes: tuple[Axis, ...]
    columns: tuple[Column, ...]
    raw: Mapping[str, Any]
    relations: tuple[tuple[str, tuple[str, ...]], ...] = ()

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
            relations=tuple(_relation(text) for text in data.get("relations") or ()),
        )

    @cached_property
    def sums(self) -> tuple[Column, ...]:
        """The columns that are added up; the others are formulas over these."""
        return tuple(column for column in self.columns if column.formula is None)

    @cached_property
    def by_slug(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.slug: column for column in self.columns}

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms the table reads, each once, in order of appearance."""
        return tuple(dict.fromkeys(form for column in self.columns for form in column.forms))

    @cached_property
    def content_hash(self) -> str:
        """SM3 over the definition: equal hashes mean the same table."""
        return content_hash(self.raw)


def _relation(text: str) -> tuple[str, tuple[str, ...]]:
    whole, _equals, parts = text.partition("=")
    return whole.strip(), tuple(part.strip() for part in parts.split("+"))


def forms_to_read(tables: Iterable[SummaryTable]) -> Sequence[str]:
    """The forms that these tables need, with the one that says a unit's size where they ask it."""
    found = dict.fromkeys(form for table in tables for form in table.forms)
    if any(Axis.SIZE in table.axes for table in tables):
        found.setdefault(UNITS_FORM)
    return list(found)


@lru_cache(maxsize=1)
def tables_all() -> dict[str, SummaryTable]:
    """Every table of the repository by its code, read once per process."""
    found = [SummaryTable.from_dict(yaml_read(path)) for path in sorted(TABLES_DIR.glob("*.yaml"))]
    return {table.code: table for table in sorted(found, key=lambda table: table.code)}
