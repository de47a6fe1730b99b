"""The report as Word and as PDF."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from instruments.printing.typeface import NAME, load, printable
from review.models import QualityReport
from review.quality.report_parts import Grid, Heading, Words, report_parts

WORD_FACE = "SimSun"
MARGIN = 20 * mm
_SIZES = {0: 18, 1: 12}
_BODY, _SMALL = 10, 8.5


def report_word(report: QualityReport) -> bytes:
    """An Office Open XML document."""
    document: Any = Document()
    _word_face(document)
    document.core_properties.title = report.code
    document.core_properties.language = settings.LANGUAGE_CODE
    for part in report_parts(report):
        if isinstance(part, Heading):
            document.add_heading(part.text, part.level)
        elif isinstance(part, Words):
            document.add_paragraph(part.text)
        else:
            _word_table(document, part)
    document.sections[0].footer.paragraphs[0].text = f"{report.code}  SM3 {report.hash}"
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _word_face(document: Any) -> None:
    for name in ("Normal", "Title", "Heading 1", "Table Grid"):
        style = document.styles[name]
        style.font.name = WORD_FACE
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for place in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(place), WORD_FACE)
        for place in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(place), None)
    document.styles["Normal"].font.size = Pt(_BODY)


def _word_table(document: Any, part: Grid) -> None:
    table = document.add_table(rows=1, cols=len(part.head), style="Table Grid")
    table.autofit = False
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    lines = [part.head, *part.rows]
    for number, line in enumerate(lines):
        cells = table.rows[0].cells if not number else table.add_row().cells
        for cell, text, share in zip(cells, line, part.widths, strict=True):
            cell.width = int(room * share / sum(part.widths))
            run = cell.paragraphs[0].add_run(text)
            run.bold = not number
            run.font.size = Pt(_SMALL)


def report_pdf(report: QualityReport) -> bytes:
    """A4, with the typeface of the printed forms inside."""
    load()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=report.code,
        lang="zh-CN",
    )
    story: list[Any] = []
    for part in report_parts(report):
        if isinstance(part, Heading):
            story.append(_paragraph(part.text, _SIZES[part.level], space=6))
        elif isinstance(part, Words):
            story.append(_paragraph(part.text, _BODY, space=4))
        else:
            story += [_pdf_table(part, document.width), Spacer(0, 6)]
    foot = f"{report.code}  SM3 {report.hash}"

    def footer(canvas: Any, made: Any) -> None:
        canvas.setFont(NAME, 7)
        canvas.drawString(MARGIN, 12 * mm, printable(foot))
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(made.page))

    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _paragraph(text: str, size: float, *, space: float = 0) -> Paragraph:
    style = ParagraphStyle(
        f"s{size}",
        fontName=NAME,
        fontSize=size,
        leading=size * 1.45,
        spaceBefore=space,
        spaceAfter=space,
        wordWrap="CJK",
    )
    return Paragraph(escape(printable(text)), style)


def _pdf_table(part: Grid, room: float) -> Table:
    whole = sum(part.widths)
    table = Table(
        [[_paragraph(text, _SMALL) for text in line] for line in [part.head, *part.rows]],
        colWidths=[room * share / whole for share in part.widths],
        repeatRows=1,
    )
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
                ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.94, 0.95)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table
