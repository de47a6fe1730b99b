"""A form as a workbook for people: official headings, codes with words, numbers that stay numbers.

Written by rustpy-xlsxwriter from generators: the rows are never in memory together. A sheet holds
1,048,576 rows; what is longer goes on in further sheets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheets

from accounts.enums import Level
from instruments.evaluation.values import parse
from submissions.enums import CaseStatus
from summaries.exports.columns import Column, FormTables, Table, identity_labels
from summaries.exports.dictionary import dictionary_rows
from summaries.exports.staging import staged_path
from summaries.exports.writing import NUMBERS, Tick, batches

ROWS_A_SHEET = 1_048_000
HEADING_ROW = 2  # above it the title and the watermark
DIGITS_OF_A_NUMBER = 15  # a spreadsheet keeps no more; a longer number is written as text
WIDTH = 18.0
_UNFIT = re.compile(r"[\[\]:*?/\\]")

Cells = Callable[[dict[str, list[str]], int], list[Any]]


@dataclass(frozen=True)
class _Sheet:
    name: str
    table: Table
    rows: Iterator[dict[str, Any]]


def xlsx_write(
    folder: Path, form: FormTables, *, watermark: str, notes: Sequence[tuple[str, str]], tick: Tick
) -> list[Path]:
    """One file for the form: its tables, the data dictionary and where the data come from."""
    path = folder / f"{form.form_code}.xlsx"
    sheets = [sheet for table in form.tables for sheet in _sheets(folder, table, tick)]
    named = [(sheet.name, sheet.rows) for sheet in sheets]
    titles: dict[str, list[Any]] = {
        sheet.name: [
            (0, 0, 0, 8, f"{form.form_code} {form.title}", _bold()),
            (1, 0, 1, 8, watermark),
        ]
        for sheet in sheets
    }
    paper = {"landscape": True, "footer": f"&L{watermark.replace('&', '')}&R&P / &N"}
    dictionary, about = _("数据字典"), _("说明")
    write_worksheets(
        [
            *named,
            (dictionary, dictionary_rows(form)),
            (about, [{_("项目"): name, _("内容"): text} for name, text in notes]),
        ],
        str(path),
        header_row={sheet.name: HEADING_ROW for sheet in sheets},
        merge_ranges=titles,
        freeze_panes={sheet.name: {"row": HEADING_ROW + 1, "col": 2} for sheet in sheets},
        column_width={"general": WIDTH},
        column_formats={sheet.name: _formats(sheet.table) for sheet in sheets},
        page_setup={name: dict(paper) for name in [*titles, dictionary, about]},
    )
    return [path]


def _bold() -> Format:
    return Format().set_bold()


def _sheets(folder: Path, table: Table, tick: Tick) -> list[_Sheet]:
    """As many sheets as the rows need; they share one reading of the staged file, in order."""
    total = pq.read_metadata(staged_path(folder, table)).num_rows
    rows = _rows(folder, table, tick)
    name = sheet_name(table)
    if total == 0:
        blank = dict.fromkeys(_headings(table))
        return [_Sheet(name, table, iter([blank]))]  # the headings, without a row below
    count = -(-total // ROWS_A_SHEET)
    names = [name if number == 1 else f"{name[:26]} ({number})" for number in range(1, count + 1)]
    return [_Sheet(each, table, islice(rows, ROWS_A_SHEET)) for each in names]


def sheet_name(table: Table) -> str:
    """The form's code and the group's title, in 31 characters and without forbidden ones."""
    label = f"{table.form_code} {table.title}" if table.group else table.form_code
    return _UNFIT.sub("_", label)[:31]


def _headings(table: Table) -> list[str]:
    """The headings in the order of the cells; the same wording twice gets the item's name."""
    labels = identity_labels()
    columns = {column.name: column for column in table.columns}
    found: list[str] = []
    for name in table.names:
        column = columns.get(name)
        heading = labels[name] if column is None else column.heading
        found.append(heading if heading not in found else f"{heading} {name}")
        if column is not None and column.has_words:
            words = _("%(heading)s（名称）") % {"heading": found[-1]}
            found.append(words)
    return found


def _formats(table: Table) -> dict[str, Format]:
    """Numbers with their decimals, everything else text: no cell turns to 3.3E+11."""
    numeric = {
        column.heading: column.item.scale
        for column in table.columns
        if column.item.type in NUMBERS and not column.is_masked and not column.has_words
    }
    return {
        heading: Format().set_num_format(_pattern(numeric.get(heading)))
        for heading in _headings(table)
    }


def _pattern(scale: int | None) -> str:
    if scale is None:
        return "@"
    return "0." + "0" * scale if scale else "0"


def _rows(folder: Path, table: Table, tick: Tick) -> Iterator[dict[str, Any]]:
    headings = _headings(table)
    columns = {column.name: column for column in table.columns}
    for texts in batches(folder, table):
        cells: list[list[Any]] = []
        for name in table.names:
            column = columns.get(name)
            cells += _plain(name, texts[name]) if column is None else _of_item(column, texts[name])
        for row in zip(*cells, strict=True):
            yield dict(zip(headings, row, strict=True))
        tick(len(texts[table.names[0]]))


def _plain(name: str, texts: list[str]) -> list[list[Any]]:
    """What is no item: words for states, texts for codes."""
    if name in {"status", "review_level"}:
        labels = {
            **{status.value: str(status.label) for status in CaseStatus},
            **{level.value: str(level.label) for level in Level},
            "not_owed": _("不需填报"),
        }
        return [[labels.get(text, text) for text in texts]]
    return [[text or None for text in texts]]


@lru_cache
def _plain_number(scale: int) -> re.Pattern[str]:
    """Nearly all numbers: read without the form's reader. 15 characters at most."""
    decimals = rf"(?:\.[0-9]{{1,{scale}}})?" if scale else ""
    return re.compile(rf"-?(?=[0-9.]{{1,{DIGITS_OF_A_NUMBER}}}$)[0-9]+{decimals}", re.ASCII)


def _of_item(column: Column, texts: list[str]) -> list[list[Any]]:
    values: list[Any] = [text or None for text in texts]
    if column.has_words:
        words = {text: column.words(text) or None for text in set(texts)}
        return [values, [words[text] for text in texts]]
    if column.item.type in NUMBERS and not column.is_masked:
        number = float if column.item.scale else int
        plain = _plain_number(column.item.scale).fullmatch
        return [[number(t) if plain(t) else _number(column, t) for t in texts]]
    return [values]


def _number(column: Column, text: str) -> Any:
    """A number where a spreadsheet holds it exactly; else the text as filled in."""
    if not text:
        return None
    parsed = parse(column.item, text)
    if parsed.problem is not None or parsed.value is None:
        return text
    value = int(parsed.value)
    scale = column.item.scale
    if len(str(abs(value))) > DIGITS_OF_A_NUMBER:
        return text
    return value / 10**scale if scale else value
