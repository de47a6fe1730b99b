"""A released table as a workbook, with the dictionary of its data beside it."""

from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from instruments.measures import measure_name
from submissions.presenters.items import localised
from summaries.figures import Figure
from summaries.release_pages import ReleasePresenter, TableView

HEAD = PatternFill("solid", fgColor="EEF1F5")
DIGITS_OF_A_NUMBER = 15  # a spreadsheet keeps so many; a longer sum is written as text
_FIRST = 3  # code, name, units


def put_number(cell: Any, figure: Figure) -> None:
    """A number where a spreadsheet holds it exactly, else the digits as text."""
    value = figure.value
    if value is None:
        return
    if len(value.normalize().as_tuple().digits) > DIGITS_OF_A_NUMBER:
        cell.value, cell.number_format = f"{value:f}", "@"
        return
    scale = figure.column.scale
    cell.value, cell.number_format = value, "#,##0" + ("." + "0" * scale) * bool(scale)


def put_text(sheet: Any, row: int, column: int, text: str) -> Any:
    """A text that no spreadsheet takes for a formula."""
    cell = sheet.cell(row, column, text)
    cell.data_type, cell.number_format = "s", "@"
    return cell


def head_row(sheet: Any, row: int, texts: list[str]) -> None:
    """Bold, grey, wrapped."""
    for column, text in enumerate(texts, start=1):
        cell = put_text(sheet, row, column, text)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")


def table_workbook(shown: ReleasePresenter, view: TableView) -> bytes:
    """Two sheets: the table with sums and counts, and what each column means."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = view.table.number
    put_text(sheet, 1, 1, f"{view.table.number} {view.title}").font = Font(bold=True, size=14)
    put_text(sheet, 2, 1, f"{view.stored.division_name} · {shown.release.name}")
    labels, units = [_("代码"), _("名称"), _("单位数")], ["", "", _("个")]
    for column in view.table.columns:
        labels += [localised(column.label), _("填报单位数")]
        units += [measure_name(column.unit), _("个")]
    head_row(sheet, 4, labels)
    head_row(sheet, 5, units)
    for place, row in enumerate([view.total, *view.rows], start=6):
        put_text(sheet, place, 1, row.code)
        put_text(sheet, place, 2, row.name)
        sheet.cell(place, 3, row.units)
        for index, figure in enumerate(row.figures):
            put_number(sheet.cell(place, _FIRST + 1 + 2 * index), figure)
            sheet.cell(place, _FIRST + 2 + 2 * index, figure.reporting)
    sheet.freeze_panes = "D6"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 15, 26
    for number in range(_FIRST, _FIRST + 1 + 2 * len(view.table.columns)):
        sheet.column_dimensions[get_column_letter(number)].width = 15
    _dictionary(book.create_sheet(_("数据字典")), shown, view)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _dictionary(sheet: Any, shown: ReleasePresenter, view: TableView) -> None:
    """Where the figures come from, so that each can be checked."""
    release = shown.release
    facts = [
        (_("版本"), release.name),
        (
            _("普查"),
            " ".join(filter(None, [release.exercise.name, release.exercise.mark])),
        ),
        (_("区划"), f"{view.stored.division_code} {view.stored.division_name}"),
        (_("审核层级"), shown.level),
        (_("数据截至"), timezone.localtime(release.as_of).strftime("%Y-%m-%d %H:%M:%S")),
        (_("版本内容摘要（SM3）"), release.content_hash),
        (_("本表摘要（SM3）"), view.stored.content_hash),
        (_("表定义摘要（SM3）"), view.table.content_hash),
    ]
    for number, (name, text) in enumerate(facts, start=1):
        put_text(sheet, number, 1, name)
        put_text(sheet, number, 2, text)
    start = len(facts) + 2
    head_row(
        sheet, start, [_("栏目"), _("名称"), _("取自"), _("计量单位"), _("小数位"), _("英文名称")]
    )
    for number, column in enumerate(view.table.columns, start=start + 1):
        texts = [
            column.slug,
            column.label["zh"],
            column.origin,
            column.unit,
            str(column.scale),
            column.label["en"],
        ]
        for place, text in enumerate(texts, start=1):
            put_text(sheet, number, place, text)
    for letter, width in zip("ABCDEF", (24, 40, 60, 12, 8, 40), strict=True):
        sheet.column_dimensions[letter].width = width
