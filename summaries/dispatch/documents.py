"""A dispatch report as a Word document and as a workbook, from its stored content alone."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from summaries.models import DispatchReport

_HEAD = PatternFill("solid", fgColor="EEF1F5")
_SANS = "SimHei"
_SERIF = "FangSong"


def title_of(report: DispatchReport) -> str:
    """The title of the document."""
    return _("%(place)s污染源普查%(year)d年%(month)d月调度通报") % {
        "place": report.division_name,
        "year": report.month.year,
        "month": report.month.month,
    }


def file_name(report: DispatchReport, ending: str) -> str:
    """What the file is called."""
    return f"{title_of(report)}-{report.pk}.{ending}"


def _change(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}"


def heads() -> list[str]:
    """The headings of the tables."""
    return [
        _("名次"),
        _("区划"),
        _("应填份数"),
        _("已提交"),
        _("提交率%"),
        _("较上月（百分点）"),
        _("已定稿"),
        _("定稿率%"),
        _("已退回"),
        _("退回率%"),
        _("强制性问题"),
        _("待说明"),
    ]


def cells(line: dict[str, Any]) -> list[Any]:
    """One division in the order of the headings."""
    numbers = line["numbers"]
    return [
        line["rank"] or "",
        line["name"],
        numbers["owed"],
        numbers["submitted"],
        line["submitted_percent"],
        _change(line["change"]),
        numbers["final"],
        line["final_percent"],
        numbers["returned"],
        line["return_percent"],
        numbers["hard"],
        numbers["soft_open"],
    ]


def sentences(report: DispatchReport) -> list[str]:
    """The report's text: progress, plan, quality, and who is behind."""
    content, total = report.content, report.content["total"]
    numbers = total["numbers"]
    told = [
        _(
            "截至 %(at)s，登记普查对象 %(registered)d 个，应填普查表 %(owed)d 份；"
            "已提交 %(submitted)d 份，提交率 %(percent).1f%%；已定稿 %(final)d 份，定稿率 %(final_percent).1f%%。"
        )
        % {
            "at": timezone.localtime(report.as_of).strftime("%Y-%m-%d %H:%M:%S"),
            **numbers,
            "percent": total["submitted_percent"],
            "final_percent": total["final_percent"],
        }
    ]
    if total["change"] is not None:
        told.append(
            _("提交率较上月末（%(day)s）变化 %(change)s 个百分点。")
            % {"day": content["compared_with"], "change": _change(total["change"])}
        )
    else:
        told.append(_("上月末没有记录，不作比较。"))
    if content["plan"] is not None:
        told.append(
            _("按截止日期 %(day)s 计算，时间已过 %(plan).1f%%，提交率%(where)s时间进度。")
            % {
                "day": content["due_on"],
                "plan": content["plan"],
                "where": _("落后于")
                if total["submitted_percent"] < content["plan"]
                else _("不低于"),
            }
        )
    told.append(
        _(
            "质量：当月审核 %(decisions)d 份次，退回 %(returns)d 份次，退回率 %(rate).1f%%；"
            "现有强制性问题 %(hard)d 条，核实性问题待说明 %(soft_open)d 条，说明率 %(explained).1f%%。"
        )
        % {
            "decisions": total["decisions"],
            "returns": total["returns"],
            "rate": total["return_percent"],
            "hard": numbers["hard"],
            "soft_open": numbers["soft_open"],
            "explained": total["explained_percent"],
        }
    )
    names = [line["name"] for line in content["laggards"]]
    if names:
        told.append(_("进度滞后：%(names)s。") % {"names": _("、").join(names)})
    return told


def parts(report: DispatchReport) -> list[tuple[str, list[dict[str, Any]]]]:
    """The tables: the level below where it is not ranked itself, the ranking, the laggards."""
    content = report.content
    ranked = _("各县（市、区）排名") if content["ranked"] == "county" else _("各乡镇（街道）排名")
    found = [(_("下级区划"), content["children"]), (ranked, content["ranking"])]
    found.append((_("进度滞后的地方"), content["laggards"]))
    return [(title, lines) for title, lines in found if lines]


def word_document(report: DispatchReport) -> bytes:
    """The Word file, A4 across. The ranking is cut after 100 lines; the workbook has them all."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    style = document.styles["Normal"]
    style.font.name, style.font.size = _SERIF, Pt(12)
    _in_chinese(style.element, _SERIF)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(title_of(report))
    run.bold, run.font.size, run.font.name = True, Pt(18), _SANS
    _in_chinese(run._element, _SANS)
    for text in sentences(report):
        document.add_paragraph(text).paragraph_format.first_line_indent = Pt(24)
    for heading, lines in parts(report):
        document.add_paragraph().add_run(heading).bold = True
        _word_table(document, lines[:100])
    foot = document.add_paragraph(_foot(report))
    foot.runs[0].font.size = Pt(9)
    section.footer.paragraphs[0].text = _foot(report)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _in_chinese(element: Any, typeface: str) -> None:
    """Word takes the typeface of Chinese characters from an attribute of its own."""
    element.rPr.rFonts.set(qn("w:eastAsia"), typeface)


def _word_table(document: Any, lines: Sequence[dict[str, Any]]) -> None:
    table = document.add_table(rows=1, cols=len(heads()))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads(), strict=True):
        _put(cell, text, bold=True)
    for line in lines:
        for cell, value in zip(table.add_row().cells, cells(line), strict=True):
            _put(cell, str(value))


def _put(cell: Any, text: str, *, bold: bool = False) -> None:
    run = cell.paragraphs[0].add_run(text)
    run.font.size, run.bold = Pt(9), bold


def _foot(report: DispatchReport) -> str:
    return _("编号 %(number)d　摘要（SM3）%(hash)s") % {
        "number": report.pk,
        "hash": report.content_hash,
    }


def xlsx_workbook(report: DispatchReport) -> bytes:
    """The workbook: the text, then a sheet for each table."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = _("通报")
    sheet.append([title_of(report)])
    sheet["A1"].font = Font(bold=True, size=16)
    for text in [*sentences(report), _foot(report)]:
        sheet.append([text])
    sheet.column_dimensions["A"].width = 120
    for row in sheet.iter_rows(min_row=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    for heading, lines in parts(report):
        _sheet(book.create_sheet(heading[:31]), lines)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Any, lines: Sequence[dict[str, Any]]) -> None:
    sheet.append([_("区划代码"), *heads()])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for line in lines:
        sheet.append([line["code"], *cells(line)])
        sheet.cell(sheet.max_row, 1).number_format = "@"
        sheet.cell(sheet.max_row, 3).data_type = "s"  # a name that begins with = is no formula
    sheet.freeze_panes = "D2"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["C"].width = 15, 26
