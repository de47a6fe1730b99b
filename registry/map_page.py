"""The register's map: points on a plain coordinate plane, without borders or tiles.

A map of boundaries needs an approval number (审图号) in China; label points and units' own
positions do not draw any. One degree of longitude is shown shorter than one of latitude, by the
cosine of the latitude in the middle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, log2, radians

from django.db.models import Avg, Count, F, FloatField, Max, Min
from django.db.models.functions import Cast, Floor

from accounts.models import User
from accounts.scopes import prefix_range
from registry.counts import register_of
from registry.enums import DivisionLevel, UnitStatus
from registry.listing import UnitSearch, units_found
from registry.models import Division, DivisionPoint, Unit
from registry.selectors import divisions_below

WIDTH, HEIGHT, MARGIN = 900.0, 560.0, 24.0
POINTS_AT_MOST = 2000  # above this, squares with numbers
CELLS = 40
KILOMETRES_A_DEGREE = 111.2
NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Mark:
    """A unit, or a square with so many, at a place of the drawing."""

    x: float
    y: float
    radius: float
    label: str
    unit_id: int | None = None
    status: str = UnitStatus.OPERATING
    count: int = 1


@dataclass(frozen=True)
class Label:
    """A division's label point."""

    x: float
    y: float
    name: str
    code: str


@dataclass(frozen=True)
class Plane:
    """Degrees to the drawing's own units."""

    west: float
    south: float
    east: float
    north: float

    @property
    def shrink(self) -> float:
        """How long a degree of longitude is to one of latitude."""
        return cos(radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        """Units of the drawing to a degree of latitude."""
        wide = max((self.east - self.west) * self.shrink, 0.01)
        high = max(self.north - self.south, 0.01)
        return min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)

    def at(self, longitude: float | Decimal, latitude: float | Decimal) -> tuple[float, float]:
        """x to the right, y down; the middle of the box is the middle of the drawing."""
        middle_x, middle_y = (self.west + self.east) / 2, (self.south + self.north) / 2
        x = WIDTH / 2 + (float(longitude) - middle_x) * self.shrink * self.scale
        y = HEIGHT / 2 - (float(latitude) - middle_y) * self.scale
        return round(x, 1), round(y, 1)


@dataclass(frozen=True)
class MapPage:
    """Everything that the drawing and the table beside it show."""

    marks: list[Mark]
    labels: list[Label]
    units: list[Unit]
    placed: int
    is_gridded: bool
    bar_kilometres: int
    bar_width: float

    @classmethod
    def of(cls, *, actor: User, division: Division, search: UnitSearch) -> "MapPage":
        """Four queries: the box, the points or squares, the divisions below and their points.

        The nation and a province show the divisions below, from the counters: no unit is read.
        """
        if division.level <= DivisionLevel.PROVINCE:
            return cls._of_divisions(actor, division, search)
        units = units_found(actor=actor, search=search).filter(longitude__isnull=False)
        box = units.aggregate(
            west=Min("longitude"),
            east=Max("longitude"),
            south=Min("latitude"),
            north=Max("latitude"),
            number=Count("pk"),
        )
        placed = box.pop("number")
        points = _points(division)
        plane = _plane(box if placed else {}, points)
        shown = [] if placed > POINTS_AT_MOST else list(units.order_by("division_code", "pk"))
        marks = [_mark(plane, unit) for unit in shown] or _squares(units, plane, placed)
        kilometres = _nice(WIDTH / 5 / plane.scale * KILOMETRES_A_DEGREE)
        return cls(
            marks=marks,
            labels=[Label(*plane.at(p.longitude, p.latitude), n, p.code) for p, n in points],
            units=shown,
            placed=placed,
            is_gridded=placed > POINTS_AT_MOST,
            bar_kilometres=kilometres,
            bar_width=round(kilometres / KILOMETRES_A_DEGREE * plane.scale, 1),
        )

    @classmethod
    def _of_divisions(cls, actor: User, division: Division, search: UnitSearch) -> "MapPage":
        points = _points(division)
        plane = _plane({}, points)
        register = register_of(actor=actor, division=division)
        named = {name: value for name in ("kind", "status") if (value := getattr(search, name))}
        numbers = {
            row.division.code: row.number(**named) - row.number("without_position", **named)
            for row in register.rows
            if row.division is not None
        }
        kilometres = _nice(WIDTH / 5 / plane.scale * KILOMETRES_A_DEGREE)
        return cls(
            marks=[
                _circle(plane.at(point.longitude, point.latitude), numbers[point.code])
                for point, _name in points
                if numbers.get(point.code)
            ],
            labels=[Label(*plane.at(p.longitude, p.latitude), n, p.code) for p, n in points],
            units=[],
            placed=sum(numbers.values()),
            is_gridded=True,
            bar_kilometres=kilometres,
            bar_width=round(kilometres / KILOMETRES_A_DEGREE * plane.scale, 1),
        )


def _points(division: Division) -> list[tuple[DivisionPoint, str]]:
    """Label points of the level below, or of the county itself where towns have none."""
    names = {child.code: child.name for child in divisions_below(division.code)}
    names = names or {division.code: division.name}
    low, high = prefix_range(division.prefix[:6])
    points = DivisionPoint.objects.filter(code__in=[*names, division.code])
    points = points.filter(code__gte=low, code__lt=high) if high else points
    found = [(point, names[point.code]) for point in points if point.code in names]
    return found or [(point, division.name) for point in points]


def _plane(box: dict[str, Decimal], points: Sequence[tuple[DivisionPoint, str]]) -> Plane:
    if not box:
        longitudes = [float(point.longitude) for point, _name in points] or [104.0]
        latitudes = [float(point.latitude) for point, _name in points] or [35.0]
        return Plane(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    return Plane(float(box["west"]), float(box["south"]), float(box["east"]), float(box["north"]))


def _mark(plane: Plane, unit: Unit) -> Mark:
    x, y = plane.at(unit.longitude or 0, unit.latitude or 0)
    return Mark(x, y, 4.0, unit.name, unit.pk, unit.status)


def _squares(units: object, plane: Plane, placed: int) -> list[Mark]:
    """Units by squares of the plane: one query, whatever their number."""
    if not placed:
        return []
    step = max(plane.east - plane.west, (plane.north - plane.south), 0.0001) / CELLS
    counted = (
        units.order_by()  # type: ignore[attr-defined]  # a query set of units
        .annotate(
            column=Floor(Cast(F("longitude"), FloatField()) / step),
            line=Floor(Cast(F("latitude"), FloatField()) / step),
        )
        .values("column", "line")
        .annotate(number=Count("pk"), east=Avg("longitude"), north=Avg("latitude"))
    )
    return [_circle(plane.at(row["east"], row["north"]), row["number"]) for row in counted]


def _circle(place: tuple[float, float], number: int) -> Mark:
    """So many units at one place: the area grows with the number's logarithm."""
    radius = round(2.5 + 1.2 * log2(number + 1), 1)
    return Mark(*place, radius=radius, label=str(number), count=number)


def _nice(kilometres: float) -> int:
    return max((step for step in NICE if step <= kilometres), default=1)
