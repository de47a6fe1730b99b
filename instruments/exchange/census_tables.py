"""The tables of the census's own database for a form: one workbook of a unit has them as sheets.

Known of that layout: a main table `T_BAS_<form>`, child rows in `_EXT`, `_EXT_1`, `_EXT_2`, and a
link table `T_BAS_SOURCE_EXT(FORMID, CID)`. The names of a few columns are known and stand in the
definitions (`column`); every other name is made here from the official code, and the reference page
`census-tables.md` says which is which.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from instruments.evaluation.definition import Definition, Item, ItemType

PREFIX = "T_BAS_"
LINKS = "T_BAS_SOURCE_EXT"
FORM_KEY, CHILD_KEY = "FORMID", "CID"


class Part(StrEnum):
    """A coordinate stands in three columns; everything else in one, whole."""

    WHOLE = ""
    DEGREES = "_DU"
    MINUTES = "_FEN"
    SECONDS = "_MIAO"


ARC = (Part.DEGREES, Part.MINUTES, Part.SECONDS)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    item: Item
    part: Part
    is_found: bool


@dataclass(frozen=True)
class Table:
    """The main table of a form (`group` is blank), or the child table of a repeat group."""

    name: str
    form: str
    group: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """The column that names a row."""
        return CHILD_KEY if self.group else FORM_KEY

    def columns_of(self, item: Item) -> tuple[Column, ...]:
        """The columns of one item: three of a coordinate."""
        return tuple(column for column in self.columns if column.item is item)


def tables_of(definition: Definition) -> list[Table]:
    """The main table, then the child tables in the order of the groups."""
    main = f"{PREFIX}{definition.code.replace('-', '_')}"
    tables = [_table(main, definition, "")]
    for number, group in enumerate(definition.groups):
        name = f"{main}_EXT" if number == 0 else f"{main}_EXT_{number}"
        tables.append(_table(name, definition, group.slug))
    return tables


def _table(name: str, definition: Definition, group: str) -> Table:
    columns: list[Column] = []
    taken = {FORM_KEY, CHILD_KEY}
    for item in definition.group_items(group):
        base = item.column or f"ZB_{item.code.upper().replace('-', '_')}"
        if base in taken:  # two items under one code: told apart by their names
            base = f"{base}_{item.slug.upper()}"
        taken.add(base)
        parts = ARC if item.type == ItemType.COORDINATE else (Part.WHOLE,)
        for part in parts:
            # of the three columns of a coordinate the seconds' alone is known
            is_found = bool(item.column) and part in {Part.WHOLE, Part.SECONDS}
            columns.append(Column(f"{base}{part}", item, part, is_found))
    return Table(name, definition.code, group, tuple(columns))
