"""The bulletin as a Word document, its charts as drawings of Word itself."""

from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt

from summaries.bulletin.content import Bulletin, Section

_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_NAMES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_WIDTH, _HEIGHT = 5_400_000, 3_000_000  # English Metric Units: 15 cm by 8.3 cm
_AT_MOST = 34  # bars: the provinces


def bulletin_word(bulletin: Bulletin) -> bytes:
    """The file."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    document.add_heading(bulletin.title, level=0)
    for line in facts_of(bulletin):
        document.add_paragraph(line)
    for number, section in enumerate(bulletin.sections, start=1):
        _section(document, number, section)
    document.add_heading(_("数据来源"), level=1)
    for number, source in enumerate(bulletin.sources, start=1):
        document.add_paragraph(f"[{number}] {source}")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def facts_of(bulletin: Bulletin) -> list[str]:
    """Where the bulletin comes from: place, release, hashes."""
    release = bulletin.release
    moment = timezone.localtime(release.as_of).strftime("%Y-%m-%d %H:%M")
    return [
        _("区划：%(place)s　版本：%(name)s　数据截至：%(moment)s")
        % {"place": bulletin.place, "name": release.name, "moment": moment},
        _("版本内容摘要（SM3）：%(hash)s") % {"hash": release.content_hash},
        _("发布版摘要（SM3）：%(hash)s") % {"hash": bulletin.publication_hash},
        _("× 为保密处理后不公布的数，— 为没有单位填报。方括号内的数字指向文末的数据来源。"),
    ]


def _section(document: Any, number: int, section: Section) -> None:
    document.add_heading(section.title, level=1)
    document.add_paragraph(section.sentence)
    table = document.add_table(rows=1, cols=1 + len(section.heads))
    table.style = "Light Grid Accent 1"
    for cell, text in zip(table.rows[0].cells, [_("区划"), *section.heads], strict=True):
        cell.text = text
    for row in section.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    if section.chart:
        _chart(document, number, section)


def _chart(document: Any, number: int, section: Section) -> None:
    """A bar chart that Word draws and its reader may edit."""
    part = Part(
        PackURI(f"/word/charts/chart{number}.xml"),
        _CHART,
        chart_xml(section.chart_title, section.chart[:_AT_MOST]),
        document.part.package,
    )
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    inline = parse_xml(
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'{_NAMES}><wp:inline><wp:extent cx="{_WIDTH}" cy="{_HEIGHT}"/>'
        f'<wp:docPr id="{100 + number}" name="chart{number}" '
        f'descr="{escape(section.chart_title)}"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
    document.add_paragraph().add_run()._r.append(inline)


def chart_xml(title: str, bars: list[tuple[str, Decimal]]) -> bytes:
    """A DrawingML chart (ECMA-376, part 1, 21.2) with the figures inside it."""
    names = "".join(
        f'<c:pt idx="{index}"><c:v>{escape(name)}</c:v></c:pt>'
        for index, (name, _value) in enumerate(bars)
    )
    values = "".join(
        f'<c:pt idx="{index}"><c:v>{value:f}</c:v></c:pt>'
        for index, (_name, value) in enumerate(bars)
    )
    count = f'<c:ptCount val="{len(bars)}"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMES}><c:chart>'
        f"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{escape(title)}</a:t></a:r></a:p>"
        '</c:rich></c:tx></c:title><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/>'
        '<c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:cat><c:strLit>{count}{names}</c:strLit></c:cat>"
        f"<c:val><c:numLit><c:formatCode>General</c:formatCode>{count}{values}</c:numLit></c:val>"
        '</c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
        '</c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    ).encode()
