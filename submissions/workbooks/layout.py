"""Where things stand in the workbook of a form. Writer and reader agree on this module alone.

The sheet of the form has the items outside repeat groups, one a line; each repeat group has a
sheet of its own, laid out as the official form: one line an item with a column for each repeat, or
one line a repeat. Keys (item slugs, row ids) stand in a hidden row and column.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from instruments.evaluation.definition import Definition, Group

META = "_meta"
LISTS = "_lists"
LAYOUT = "2"
KEY_ROW, FIRST_LINE = 4, 6  # the hidden row of keys, and the first line of values
KEY_COLUMN, CODE_COLUMN, LABEL_COLUMN, UNIT_COLUMN, FIRST_VALUE = 1, 2, 3, 4, 5
SPARE_ROWS = 20  # empty repeats to write new ones into
NEW_ROW = "+"  # the key of a repeat that is not there yet
STAMPS = ("layout", "case", "form", "unit", "version", "definition", "response_version", "digest")
SHEET_NAME_LENGTH = 31


@dataclass(frozen=True)
class Stamp:
    """Whose workbook it is: of which case, form version and version of the answers."""

    case: int
    form: str
    unit: str
    version: int
    definition: str
    response_version: int

    def as_rows(self) -> list[tuple[str, str]]:
        """Name and value of every line of the hidden sheet, the digest last."""
        values = {
            "layout": LAYOUT,
            "case": str(self.case),
            "form": self.form,
            "unit": self.unit,
            "version": str(self.version),
            "definition": self.definition,
            "response_version": str(self.response_version),
        }
        return [*values.items(), ("digest", digest(values))]


def digest(values: dict[str, str]) -> str:
    """Tells a stamp that was changed by hand or cut off from one that we wrote."""
    plain = json.dumps({k: v for k, v in sorted(values.items()) if k != "digest"})
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def sheet_name(definition: Definition, group: Group | None = None) -> str:
    """The form's code, or its code and the group's name."""
    name = definition.code if group is None else f"{definition.code} {group.label['zh']}"
    return "".join(c for c in name if c not in "[]:*?/\\")[:SHEET_NAME_LENGTH]


def sheet_names(definition: Definition) -> list[str]:
    """Every sheet of a form."""
    return [sheet_name(definition), *(sheet_name(definition, g) for g in definition.groups)]
