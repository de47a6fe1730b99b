"""Reading the rows of a CSV or XLSX file as text, whatever wrote it."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from accounts.exceptions import Invalid
from registry.frame.sizes import DAMAGES, is_too_large

ENCODINGS = ("utf-8-sig", "gb18030")
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
ZIPPED = frozenset({".xlsx", ".xlsm"})
EXACT_INTEGERS = 2**53  # a spreadsheet's number holds no more digits than this
ROWS_AT_MOST = 1_000_000
_PIECE = 1 << 20

Row = tuple[int, list[str]]  # the row's number in the file, counted from 1, and its cells


def rows_read(path: Path) -> list[Row]:
    """Every row that is not blank, the header first. Raises `Invalid` with the reason."""
    filled = []
    for row in rows_streamed(path):
        filled.append(row)
        if len(filled) > ROWS_AT_MOST:
            raise Invalid(
                _("一次最多导入 %d 行，请分批导入。") % ROWS_AT_MOST, code="file_too_long"
            )
    if not filled:
        raise Invalid(_("文件是空的。"), code="file_empty")
    return filled


def rows_streamed(path: Path) -> Iterator[Row]:
    """The same one by one: a CSV of any length in little memory. Raises `Invalid`."""
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        rows = _spreadsheet_rows(path)
    elif suffix in {".csv", ".txt"}:
        rows = _csv_rows(path)
    else:
        raise Invalid(_("只接受 CSV 或 XLSX 文件。"), code="file_type")
    for number, cells in rows:
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def merged_rows(path: Path) -> frozenset[int]:
    """Rows of a workbook that hang on a merged cell: their own cells are blank in the file."""
    if path.suffix.lower() not in ZIPPED:
        return frozenset()
    ranges = _sheet(path).merged_cell_ranges or ()
    return frozenset(
        row + 1 for (top, _left), (bottom, _right) in ranges for row in range(top + 1, bottom + 1)
    )


def _sheet(path: Path) -> CalamineSheet:
    try:
        if path.suffix.lower() in ZIPPED and is_too_large(path):
            raise Invalid(_("工作簿展开后过大，请删去空行空列或分批导入。"), code="file_too_large")
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, IndexError, *DAMAGES) as error:
        raise Invalid(
            _("无法读取这个工作簿，文件可能已损坏或设有密码。"), code="file_unreadable"
        ) from error


def _spreadsheet_rows(path: Path) -> Iterator[Row]:
    try:
        table = _sheet(path).to_python(skip_empty_area=False)
    except (CalamineError, *DAMAGES) as error:
        raise Invalid(
            _("无法读取这个工作簿，文件可能已损坏或设有密码。"), code="file_unreadable"
        ) from error
    for number, cells in enumerate(table, start=1):
        yield number, [cell_text(cell) for cell in cells]


def cell_text(value: Any) -> str:
    """A cell as the person sees it. A number too long to be exact shows as 9.13501E+17."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if abs(value) >= EXACT_INTEGERS:
            return f"{value:.5E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding=_encoding_of(path), newline="") as text:
        delimiter = "\t" if "\t" in text.readline() else ","
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter)
        start = 1
        try:
            for cells in reader:
                # a quoted cell may hold line breaks: the row's number is that of its first line
                yield start, [cell.removeprefix("\t") for cell in cells]
                start = reader.line_num + 1
        except csv.Error as error:
            raise Invalid(
                _("第 %d 行起不是有效的 CSV。") % start, code="file_unreadable"
            ) from error


def _encoding_of(path: Path) -> str:
    """The first encoding that reads the whole file, a piece at a time."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PK\x03\x04":
        raise Invalid(_("这是 XLSX 工作簿，文件名却以 .csv 结尾，请改为 .xlsx。"), code="file_type")
    marked = BYTE_ORDER_MARKS.get(head[:2])
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as text:
                if not any("\x00" in piece for piece in iter(partial(text.read, _PIECE), "")):
                    return encoding
        except UnicodeDecodeError:
            continue
    raise Invalid(
        _("无法识别文件的文字编码，请另存为 UTF-8 或 GB18030 的 CSV。"), code="file_encoding"
    )


def by_field(cells: list[str], positions: dict[str, int]) -> dict[str, str]:
    """The row's cells under their fields; a row shorter than the header is blank at its end."""
    padded = [
        cell or "" for cell, _position in zip_longest(cells, range(max(positions.values()) + 1))
    ]
    return {field: padded[index] for field, index in positions.items()}
