"""The empty template, and the workbook of refused rows that can be corrected and loaded again."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from registry.enums import UnitKind, UnitStatus
from registry.frame.columns import COLUMNS, LABELS, REPORT_COLUMNS
from registry.frame.report import LoadReport, RefusedRow

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_FAULTY = PatternFill("solid", fgColor="FCE4D6")
_TEXT = "@"  # a code typed into a text cell keeps its digits and its leading zeros


def error_workbook(report: LoadReport, out_path: Path) -> Path:
    """Write the refused rows with their faults behind them. The header loads again as it is."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("未导入的行"))
    known = [name not in REPORT_COLUMNS for name in report.header]
    header = [name for name, is_own in zip(report.header, known, strict=True) if is_own]
    _set_widths(sheet, [*header, *REPORT_COLUMNS])
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, is_head=True) for name in [*header, *REPORT_COLUMNS]])
    for row in report.refused_rows:
        sheet.append(_refused(sheet, row, header, known))
    book.save(out_path)
    return out_path


def frame_template_workbook(out_path: Path) -> Path:
    """Write the empty template: every column as text, one sheet that explains them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = _("名录")
    for index, column in enumerate(COLUMNS, start=1):
        head = sheet.cell(row=1, column=index, value=column.label)
        head.font, head.fill = Font(bold=True), _HEAD
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = 24 if column.is_required else 18
        sheet.column_dimensions[letter].number_format = _TEXT
        for row in range(2, 502):
            sheet.cell(row=row, column=index).number_format = _TEXT
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(_("填写说明")))
    book.save(out_path)
    return out_path


def _explain(sheet: Any) -> None:
    for line in [
        (_("列名"), _("必填"), _("示例"), _("说明")),
        *(
            (
                column.label,
                _("是") if column.is_required else "",
                column.example,
                _note(column.field),
            )
            for column in COLUMNS
        ),
    ]:
        sheet.append(line)
    for letter, width in zip("ABCD", (22, 8, 26, 80), strict=True):
        sheet.column_dimensions[letter].width = width


def _note(field: str) -> str:
    notes = {
        "credit_code": _("18 位。没有时填组织机构代码；两者都没有时由普查机构编发识别码。"),
        "site_suffix": _("同一单位有多个厂区时填 01、02……"),
        "kind": _("可填：%(labels)s。没有此列时按工业企业处理。")
        % {"labels": _("、").join(map(str, UnitKind.labels))},
        "status": _("可填：%(labels)s。") % {"labels": _("、").join(map(str, UnitStatus.labels))},
        "division_code": _("12 位统计用区划代码，到乡镇（街道）或村（居）。"),
        "longitude": _("十进制度或度分秒。"),
        "latitude": _("十进制度或度分秒。"),
        "industry_1": _("国民经济行业分类（GB/T 4754-2017）4 位小类代码，工业企业必填。"),
    }
    return notes.get(field, "")


def _refused(sheet: Any, row: RefusedRow, header: list[str], known: Sequence[bool]) -> list[Any]:
    cells = [*row.cells, *[""] * (len(known) - len(row.cells))]
    own = [cell for cell, is_own in zip(cells, known, strict=False) if is_own]
    faulty = {error.column for error in row.errors}
    line = [
        _cell(sheet, text, is_faulty=_means(name, faulty))
        for name, text in zip(header, own, strict=True)
    ]
    line.append(_cell(sheet, str(row.row)))
    line.append(_cell(sheet, _joined(error.column for error in row.errors)))
    line.append(_cell(sheet, _joined(error.message for error in row.errors)))
    line.append(_cell(sheet, _joined(error.hint for error in row.errors)))
    return line


def _means(name: str, labels: set[str]) -> bool:
    """Whether a header of the file is one of these columns, under any of its names."""
    return any(
        name.strip() in column.names and LABELS[column.field] in labels for column in COLUMNS
    )


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _cell(sheet: Any, text: str, *, is_head: bool = False, is_faulty: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=_printable(text))
    cell.data_type = "s"  # what begins with = stays text: a list must not run formulas
    cell.number_format = _TEXT
    if is_head:
        cell.font, cell.fill = Font(bold=True), _HEAD
    if is_faulty:
        cell.fill = _FAULTY
    if "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _printable(text: str) -> str:
    """Without the control characters that a workbook cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f"))[:32_000]


def _set_widths(sheet: Any, names: Sequence[str]) -> None:
    wide = {REPORT_COLUMNS[2]: 50, REPORT_COLUMNS[3]: 50, LABELS["name"]: 30}
    for index, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = wide.get(name, 20)
