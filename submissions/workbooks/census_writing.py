"""Writing a unit's forms as the census's own workbook: a sheet for each table, text in every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.values import parse
from instruments.exchange.census_tables import (
    ARC,
    CHILD_KEY,
    FORM_KEY,
    LINKS,
    Part,
    Table,
    tables_of,
)
from submissions.models import Response
from submissions.services.unit_forms import UnitForms
from submissions.workbooks.writing import put

_ARC_SIGNS = str.maketrans("°′″", "   ")


def census_workbook(forms: UnitForms, responses: Sequence[Response]) -> bytes:
    """The file. No query."""
    book = Workbook()
    del book["Sheet"]
    links: list[tuple[str, str]] = []
    for response in responses:
        form_id = f"{forms.unit.code}.{response.case.form_code}"
        for table in tables_of(forms.definition(response)):
            links += _write(book, table, form_id, forms.plain(response))
    _rows(book.create_sheet(LINKS), [(FORM_KEY, CHILD_KEY), *links])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def child_key(table: Table, row: str) -> str:
    """The key of a child row: its form and group, because it must be the only one in the workbook."""
    return f"{table.form}.{table.group}.{row}"


def _write(
    book: Workbook, table: Table, form_id: str, answers: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """One sheet; the links of its rows are returned."""
    keys = {"": form_id}
    if table.group:
        keys = {row: child_key(table, row) for row in answers["rows"].get(table.group, [])}
    lines = [[table.key, *(column.name for column in table.columns)]]
    for row, key in keys.items():
        cells = [
            part_of(column.item, column.part, answers["values"].get(column.item.path(row), ""))
            for column in table.columns
        ]
        lines.append([key, *cells])
    _rows(book.create_sheet(table.name), lines)
    return [(form_id, key) for key in keys.values()] if table.group else []


def _rows(sheet: Worksheet, lines: Sequence[Sequence[str]]) -> None:
    for number, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            if text:
                put(sheet, number, column, text).number_format = "@"
    sheet.freeze_panes = "B2"


def part_of(item: Item, part: Part, value: str) -> str:
    """What stands in one column. A coordinate that cannot be read stands whole in the first."""
    if item.type != ItemType.COORDINATE:
        return value
    parsed = parse(item, value)
    if parsed.problem is not None or parsed.value is None:
        return value if part == Part.DEGREES else ""
    return parsed.canonical.translate(_ARC_SIGNS).split()[ARC.index(part)]
