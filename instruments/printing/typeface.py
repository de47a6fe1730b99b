"""The typeface of the printed forms: what it can show, how wide it is, where lines break."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME = "FormSerif"
FILE = Path(__file__).parent / "fonts" / "NotoSerifSC-forms.ttf"
_loading = threading.Lock()
# A box stays with what is ticked, a word of letters and digits stays whole, an opening mark stays
# with what follows it and a closing mark with what it closes (避头尾).
_TOKEN = re.compile(
    r"□[^　]{1,24}"
    r"|[（〔《“‘(\[]*(?:[A-Za-z0-9][A-Za-z0-9.,_\-]*|.)[、，。；：！？）〕》”’…)\]%‰℃]*",
    re.DOTALL,
)
_DROPPED = {"Cc", "Cf"}  # control and direction characters


def load() -> Any:
    """The face, registered with reportlab under `NAME`; read once per process."""
    with _loading:
        return _load()


@cache
def _load() -> Any:
    font = TTFont(NAME, str(FILE))
    pdfmetrics.registerFont(font)
    return font.face


@cache
def _widths() -> dict[int, float]:
    """Width of every character it can show, in thousandths of the size."""
    face = load()
    return {code: face.charWidths.get(code, face.defaultWidth) for code in face.charToGlyph}


def characters() -> frozenset[int]:
    """Every character that the typeface can show."""
    return frozenset(_widths())


def printable(text: str) -> str:
    """The text without control and direction characters; every blank but a line's end is a space.

    A character that the typeface lacks is named by its number, so that nothing disappears unseen.
    """
    shown = _widths()
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if ord(c) in shown or c == "\n" else _stand_in(c) for c in lines)


def one_line(text: str) -> str:
    """A printable text without line ends."""
    return " ".join(printable(text).split("\n"))


def _stand_in(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _DROPPED or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    return f"〔U+{ord(character):04X}〕"


def width(text: str, size: float) -> float:
    """How wide a printable text is."""
    widths = _widths()
    return sum(widths[ord(c)] for c in text) * size / 1000


def wrap(text: str, room: float, size: float) -> list[str]:
    """A printable text in lines no wider than `room`; a word that is wider is broken."""
    return [line for part in text.split("\n") for line in _wrapped(part, room, size)]


def _wrapped(text: str, room: float, size: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for token in _TOKEN.findall(text):
        needed = width(token, size)
        pieces = [token] if needed <= room else list(token)
        for piece in pieces:
            needed = width(piece, size)
            if line and used + needed > room:
                lines.append(line.rstrip(" "))
                line, used = "", 0.0
                piece = piece.lstrip(" ")  # noqa: PLW2901  a line begins with no space
                needed = width(piece, size)
            line += piece
            used += needed
    return [*lines, line]
