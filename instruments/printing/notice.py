"""One page that is kept or published: a heading, facts in a table, words below, a code to scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from instruments.printing.paper import A4_PORTRAIT, SIDE, THIN, TOP
from instruments.printing.typeface import NAME, load, one_line, printable, width, wrap

PAPER = A4_PORTRAIT
TITLE, TEXT, SMALL = 20.0, 10.5, 8.5
LEADING = 1.55
LABELS = 92.0  # width of the column of labels
PAD = 5.0
CODE = 92.0  # side of the code to scan


@dataclass(frozen=True)
class Notice:
    """What the page says. A table is a heading and rows of label and text."""

    title: str
    subtitle: str
    tables: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    paragraphs: Sequence[str] = ()
    code: str = ""  # what the square code holds; blank for none
    code_note: str = ""
    footer: str = ""
    author: str = field(default="", kw_only=True)


def notice_bytes(notice: Notice) -> bytes:
    """The page as PDF with its typeface inside; a long one goes on over the next page."""
    load()
    out = BytesIO()
    canvas = Canvas(
        out, pagesize=(PAPER.width, PAPER.height), pageCompression=1, initialFontName=NAME,
        lang="zh-CN",
    )  # fmt: skip
    canvas.setTitle(one_line(notice.title))
    canvas.setAuthor(one_line(notice.author))
    _Pen(canvas, notice).draw()
    canvas.save()
    return out.getvalue()


class _Pen:
    """Draws downward; `y` is what is used of the page."""

    def __init__(self, canvas: Any, notice: Notice) -> None:
        self.canvas, self.notice, self.y = canvas, notice, TOP + 20

    def draw(self) -> None:
        self._centred(self.notice.title, TITLE)
        self._centred(self.notice.subtitle, TEXT)
        if self.notice.code:
            self._square()
        self.y += 12
        for heading, rows in self.notice.tables:
            self._table(heading, rows)
        for paragraph in self.notice.paragraphs:
            self._paragraph(paragraph)
        self._end_page()

    def _centred(self, text: str, size: float) -> None:
        line = one_line(text)
        self.y += size * LEADING
        self._words((PAPER.width - width(line, size)) / 2, line, size)

    def _square(self) -> None:
        widget = QrCodeWidget(self.notice.code, barLevel="M")
        x1, y1, x2, y2 = widget.getBounds()
        drawing = Drawing(CODE, CODE, transform=[CODE / (x2 - x1), 0, 0, CODE / (y2 - y1), 0, 0])
        drawing.add(widget)
        self.y += 8
        left = PAPER.width - SIDE - CODE
        renderPDF.draw(drawing, self.canvas, left, PAPER.height - self.y - CODE)
        room, top = left - SIDE - 12, self.y
        self.y += 6
        for line in wrap(printable(self.notice.code_note), room, SMALL):
            self.y += SMALL * LEADING
            self._words(SIDE, line, SMALL)
        self.y = max(self.y, top + CODE)

    def _table(self, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        self.y += 8
        if heading:
            self._room(TEXT * LEADING * 2)
            self.y += TEXT * LEADING
            self._words(SIDE, one_line(heading), TEXT, bold=True)
            self.y += 5
        room = PAPER.room - LABELS - 2 * PAD
        for label, text in rows:
            lines = wrap(printable(text), room, TEXT)
            height = len(lines) * TEXT * LEADING + PAD
            self._room(height)
            self._frame(height)
            self._words(SIDE + PAD, one_line(label), TEXT, drop=TEXT * LEADING - 1)
            for number, line in enumerate(lines, start=1):
                self._words(SIDE + LABELS + PAD, line, TEXT, drop=number * TEXT * LEADING - 1)
            self.y += height

    def _frame(self, height: float) -> None:
        top, left = PAPER.height - self.y, SIDE
        self.canvas.setLineWidth(THIN)
        self.canvas.rect(left, top - height, PAPER.room, height)
        self.canvas.line(left + LABELS, top, left + LABELS, top - height)

    def _paragraph(self, text: str) -> None:
        self.y += 8
        for line in wrap(printable(text), PAPER.room, TEXT):
            self._room(TEXT * LEADING)
            self.y += TEXT * LEADING
            self._words(SIDE, line, TEXT)

    def _room(self, needed: float) -> None:
        if self.y + needed > PAPER.end:
            self._end_page()
            self.y = TOP

    def _end_page(self) -> None:
        self.canvas.setFont(NAME, SMALL)
        self.canvas.drawCentredString(PAPER.width / 2, 24, one_line(self.notice.footer))
        self.canvas.showPage()

    def _words(
        self, x: float, text: str, size: float, *, bold: bool = False, drop: float = 0.0
    ) -> None:
        line = self.canvas.beginText(x, PAPER.height - self.y - drop)
        line.setFont(NAME, size)
        line.setTextRenderMode(2 if bold else 0)
        line.textOut(text)
        self.canvas.saveState()
        self.canvas.setLineWidth(size * 0.02)
        self.canvas.drawText(line)
        self.canvas.restoreState()
