"""Paper sizes, margins and the marks that are put on a page. Lengths are points, y runs downward."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A3, A4
from reportlab.lib.units import mm

SIDE: float = 15 * mm
TOP: float = 12 * mm
BOTTOM: float = 16 * mm
LEFT, CENTRE, RIGHT = "left", "centre", "right"
THICK, THIN = 1.0, 0.35
SPACE = 6.0  # below a table


@dataclass(frozen=True)
class Paper:
    """One size of paper, as it is turned."""

    width: float
    height: float

    @property
    def room(self) -> float:
        """Between the side margins."""
        return self.width - 2 * SIDE

    @property
    def end(self) -> float:
        """Where the body of a page ends."""
        return self.height - BOTTOM


A4_PORTRAIT = Paper(*A4)
A4_LANDSCAPE = Paper(A4[1], A4[0])
A3_LANDSCAPE = Paper(A3[1], A3[0])


@dataclass(frozen=True)
class Words:
    """A line of text; `y` is its base line."""

    x: float
    y: float
    text: str
    size: float
    is_bold: bool = False
    is_grey: bool = False


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = THIN


@dataclass(frozen=True)
class Box:
    """An empty frame."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Page:
    """What stands on one page."""

    marks: list[Words | Rule | Box] = field(default_factory=list)
