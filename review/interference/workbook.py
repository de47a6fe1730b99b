"""The list of a scan as a workbook to work through."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from registry.selectors import division_names
from review.interference.findings import FindingLine
from review.interference.models import InterferenceRun
from review.interference.presenters import FindingView

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_WIDTHS = (6, 18, 16, 20, 70, 12, 12, 16, 50)


def interference_workbook(run: InterferenceRun, lines: Sequence[FindingLine]) -> bytes:
    """One row a finding; a first sheet says what it is and what it is not."""
    book = Workbook(write_only=True)
    _explain(book.create_sheet(_("说明")), run)
    sheet = book.create_sheet(_("干预迹象"))
    for letter, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    head = (
        _("序号"),
        _("迹象"),
        _("对象"),
        _("区划"),
        _("事实"),
        _("偶然概率"),
        _("校正后"),
        _("核实结论"),
        _("核实情况"),
    )
    sheet.append([_cell(sheet, text, is_head=True) for text in head])
    places = division_names([line.finding.division_code for line in lines])
    for line in lines:
        view = FindingView(line.finding)
        note = line.note
        texts = (
            str(view.signal.title),
            view.subject,
            places.get(line.finding.division_code, line.finding.division_code),
            view.sentence,
        )
        sheet.append(
            [
                line.finding.rank,
                *(_cell(sheet, text) for text in texts),
                line.finding.chance,
                line.finding.adjusted,
                _cell(sheet, str(note.get_conclusion_display()) if note else ""),
                _cell(sheet, note.text if note else ""),
            ]
        )
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _explain(sheet: Any, run: InterferenceRun) -> None:
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 100
    as_of = timezone.localtime(run.as_of).strftime("%Y-%m-%d %H:%M:%S")
    for name, text in (
        (_("性质"), _("统计上少见的事实，供核实，不是对任何人的结论。每一种都有正当的原因。")),
        (_("区划"), run.division_code),
        (_("数据截至"), as_of),
        (_("校验值"), run.digest),
    ):
        sheet.append([_cell(sheet, name, is_head=True), _cell(sheet, text)])


def _cell(sheet: Any, text: str, *, is_head: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # a text that begins with = is a text
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_head:
        cell.font, cell.fill = Font(bold=True), _HEAD
    return cell
