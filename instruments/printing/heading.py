"""What stands around the tables: title, number of the form, the unit's codes in boxes, signatures."""

from __future__ import annotations

from reportlab.lib.units import mm

from instruments.evaluation.definition import Item, ItemType
from instruments.printing.flow import ASCENT, Flow
from instruments.printing.paper import CENTRE, LEFT, RIGHT, SIDE, Box, Rule, Words
from instruments.printing.sheet import FormSheet
from instruments.printing.typeface import one_line, printable, width, wrap
from instruments.printing.wording import label_text, value_text

TITLE, TEXT, MARK, SMALL, TINY = 15.0, 8.5, 9.0, 7.0, 5.5
LINE = 5.6 * mm
CELL = 4.2 * mm  # one box of a code
NUMBER_BLOCK = 58 * mm  # the block 表号 … at the upper right
BOXES_AT_MOST = 18
HAND = 26 * mm  # room to sign in
LINES_AT_MOST = 3  # of a value beside the tables; the census's own texts are far shorter
# codes whose length is fixed by the standards GB 32100, GB 11714 and GB/T 2260 with its extensions
_LENGTHS = {ItemType.CREDIT_CODE: 18, ItemType.ORGANISATION_CODE: 9, ItemType.DIVISION: 12}


def put_heading(flow: Flow, sheet: FormSheet) -> None:
    """The first page's heading; the table follows below."""
    put_mark(flow, sheet.mark)
    middle = flow.paper.width / 2
    flow.y += 6 * mm
    for line in wrap(printable(sheet.title), flow.paper.room, TITLE):
        wide = width(line, TITLE)
        base = flow.y + TITLE * ASCENT
        flow.page.marks.append(Words(middle - wide / 2, base, line, TITLE, is_bold=True))
        flow.y += TITLE * 1.3
    flow.y += 1 * mm
    flow.words(middle, f"{one_line(sheet.year) or '　　　　'} 年", TEXT, CENTRE)
    flow.y += LINE
    top = flow.y
    _put_number(flow, sheet)
    below, flow.y = flow.y, top
    for item in sheet.head:
        _put_head_item(flow, sheet, item)
    flow.y = max(flow.y, below) + 1.5 * mm


def put_mark(flow: Flow, mark: str) -> None:
    """The frame that says what the sheet is worth."""
    text = one_line(mark)
    flow.page.marks.append(
        Box(SIDE, flow.y, width(text, MARK) + 4 * mm, MARK * 1.7),
    )
    base = flow.y + MARK * 1.2
    flow.page.marks.append(Words(SIDE + 2 * mm, base, text, MARK, is_bold=True))


def _put_number(flow: Flow, sheet: FormSheet) -> None:
    x = SIDE + flow.paper.room - NUMBER_BLOCK
    for name, text in sheet.authority:
        for line in wrap(printable(f"{name}：{text}"), NUMBER_BLOCK, TEXT):
            flow.words(x, line, TEXT)
            flow.y += LINE


def _put_head_item(flow: Flow, sheet: FormSheet, item: Item) -> None:
    x = _put_label(flow, SIDE, item)
    text = printable(value_text(item, sheet.values.get(item.slug, ""), sheet))
    boxes = _LENGTHS.get(item.type, item.max_length or 0)
    if item.type != ItemType.TEXT and len(text) <= boxes <= BOXES_AT_MOST and "\n" not in text:
        _put_boxes(flow, x, text, boxes)
        flow.y += LINE
        return
    end = SIDE + flow.paper.room - NUMBER_BLOCK - 4 * mm
    for line in _short(wrap(text, end - x, TEXT)):
        flow.words(x, line, TEXT)
        base = flow.y + TEXT * 1.25
        flow.page.marks.append(Rule(x, base, end, base))
        flow.y += LINE


def _put_label(flow: Flow, x: float, item: Item) -> float:
    """Name and code of an item; where its value begins."""
    name = one_line(label_text(item))
    flow.words(x, name, TEXT)
    x += width(name, TEXT) + 1
    base = flow.y + TEXT * ASCENT
    flow.page.marks.append(Words(x, base, item.code, TINY, is_grey=True))
    x += width(item.code, TINY) + 1
    flow.words(x, "：", TEXT)
    return x + TEXT


def _put_boxes(flow: Flow, x: float, text: str, number: int) -> None:
    for place in range(number):
        left = x + place * CELL
        flow.page.marks.append(Box(left, flow.y - 1, CELL, CELL))
        if place < len(text):
            flow.words(left + CELL / 2, text[place], TEXT, CENTRE)


def put_signatures(flow: Flow, sheet: FormSheet) -> None:
    """The line of those who answer for the form, on one page."""
    if not sheet.foot:
        return
    stubs = [width(one_line(f"{label_text(item)}{item.code}："), TEXT) for item in sheet.foot]
    slots = min(len(sheet.foot), max(1, int(flow.paper.room / (max(stubs) + HAND))))
    rows = -(-len(sheet.foot) // slots)
    slots = -(-len(sheet.foot) // rows)
    wide = flow.paper.room / slots
    if flow.room < rows * LINE * 1.4 + 4 * mm:
        flow.turn()
    flow.y += 4 * mm
    for start in range(0, len(sheet.foot), slots):
        deepest = flow.y
        top = flow.y
        for place, item in enumerate(sheet.foot[start : start + slots]):
            flow.y = top
            _put_signature(flow, sheet, item, (SIDE + place * wide, wide))
            deepest = max(deepest, flow.y)
        flow.y = deepest + LINE * 0.4


def _put_signature(flow: Flow, sheet: FormSheet, item: Item, slot: tuple[float, float]) -> None:
    left, wide = slot
    x = _put_label(flow, left, item)
    text = printable(value_text(item, sheet.values.get(item.slug, ""), sheet))
    if not text and item.type == ItemType.DATE:
        text = "　　　年　　月　　日"
    for line in _short(wrap(text, left + wide - x - 2 * mm, TEXT)):
        flow.words(x, line, TEXT)
        flow.y += LINE


def _short(lines: list[str]) -> list[str]:
    if len(lines) <= LINES_AT_MOST:
        return lines
    return [*lines[: LINES_AT_MOST - 1], lines[LINES_AT_MOST - 1][:-1] + "…"]


def put_running_head(flow: Flow, sheet: FormSheet, number: int) -> None:
    """What names the form on the pages after the first."""
    page = flow.pages[number]
    base = 12 * mm + MARK
    text = one_line(f"{sheet.definition.code} {sheet.title}（续）")
    page.marks.append(Words(SIDE, base, text, TEXT))
    name = one_line(sheet.unit)
    room = flow.paper.room - width(text, TEXT) - 6 * mm
    short = wrap(name, room, TEXT)[0] if name else ""
    page.marks.append(Words(SIDE + flow.paper.room - width(short, TEXT), base, short, TEXT))


def put_footer(flow: Flow, sheet: FormSheet, number: int) -> None:
    """Form, version, exercise and state at the left, the page in the middle, the time at the right.

    The receipt stands below them.
    """
    page, end = flow.pages[number], flow.paper.height - 10 * mm
    lines = (
        (f"{sheet.definition.code} {sheet.edition}　{sheet.exercise}　{sheet.mark}", LEFT, 0.0),
        (f"第 {number + 1} 页　共 {len(flow.pages)} 页", CENTRE, 0.0),
        (f"打印时间 {sheet.printed_at}", RIGHT, 0.0),
        (sheet.reference, RIGHT, SMALL * 1.4),
    )
    for text, align, lower in lines:
        shown = wrap(one_line(text), flow.paper.room * 0.42, SMALL)[0]
        spare = flow.paper.room - width(shown, SMALL)
        shift = {LEFT: 0.0, CENTRE: spare / 2, RIGHT: spare}[align]
        page.marks.append(Words(SIDE + shift, end + lower, shown, SMALL))
