"""The tables of a form, as its definition lays them out: one item a line, repeats as columns or lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from reportlab.lib.units import mm

from instruments.evaluation.definition import Group, Item, Section
from instruments.printing.cells import SIZE, Cell, Row, Table
from instruments.printing.flow import Flow
from instruments.printing.paper import CENTRE, RIGHT, Paper
from instruments.printing.row_tables import row_group_tables
from instruments.printing.sheet import FormSheet
from instruments.printing.wording import (
    NUMBERS,
    label_text,
    notes,
    tick_text,
    unit_text,
    value_text,
)

LINE = 6.4 * mm  # a line of a form that is written on by hand
COLUMNS = ("指标名称", "计量单位", "代码")
STEMS = ("甲", "乙", "丙")
NARROWEST = 21 * mm  # of a repeat's column with a value, and of one to write in
HAND = 30 * mm
INDENT = 8.0
HALVES_FROM = 4  # so many items stand in two halves on a wide page


def tables_of(sheet: FormSheet, flow: Flow) -> Iterator[Table]:
    """Every table of the form in its order, and the notes. Each is placed before the next is asked for."""
    paper = flow.paper
    for group, sections in groupby(sheet.body, key=lambda section: section.group):
        if group:
            named = sheet.definition.groups_by_slug[group]
            make = _column_tables if named.layout == "columns" else row_group_tables
            yield from make(sheet, named, [*sections], flow)
        else:
            yield _plain_table(sheet, [*sections], paper)
    if lines := notes(sheet):
        title, *rest = (Row((Cell(line, size=7),)) for line in lines)
        yield Table((paper.room,), (), (replace(title, leads=True), *rest), has_rules=False)


def explanations(sheet: FormSheet, paper: Paper) -> Table:
    """What every item means (指标解释)."""
    widths = (16 * mm, 50 * mm, paper.room - 66 * mm)
    header = Row((_head("代码"), _head("指标名称"), _head("指标解释")))
    rows = tuple(
        Row((Cell(item.code, CENTRE), Cell(label_text(item)), Cell(item.help["zh"])))
        for item in sheet.definition.items
        if item.help
    )
    return Table(widths, (header,), rows)


# --- one item a line -------------------------------------------------------------------------
def _plain_table(sheet: FormSheet, sections: Sequence[Section], paper: Paper) -> Table:
    items = [item for section in sections for item in section.items]
    halves = 2 if paper.width > paper.height and len(items) >= HALVES_FROM else 1
    block = paper.room / halves
    widths = (block * 0.4, block * 0.14, block * 0.1, block * 0.36)
    head = "本年实际" if any(item.unit for item in items) else "填报内容"
    names = tuple(_head(text) for text in (*COLUMNS, head))
    stems = tuple(_head(text) for text in (*STEMS, "1"))
    rows: list[Row] = []
    for section in sections:
        rows.append(_section_row(section, 4 * halves))
        rows += _plain_rows(sheet, section, halves)
    return Table(widths * halves, (Row(names * halves), Row(stems * halves)), tuple(rows))


def _plain_rows(sheet: FormSheet, section: Section, halves: int) -> Iterator[Row]:
    least = LINE if sheet.is_blank else 0.0
    lines = [_plain_cells(sheet, item) for item in section.items]
    if halves == 1:
        yield from (Row(line, least) for line in lines)
        return
    if len(lines) == 1:
        label, unit, code, value = lines[0]
        yield Row((label, unit, code, replace(value, span=5)), least)
        return
    middle = (len(lines) + 1) // 2
    blank = tuple(Cell() for _column in range(4))
    for number in range(middle):
        right = lines[middle + number] if middle + number < len(lines) else blank
        yield Row((*lines[number], *right), least)


def _plain_cells(sheet: FormSheet, item: Item) -> tuple[Cell, ...]:
    value = value_text(item, sheet.values.get(item.slug, ""), sheet)
    if sheet.is_blank and not value:
        return (*label_cells(item), Cell(tick_text(item, sheet)))
    return (*label_cells(item), value_cell(item, value))


# --- one repeat a column ---------------------------------------------------------------------
def _column_tables(
    sheet: FormSheet, group: Group, sections: Sequence[Section], flow: Flow
) -> Iterator[Table]:
    """As many repeats side by side as the paper holds; the others in further tables."""
    paper = flow.paper
    is_wide = paper.width > paper.height
    stub = (58 * mm, 21 * mm, 11 * mm) if is_wide else (52 * mm, 19 * mm, 11 * mm)
    room = paper.room - sum(stub)
    ids = [] if sheet.is_blank else sheet.row_ids(group.slug)
    if not ids:
        ids = [""] * max(1, min(group.max or 999, int(room / HAND)))
    bands = -(-len(ids) // int(room / NARROWEST))
    size = -(-len(ids) // bands)
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        widths = (*stub, *[room / size] * len(part))
        yield _column_table(sheet, (group, sections), (start, part), widths)


def _column_table(
    sheet: FormSheet,
    block: tuple[Group, Sequence[Section]],
    repeats: tuple[int, Sequence[str]],
    widths: tuple[float, ...],
) -> Table:
    (group, sections), (start, ids) = block, repeats
    name = (group.row_label or group.label)["zh"]
    numbers = range(start + 1, start + len(ids) + 1)
    names = [*COLUMNS, *(f"{name} {number}" for number in numbers)]
    stems = [*STEMS, *map(str, numbers)]
    header = (Row(tuple(map(_head, names))), Row(tuple(map(_head, stems))))
    rows: list[Row] = []
    least = LINE if sheet.is_blank else 0.0
    for section in sections:
        rows.append(_section_row(section, len(widths)))
        for item in section.items:
            values = [sheet.values.get(item.path(row), "") for row in ids]
            cells = [value_cell(item, value_text(item, value, sheet)) for value in values]
            rows.append(Row((*label_cells(item), *cells), least))
    return Table(widths, header, tuple(rows))


# --- cells -----------------------------------------------------------------------------------
def _head(text: str) -> Cell:
    return Cell(text, CENTRE)


def _section_row(section: Section, columns: int) -> Row:
    return Row((Cell(section.title["zh"], span=columns, is_bold=True),), leads=True)


def label_cells(item: Item) -> tuple[Cell, Cell, Cell]:
    """Name, unit of measure and code of an item."""
    return (
        Cell(label_text(item), indent=item.indent * INDENT),
        Cell(unit_text(item), CENTRE, SIZE - 1),
        Cell(item.code, CENTRE),
    )


def value_cell(item: Item, text: str) -> Cell:
    """Numbers to the right and whole; what was not answered stays empty."""
    is_number = item.type in NUMBERS
    return Cell(text, RIGHT if is_number else CENTRE, fits=is_number)
