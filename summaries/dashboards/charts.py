"""Lines over days, as points of a drawing: read in grey by their dashes, on paper as on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from summaries.dashboards.days import Day

WIDTH, HEIGHT = 640, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 22


@dataclass(frozen=True)
class Line:
    """One measure over the days."""

    name: str
    css: str
    points: str
    last: str


@dataclass(frozen=True)
class Chart:
    """The drawing's parts; every text in the drawing's own units."""

    lines: Sequence[Line]
    marks: Sequence[tuple[int, str]]  # heights and their labels
    first_day: str
    last_day: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def chart_of(
    days: Sequence[Day], measures: Sequence[tuple[str, str]], *, is_percent: bool
) -> Chart | None:
    """A line for each measure; None for fewer than two days."""
    if len(days) < 2:
        return None
    series = [
        [day.percent(name) if is_percent else float(day.numbers[name]) for day in days]
        for name, _label in measures
    ]
    top = 100.0 if is_percent else max((max(values) for values in series), default=0.0) or 1.0
    first, last = days[0].day, days[-1].day
    span = max((last - first).days, 1)

    def x(day: Day) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day.day - first).days / span

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    lines = [
        Line(
            label,
            f"line-{place}",
            " ".join(
                f"{x(day):.1f},{y(value):.1f}" for day, value in zip(days, values, strict=True)
            ),
            f"{values[-1]:.1f}%" if is_percent else f"{values[-1]:.0f}",
        )
        for place, ((_name, label), values) in enumerate(zip(measures, series, strict=True))
    ]
    sign = "%" if is_percent else ""
    marks = [(round(y(top * part)), f"{top * part:.0f}{sign}") for part in (0, 0.5, 1)]
    return Chart(lines, marks, f"{first:%m-%d}", f"{last:%m-%d}")
