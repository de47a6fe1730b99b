"""The bulletin as PDF, in the typeface of the printed forms; its charts are vectors."""

from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from instruments.printing.typeface import NAME, load, printable
from summaries.bulletin.content import Bulletin, Section
from summaries.bulletin.word import facts_of

_BODY = ParagraphStyle("body", fontName=NAME, fontSize=10, leading=16, wordWrap="CJK")
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7.5, leading=11)
_HEAD = ParagraphStyle("head", parent=_BODY, fontSize=13, leading=22, spaceBefore=8)
_TITLE = ParagraphStyle("title", parent=_BODY, fontSize=18, leading=30, alignment=1)
_BAR = colors.HexColor("#2f5d8a")
_WIDTH, _HEIGHT, _FOOT = 170 * mm, 55 * mm, 8 * mm
_AT_MOST = 34  # bars: the provinces
_NAME_DIGITS = 3


def bulletin_pdf(bulletin: Bulletin) -> bytes:
    """The file. The same bulletin gives the same bytes."""
    load()
    flow: list[Flowable] = [_text(bulletin.title, _TITLE)]
    flow += [_text(line, _SMALL) for line in facts_of(bulletin)]
    for section in bulletin.sections:
        flow += _section(section)
    flow.append(_text(_("数据来源"), _HEAD))
    flow += [_text(f"[{n}] {source}", _SMALL) for n, source in enumerate(bulletin.sources, start=1)]
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, title=printable(bulletin.title), margin=18 * mm, invariant=True
    )
    document.build(flow)
    return out.getvalue()


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(printable(text)), style)


def _section(section: Section) -> list[Flowable]:
    rows = [[_("区划"), *section.heads], *section.rows]
    table = Table(
        [[_text(cell, _SMALL) for cell in row] for row in rows],
        repeatRows=1,
        colWidths=[_WIDTH / len(rows[0])] * len(rows[0]),
    )
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef1f5")),
            ]
        )
    )
    made: list[Flowable] = [_text(section.title, _HEAD), _text(section.sentence, _BODY), table]
    if section.chart:
        made += [
            Spacer(1, 4 * mm),
            _text(section.chart_title, _SMALL),
            _bars(section.chart[:_AT_MOST]),
        ]
    return made


def _bars(bars: list[tuple[str, Decimal]]) -> Drawing:
    """Bars from a common foot, each with the beginning of its name below."""
    drawing = Drawing(_WIDTH, _HEIGHT)
    most = max((value for _name, value in bars), default=Decimal(0)) or Decimal(1)
    step = _WIDTH / len(bars)
    for index, (name, value) in enumerate(bars):
        height = float(max(value, Decimal(0)) / most) * (_HEIGHT - _FOOT - 4)
        left = index * step
        drawing.add(
            Rect(left + step * 0.2, _FOOT, step * 0.6, height, fillColor=_BAR, strokeWidth=0)
        )
        label = printable(name)[:_NAME_DIGITS]
        drawing.add(
            String(left + step / 2, 2, label, fontName=NAME, fontSize=6, textAnchor="middle")
        )
    drawing.add(Line(0, _FOOT, _WIDTH, _FOOT, strokeColor=colors.grey, strokeWidth=0.5))
    return drawing
