"""The official workbook of a summary: header, codes and labels, sums with counts beside them."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from summaries.figures import Figure
from summaries.presenters import RowView, SummaryPresenter

_THIN = Side(style="thin", color="666666")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="EEF1F5")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_TEXT = "@"  # a code in a text cell keeps its leading zeros and is never shown as 3.3E+11
_FIRST_COLUMNS = 3  # code, name, number of units
# A spreadsheet keeps 15 digits of a number; a longer sum is written as text, so none is lost.
_DIGITS_OF_A_NUMBER = 15
_HEAD_ROW = 5
_A3 = 8


def summary_workbook(summary: SummaryPresenter) -> bytes:
    """The file. Needs a finished run."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = summary.table.number
    width = _FIRST_COLUMNS + 2 * len(summary.columns)
    _write_title(sheet, summary, width)
    _write_head(sheet, summary)
    row = _write_rows(sheet, summary)
    _write_foot(sheet, summary, row + 1)
    _set_up_page(sheet, summary, width)
    _explain(book.create_sheet(_("说明")), summary)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_title(sheet: Any, summary: SummaryPresenter, width: int) -> None:
    run = summary.run
    sheet.cell(1, 1, summary.title).font = Font(bold=True, size=16)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    left = [
        _("综合区划：%(name)s（%(code)s）")
        % {"name": run.division_name, "code": run.division_code},
        _("审核层级：%(level)s　　分组：%(axis)s")
        % {"level": summary.level, "axis": run.get_axis_display()},
        _("数据截至：%(at)s") % {"at": _moment(run.as_of)},
    ]
    right = [
        _("表　　号：%(number)s") % {"number": summary.table.number},
        _("制表机关：%(issuer)s") % {"issuer": summary.issuer},
        _("报表依据：%(basis)s") % {"basis": summary.table.basis},
    ]
    for row, (text, other) in enumerate(zip(left, right, strict=True), start=2):
        middle = width // 2
        sheet.cell(row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=middle)
        sheet.cell(row, middle + 1, other).alignment = Alignment(horizontal="right")
        sheet.merge_cells(start_row=row, start_column=middle + 1, end_row=row, end_column=width)


def _write_head(sheet: Any, summary: SummaryPresenter) -> None:
    """Four rows: the quantity, sum and count, the units of measure, the column numbers."""
    firsts = [(_("代码"), "", _("甲")), (_("名称"), "", _("乙")), (_("单位数"), _("个"), "1")]
    for column, (label, unit, number) in enumerate(firsts, start=1):
        _head_cells(sheet, column, (label, "", unit, number))
        sheet.merge_cells(
            start_row=_HEAD_ROW, start_column=column, end_row=_HEAD_ROW + 1, end_column=column
        )
    for index, (label, unit) in enumerate(summary.columns):
        column = _FIRST_COLUMNS + 1 + 2 * index
        place = 2 + 2 * index
        _head_cells(sheet, column, (label, _("合计"), unit, str(place)))
        _head_cells(sheet, column + 1, ("", _("填报单位数"), _("个"), str(place + 1)))
        sheet.merge_cells(
            start_row=_HEAD_ROW, start_column=column, end_row=_HEAD_ROW, end_column=column + 1
        )


def _head_cells(sheet: Any, column: int, texts: Sequence[str]) -> None:
    for row, text in enumerate(texts, start=_HEAD_ROW):
        cell = sheet.cell(row, column, text or None)
        cell.font, cell.fill = Font(bold=row < _HEAD_ROW + 2), _HEAD
        cell.border, cell.alignment, cell.number_format = _BOX, _CENTRE, _TEXT


def _write_rows(sheet: Any, summary: SummaryPresenter) -> int:
    """The totals, then every row; returns the number of the last row."""
    rows = [summary.total, *summary.rows] if summary.total else summary.rows
    number = _HEAD_ROW + 3
    for number, row in enumerate(rows, start=_HEAD_ROW + 4):
        _write_row(sheet, number, row, is_total=row is summary.total)
    return number


def _write_row(sheet: Any, number: int, row: RowView, *, is_total: bool) -> None:
    code = sheet.cell(number, 1, row.code or None)
    code.number_format = _TEXT
    sheet.cell(number, 2, row.name)
    sheet.cell(number, 3, row.units).number_format = "#,##0"
    for index, figure in enumerate(row.figures):
        column = _FIRST_COLUMNS + 1 + 2 * index
        _write_sum(sheet.cell(number, column), figure)
        sheet.cell(number, column + 1, figure.reporting).number_format = "#,##0"
    for cell in sheet[number]:
        cell.border = _BOX
        if is_total:
            cell.font = Font(bold=True)


def _write_sum(cell: Any, figure: Figure) -> None:
    """A number where a spreadsheet can hold it exactly; nothing where no unit reported."""
    total = figure.total
    if total is None:
        return
    if len(total.normalize().as_tuple().digits) > _DIGITS_OF_A_NUMBER:
        cell.value, cell.number_format = f"{total:f}", _TEXT
    else:
        cell.value = total
        cell.number_format = "#,##0" + ("." + "0" * figure.column.scale) * bool(figure.column.scale)
    cell.alignment = Alignment(horizontal="right")


def _write_foot(sheet: Any, summary: SummaryPresenter, row: int) -> None:
    sheet.cell(
        row,
        1,
        _(
            "单位负责人：　　　　　　统计负责人：　　　　　　填表人：%(name)s　　　　　　报出日期：%(day)s"
        )
        % {
            "name": summary.run.job.requested_by.full_name,
            "day": _moment(summary.run.computed_at)[:10],
        },
    )


def _set_up_page(sheet: Any, summary: SummaryPresenter, width: int) -> None:
    sheet.freeze_panes = sheet.cell(_HEAD_ROW + 4, _FIRST_COLUMNS + 1)
    sheet.print_title_rows = f"1:{_HEAD_ROW + 3}"
    sheet.print_title_cols = "A:B"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = _("第 &P 页　共 &N 页")
    sheet.oddFooter.right.text = f"{summary.table.number} #{summary.run.pk}"
    sheet.row_dimensions[_HEAD_ROW].height = 32
    sheet.column_dimensions["A"].width = 15
    sheet.column_dimensions["B"].width = 26
    for column in range(_FIRST_COLUMNS, width + 1):
        is_sum = column > _FIRST_COLUMNS and (column - _FIRST_COLUMNS) % 2 == 1
        sheet.column_dimensions[get_column_letter(column)].width = 18 if is_sum else 10


def _explain(sheet: Any, summary: SummaryPresenter) -> None:
    """Where the figures come from, so that a run can be checked and repeated."""
    run = summary.run
    forms = _("；").join(
        _("%(form)s %(count)d 份") % {"form": form, "count": count}
        for form, count in sorted(summary.forms.items())
    )
    for line in [
        (_("汇总表"), f"{summary.table.number} {summary.title}"),
        (_("汇总编号"), str(run.pk)),
        (_("普查"), run.exercise.name),
        (_("区划"), f"{run.division_code} {run.division_name}"),
        (_("分组"), run.get_axis_display()),
        (_("审核层级"), summary.level),
        (_("数据截至"), _moment(run.as_of)),
        (_("完成时间"), _moment(run.computed_at)),
        (_("汇总人"), str(run.job.requested_by)),
        (_("表定义摘要（SM3）"), run.definition_hash),
        (_("结果摘要（SM3）"), run.result_hash),
        (_("纳入的普查表"), forms or _("无")),
        (_("格式错误未计入的数值"), str(summary.wrong)),
        (
            _("口径"),
            _(
                "各普查表取截至时点已通过所选层级审核、未被退回的最近一次提交。合计为十进制精确求和；"
                "0 计入填报单位数，空格不计入。区划和行业取自名录库。"
                "超过 15 位的合计以文本保存，以免电子表格舍入。"
            ),
        ),
    ]:
        sheet.append(line)
        said = sheet.cell(sheet.max_row, 2)
        said.alignment = Alignment(wrap_text=True, vertical="top")
        said.number_format = _TEXT
        said.data_type = "s"  # a name that begins with = is no formula
    sheet.append(())
    start = sheet.max_row + 1
    heads = (_("栏目"), _("取自"), _("计量单位"), _("填报单位数"), _("空白单位数"), _("错误值"))
    sheet.append(heads)
    for cell in sheet[start]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for figure, (label, unit) in zip(
        summary.total.figures if summary.total else [], summary.columns, strict=False
    ):
        column, tally = figure.column, figure.tally
        sheet.append((label, column.origin, unit, figure.reporting, tally.blank, tally.wrong))
    for letter, width in zip("ABCDEF", (26, 60, 12, 12, 12, 10), strict=True):
        sheet.column_dimensions[letter].width = width


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
