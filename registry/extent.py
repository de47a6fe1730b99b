"""Whether a position is plausible for a county, without its boundary.

A boundary would need an approved map. The label points of the counties say enough to find a
mistake: a position is doubted where it lies more than twice as far from its own county's point as
from the nearest other county's, and 30 km more. That is generous to large and crooked counties
and still finds a swapped digit or a neighbour's town. It is a doubt, never a refusal.
"""

from decimal import Decimal
from math import cos, hypot, radians

from registry.models import DivisionPoint

KILOMETRES_A_DEGREE = 111.2
MARGIN_KILOMETRES = 30.0
TIMES = 2.0
BOX_DEGREES = 4


def is_far_from_county(division_code: str, longitude: Decimal, latitude: Decimal) -> bool:
    """Whether the position hardly lies in the county. One query; False where no point is known."""
    own = f"{division_code[:6]}000000"
    points = DivisionPoint.objects.filter(
        longitude__range=(longitude - BOX_DEGREES, longitude + BOX_DEGREES),
        latitude__range=(latitude - BOX_DEGREES, latitude + BOX_DEGREES),
    )
    distances = {
        point.code: _kilometres(point, longitude, latitude)
        for point in points
        if point.code[4:6] != "00"  # counties, not their cities
    }
    if own not in distances:
        # further away than the whole box, unless nobody knows where the county is
        return DivisionPoint.objects.filter(code=own).exists()
    others = [distance for code, distance in distances.items() if code != own]
    nearest = min(others, default=distances[own])
    return distances[own] > TIMES * nearest + MARGIN_KILOMETRES


def _kilometres(point: DivisionPoint, longitude: Decimal, latitude: Decimal) -> float:
    """On a plane: exact to a few per cent at these distances."""
    east = float(point.longitude - longitude) * cos(radians(float(latitude)))
    north = float(point.latitude - latitude)
    return hypot(east, north) * KILOMETRES_A_DEGREE
