"""A pack as Word and as PDF. Written in the reader's language from what the pack has kept."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from instruments.printing.typeface import NAME, load, printable
from review.acceptance.models import AcceptanceDecision, AcceptancePack
from review.acceptance.presenters import pack_score

WORD_FACE = "SimSun"
MARGIN = 18 * mm
WIDTHS = (62 * mm, 26 * mm, 22 * mm, 22 * mm, 16 * mm, 24 * mm)


def _title(pack: AcceptancePack) -> str:
    return _("%(division)s污染源普查验收材料") % {"division": pack.division_name}


def _facts(pack: AcceptancePack) -> list[tuple[str, str]]:
    """The head: what, as of when, by what, with which result."""
    view = pack_score(pack, pack.made_by)
    as_of = timezone.localtime(pack.as_of).strftime("%Y-%m-%d %H:%M:%S")
    facts = [
        (_("普查阶段"), pack.exercise.name),
        (_("数据截至"), as_of),
        (_("总分"), f"{view.total} / 100 · {view.advice}"),
        (
            _("通过线"),
            _("%(pass)s 分通过，%(rectify)s 分整改后通过")
            % {"pass": view.criteria.pass_at, "rectify": view.criteria.rectify_at},
        ),
        (_("一票否决"), _("；").join(line.title for line in view.vetoes) or _("无")),
        (_("评分依据"), view.criteria.basis),
        (_("固定人"), pack.made_by.full_name),
    ]
    decision: AcceptanceDecision | None = getattr(pack, "decision", None)
    if decision is not None:
        day = decision.rectify_by.isoformat() if decision.rectify_by else ""
        facts += [
            (_("验收结论"), str(decision.get_verdict_display())),
            (_("理由"), decision.reason),
            *([(_("整改期限"), day)] if day else []),
            (
                _("决定人"),
                " ".join(
                    (
                        decision.decided_by.full_name,
                        timezone.localtime(decision.decided_at).strftime("%Y-%m-%d %H:%M"),
                    )
                ),
            ),
        ]
    return facts


def _rows(pack: AcceptancePack) -> list[tuple[str, ...]]:
    view = pack_score(pack, pack.made_by)
    head = (_("项目"), _("实测"), _("计数"), _("满分区间"), _("得分"), _("一票否决"))
    rows = [
        (
            line.title,
            line.value,
            line.counted,
            line.span,
            f"{line.points} / {line.criterion.weight:g}",
            line.veto + (" ✗" if line.line.is_vetoing else ""),
        )
        for line in view.lines
    ]
    return [head, *rows]


def _foot(pack: AcceptancePack) -> str:
    return f"SM3 {pack.digest}"


def pack_word(pack: AcceptancePack) -> bytes:
    """An Office Open XML document."""
    document: Any = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = WORD_FACE, Pt(10)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), WORD_FACE)
    document.core_properties.title = _title(pack)
    document.add_heading(_title(pack), 0)
    for name, text in _facts(pack):
        line = document.add_paragraph()
        line.add_run(f"{name}  ").bold = True
        line.add_run(text)
    rows = _rows(pack)
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate(rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.bold, run.font.size = number == 0, Pt(9)
    document.sections[0].footer.paragraphs[0].text = _foot(pack)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def pack_pdf(pack: AcceptancePack) -> bytes:
    """A4, with the typeface of the printed forms inside."""
    load()
    body = ParagraphStyle("body", fontName=NAME, fontSize=9.5, leading=14, wordWrap="CJK")
    small = ParagraphStyle("small", parent=body, fontSize=8.5, leading=11.5)
    head = ParagraphStyle("head", parent=body, fontSize=16, leading=22, spaceAfter=8)
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=_title(pack),
        lang="zh-CN",
    )
    cells = [[_paragraph(text, small) for text in row] for row in _rows(pack)]
    table = Table(cells, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#8a94a0")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e8edf3")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    story = [
        _paragraph(_title(pack), head),
        *(_paragraph(f"{name}  {text}", body) for name, text in _facts(pack)),
        Spacer(1, 4 * mm),
        table,
        Spacer(1, 4 * mm),
        _paragraph(_foot(pack), small),
    ]
    document.build(story)
    return out.getvalue()


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(printable(text)), style)
