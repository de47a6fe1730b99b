"""Writes the laid-out pages as one PDF with its typeface inside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from instruments.printing.flow import Flow
from instruments.printing.heading import (
    put_footer,
    put_heading,
    put_running_head,
    put_signatures,
)
from instruments.printing.paper import SPACE, Box, Page, Rule, Words
from instruments.printing.row_tables import paper_for
from instruments.printing.sheet import FormSheet
from instruments.printing.tables import explanations, tables_of
from instruments.printing.typeface import NAME, load, one_line

rl_config.useA85 = False  # binary streams: a quarter smaller than the seven-bit ones
BOLD_STROKE = 0.02  # in sizes: the typeface comes in one weight


def document_bytes(sheets: Sequence[FormSheet], title: str) -> bytes:
    """The forms one after another, each with its own page numbers and a bookmark."""
    load()
    out = BytesIO()
    canvas = Canvas(out, pageCompression=1, initialFontName=NAME, lang="zh-CN")
    canvas.setTitle(one_line(title))
    for number, sheet in enumerate(sheets):
        flow = pages_of(sheet)
        for place, page in enumerate(flow.pages):
            canvas.setPageSize((flow.paper.width, flow.paper.height))
            if not place:
                _bookmark(canvas, f"form-{number}", f"{sheet.definition.code} {sheet.title}")
            _paint(canvas, page, flow.paper.height)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def pages_of(sheet: FormSheet) -> Flow:
    """The form, laid out."""
    paper = paper_for(sheet.definition)
    flow = Flow(paper)
    put_heading(flow, sheet)
    for table in tables_of(sheet, flow):
        flow.place(table)
        flow.y += SPACE
    put_signatures(flow, sheet)
    if sheet.is_explained:
        flow.turn()
        flow.place(explanations(sheet, paper))
    for number in range(len(flow.pages)):
        if number:
            put_running_head(flow, sheet, number)
        put_footer(flow, sheet, number)
    return flow


def _bookmark(canvas: Any, key: str, text: str) -> None:
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(one_line(text), key, 0)


def _paint(canvas: Any, page: Page, height: float) -> None:
    for mark in page.marks:
        _put(mark, canvas, height)


@singledispatch
def _put(mark: object, canvas: Any, height: float) -> None:
    raise NotImplementedError


@_put.register
def _words(mark: Words, canvas: Any, height: float) -> None:
    text = canvas.beginText(mark.x, height - mark.y)
    text.setFont(NAME, mark.size)
    text.setFillGray(0.45 if mark.is_grey else 0)
    if mark.is_bold:
        text.setTextRenderMode(2)  # filled and drawn round
    text.textOut(mark.text)
    canvas.saveState()  # the way of drawing letters outlasts the text otherwise
    canvas.setLineWidth(mark.size * BOLD_STROKE)
    canvas.drawText(text)
    canvas.restoreState()


@_put.register
def _rule(mark: Rule, canvas: Any, height: float) -> None:
    canvas.setLineWidth(mark.width)
    canvas.line(mark.x1, height - mark.y1, mark.x2, height - mark.y2)


@_put.register
def _box(mark: Box, canvas: Any, height: float) -> None:
    canvas.setLineWidth(0.35)
    canvas.rect(mark.x, height - mark.y - mark.height, mark.width, mark.height)
