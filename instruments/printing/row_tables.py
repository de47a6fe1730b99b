"""Repeat groups with one repeat a line: a column for each item, as wide as its kind of value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from reportlab.lib.units import mm

from instruments.evaluation.definition import Definition, Group, Item, ItemType, Section
from instruments.printing.cells import Cell, Row, Table, row_set
from instruments.printing.flow import Flow
from instruments.printing.paper import (
    A3_LANDSCAPE,
    A4_LANDSCAPE,
    A4_PORTRAIT,
    CENTRE,
    RIGHT,
    SPACE,
    Paper,
)
from instruments.printing.sheet import FormSheet
from instruments.printing.wording import NUMBERS, label_text, value_text

LINE = 7.5 * mm
NUMBER_COLUMN = 9 * mm
FEWEST_LINES, BLANK_LINES, MOST_LINES = 8, 15, 20  # of an empty table
SMALL = 7.0
# the narrowest column in which a value of the type is still read or written with ease
_NARROWEST = {
    ItemType.TEXT: 17,
    ItemType.CODE: 14,
    ItemType.DECIMAL: 13,
    ItemType.INTEGER: 11,
    ItemType.YEAR: 10,
    ItemType.DATE: 16,
    ItemType.YEAR_MONTH: 13,
    ItemType.YES_NO: 9,
    ItemType.CHOICE: 14,
    ItemType.MULTI_CHOICE: 15,
    ItemType.COORDINATE: 22,
    ItemType.CREDIT_CODE: 30,
    ItemType.ORGANISATION_CODE: 18,
    ItemType.DIVISION: 21,
    ItemType.PHONE: 20,
}


def narrowest(item: Item) -> float:
    """How wide the item's column must be."""
    return float(_NARROWEST[item.type] * mm)


def paper_for(definition: Definition) -> Paper:
    """A4 as the definition turns it; A3 where a table of lines is too wide for it."""
    paper = A4_LANDSCAPE if definition.orientation == "landscape" else A4_PORTRAIT
    widest = max(
        (
            NUMBER_COLUMN + sum(map(narrowest, definition.group_items(group.slug)))
            for group in definition.groups
            if group.layout == "rows"
        ),
        default=0.0,
    )
    wider = (paper, A4_LANDSCAPE, A3_LANDSCAPE)
    return next((one for one in wider if widest <= one.room), A3_LANDSCAPE)


def row_group_tables(
    sheet: FormSheet, group: Group, sections: Sequence[Section], flow: Flow
) -> Iterator[Table]:
    """One table; several under one another where even the widest paper is too narrow."""
    items = [item for section in sections for item in section.items]
    titles = {section.id: section.title["zh"] for section in sections}
    room = flow.paper.room - NUMBER_COLUMN
    tables = [
        Table((NUMBER_COLUMN, *_widths(band, room)), _header(band, titles), ())
        for band in _bands(items, room)
    ]
    ids = sheet.row_ids(group.slug) or [""]
    if sheet.is_blank:
        ids = [""] * max(1, min(group.max or 999, _lines_to_write(tables, flow)))
    for table, band in zip(tables, _bands(items, room), strict=True):
        rows = (_line(sheet, band, number, row) for number, row in enumerate(ids, start=1))
        yield replace(table, rows=tuple(rows))


def _lines_to_write(tables: Sequence[Table], flow: Flow) -> int:
    """As many empty lines in each table as the page still holds, unless that were few."""
    headers = [row_set(row, table.widths).height for table in tables for row in table.header]
    gaps = SPACE * (len(tables) - 1)
    found = int((flow.room - sum(headers) - gaps) / LINE / len(tables))
    return min(found, MOST_LINES) if found >= FEWEST_LINES else BLANK_LINES


def _bands(items: Sequence[Item], room: float) -> Iterator[list[Item]]:
    """As few bands as the room allows, of about the same width."""
    total = sum(map(narrowest, items))
    share = total / -(-total // room)
    band: list[Item] = []
    used = 0.0
    for item in items:
        if band and (used >= share or used + narrowest(item) > room):
            yield band
            band, used = [], 0.0
        band.append(item)
        used += narrowest(item)
    yield band


def _widths(items: Sequence[Item], room: float) -> list[float]:
    """The room shared out; a text may take twice of what a number takes."""
    least = [narrowest(item) for item in items]
    weights = [2.0 if item.type == ItemType.TEXT else 1.0 for item in items]
    spare = (room - sum(least)) / sum(weights)
    return [base + spare * weight for base, weight in zip(least, weights, strict=True)]


def _header(items: Sequence[Item], titles: dict[str, str]) -> tuple[Row, ...]:
    runs = [(section, len([*run])) for section, run in groupby(items, key=lambda i: i.section)]
    sections = (Cell(), *(_title(titles[section], span) for section, span in runs))
    labels = (Cell("序号", CENTRE, SMALL), *(Cell(_named(item), CENTRE, SMALL) for item in items))
    codes = (Cell("甲", CENTRE, SMALL), *(Cell(item.code, CENTRE, SMALL) for item in items))
    return (Row(sections), Row(labels), Row(codes))


def _title(text: str, span: int) -> Cell:
    return Cell(text, CENTRE, span=span, is_bold=True)


def _named(item: Item) -> str:
    return label_text(item) + (f"\n（{item.unit}）" if item.unit else "")


def _line(sheet: FormSheet, items: Sequence[Item], number: int, row: str) -> Row:
    is_empty = not row and not sheet.is_blank
    cells = [Cell("" if is_empty else str(number), CENTRE, SMALL)]
    for item in items:
        text = value_text(item, sheet.values.get(item.path(row), ""), sheet)
        is_number = item.type in NUMBERS
        cells.append(Cell(text, RIGHT if is_number else CENTRE, SMALL, fits=is_number))
    return Row(tuple(cells), LINE if sheet.is_blank else 0.0)
