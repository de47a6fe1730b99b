"""Two releases compared, as a workbook: before, after, change and rate for each quantity."""

from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from submissions.presenters.items import localised
from summaries.comparing import Comparison, RowPair
from summaries.release_workbook import DIGITS_OF_A_NUMBER, head_row, put_text


def comparison_workbook(comparison: Comparison) -> bytes:
    """One sheet; a cell without a figure in one of the releases stays empty."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = comparison.new.number
    before, after = comparison.before.release, comparison.after.release
    title = f"{comparison.new.number} {localised(comparison.new.title)}"
    put_text(sheet, 1, 1, title).font = Font(bold=True, size=14)
    put_text(
        sheet,
        2,
        1,
        _("%(place)s：%(after)s 比 %(before)s")
        % {
            "place": comparison.after.division_name,
            "before": before.name,
            "after": after.name,
        },
    )
    put_text(sheet, 3, 1, f"{before.content_hash} / {after.content_hash}")
    labels = [_("代码"), _("名称")]
    for column in comparison.columns:
        label = localised(column.label) + _("（%(unit)s）") % {"unit": column.unit}
        labels += [f"{label} {before.name}", f"{label} {after.name}", _("增减"), _("增减 %")]
    head_row(sheet, 5, labels)
    for number, row in enumerate([comparison.total, *comparison.rows()], start=6):
        _row(sheet, number, row)
    sheet.freeze_panes = "C6"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 15, 26
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _row(sheet: Any, number: int, row: RowPair) -> None:
    put_text(sheet, number, 1, row.code)
    put_text(sheet, number, 2, row.name or _("合计"))
    for index, cell in enumerate(row.cells):
        for place, value in enumerate((cell.before, cell.after, cell.change, cell.rate)):
            _number(sheet.cell(number, 3 + 4 * index + place), value)


def _number(cell: Any, value: Decimal | None) -> None:
    if value is None:
        return
    if len(value.normalize().as_tuple().digits) > DIGITS_OF_A_NUMBER:
        cell.value, cell.number_format = f"{value:f}", "@"
    else:
        cell.value = value
