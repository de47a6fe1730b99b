"""The nation as a grid of tiles, one a province: no boundaries, so no map approval is asked for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from summaries.dashboards.figures import PlaceFigures

FILE = Path(__file__).with_name("tile_grid.csv")
SIDE, GAP = 74, 4
# lighter to darker: told apart in grey and on paper, and every tile carries its number as well
STEPS = (0, 20, 40, 60, 80)


@dataclass(frozen=True)
class Place:
    """Where a province's tile lies."""

    short_name: str
    row: int
    column: int


@dataclass(frozen=True)
class Tile:
    """One tile of the drawing."""

    x: int
    y: int
    name: str
    code: str
    percent: int | None
    step: int
    title: str

    @property
    def middle(self) -> int:
        """The middle of the tile, across."""
        return self.x + SIDE // 2


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """Two digits of the province → its place, for provinces in the census."""
    with FILE.open(encoding="utf-8") as file:
        return {
            row["province_code"]: Place(row["short_name"], int(row["row"]), int(row["col"]))
            for row in csv.DictReader(file)
            if row["in_census"] == "1"
        }


def tiles_of(rows: Sequence[PlaceFigures], measure: str, label: str) -> list[Tile]:
    """A tile for every province of the grid; one without forms has no share."""
    found = {row.prefix: row for row in rows if row.division is not None}
    tiles = []
    left = min(place.column for place in places().values())
    for code, place in places().items():
        row = found.get(code)
        percent = row[measure] * 100 // row["owed"] if row is not None and row["owed"] else None
        told = f"{row[measure]} / {row['owed']}" if row is not None else "—"
        tiles.append(
            Tile(
                x=(place.column - left) * (SIDE + GAP),
                y=place.row * (SIDE + GAP),
                name=place.short_name,
                code=f"{code}0000000000" if row is not None else "",
                percent=percent,
                step=sum(percent >= step for step in STEPS) if percent is not None else 0,
                title=f"{place.short_name} {label} {told}",
            )
        )
    return tiles


def size_of(tiles: Sequence[Tile]) -> tuple[int, int]:
    """Width and height of the drawing, with room for the outermost lines."""
    return max(t.x for t in tiles) + SIDE + GAP, max(t.y for t in tiles) + SIDE + GAP
