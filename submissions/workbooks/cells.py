"""From a cell of a spreadsheet to what a person would have typed, or a sentence saying why not.

A spreadsheet stores what it thinks was meant: 12.5% as 0.125, 1-2 as a day, a long code as a
number of fifteen digits. What can be read one way only is read; anything else is refused with the
sheet and the cell, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.text import normalise
from submissions.services.changes import changes_parse
from submissions.workbooks.sheets import SheetCell

DIGITS_KEPT = 15  # a spreadsheet keeps no more of a number
_CODED = re.compile(r"(\S+) .+", re.DOTALL)
_LONG_NUMBER = re.compile(r"-?[0-9]\.[0-9]+E\+[0-9]{1,3}", re.IGNORECASE)
_PERCENT_TEXT = re.compile(r"([+-]?[0-9., ]+) ?%")
_NUMBERS = frozenset({ItemType.DECIMAL, ItemType.INTEGER})
_CODES = frozenset({ItemType.CHOICE, ItemType.YES_NO})


class CellRefused(Exception):
    """The cell cannot be read; the sentence has the sheet and the cell."""


def cell_read(cell: SheetCell, item: Item) -> str:
    """The text of an answer, normalised. Raises `CellRefused`."""
    if cell.is_error:
        raise _refused(cell, _("是错误值"))
    text = _READERS.get(type(cell.value), _of_text)(cell, item)
    try:
        changes_parse([{"op": "set", "cell": item.slug, "value": text}])
    except Invalid as refusal:
        raise _refused(cell, refusal.message[:-1]) from refusal  # its full stop comes again
    return normalise(text)


def _refused(cell: SheetCell, why: str) -> CellRefused:
    return CellRefused(
        _("工作表“%(sheet)s”的单元格 %(cell)s：%(why)s。")
        % {"sheet": cell.sheet, "cell": cell.reference, "why": why}
    )


def _of_text(cell: SheetCell, item: Item) -> str:
    text = normalise("" if cell.value is None else str(cell.value))
    if item.type in _CODES and (coded := _CODED.fullmatch(text)):
        return coded[1]
    if item.unit == "%" and item.type in _NUMBERS and (percent := _PERCENT_TEXT.fullmatch(text)):
        return percent[1].strip()
    if _LONG_NUMBER.fullmatch(text):
        raise _lost(cell, text)
    return text


def _of_number(cell: SheetCell, item: Item) -> str:
    value = float(cell.value)
    if abs(value) >= 10**DIGITS_KEPT:
        raise _lost(cell, f"{value:.5E}")
    number = Decimal(f"{value:.{DIGITS_KEPT}g}")
    if cell.is_percent:
        number *= 100
        if item.unit != "%" or item.type not in _NUMBERS:
            raise _refused(
                cell,
                _("是百分比格式（%(shown)s%%），而本指标不以百分数计量，请改成数值")
                % {"shown": _plain(number)},
            )
    return _plain(number)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _lost(cell: SheetCell, shown: str) -> CellRefused:
    return _refused(
        cell,
        _("表格软件把长数字变成了 %(typed)s，已丢失数位，请以文本重新填写") % {"typed": shown},
    )


def _of_truth(cell: SheetCell, item: Item) -> str:
    if item.type != ItemType.YES_NO:
        raise _refused(cell, _("是逻辑值，请改成数值或文本"))
    return "1" if cell.value else "2"


def _of_day(cell: SheetCell, item: Item) -> str:
    day = cell.value
    if isinstance(day, datetime):
        if day.time() != time():
            raise _refused(cell, _("日期带有时刻（%(shown)s），请只留日期") % {"shown": str(day)})
        day = day.date()
    if item.type == ItemType.DATE:
        return str(day.isoformat())
    if item.type == ItemType.YEAR_MONTH:
        return f"{day:%Y-%m}"
    raise _refused(
        cell,
        _("表格软件把所填变成了日期（%(shown)s），请把单元格设为文本格式后重新填写")
        % {"shown": day.isoformat()},
    )


def _of_time(cell: SheetCell, item: Item) -> str:
    raise _refused(cell, _("表格软件把所填变成了时刻，请把单元格设为文本格式后重新填写"))


_READERS: dict[type, Callable[[SheetCell, Item], str]] = {
    bool: _of_truth,
    int: _of_number,
    float: _of_number,
    date: _of_day,
    datetime: _of_day,
    time: _of_time,
    timedelta: _of_time,
}
