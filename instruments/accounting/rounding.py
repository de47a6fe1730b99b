"""The one place where exact results become figures of a form."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

# Decimal places a figure is kept to where the form's item does not say: tonnes and kilograms 2,
# heavy metals 3 (domain: quantities 2, heavy metals 3).
PLACES = 2
PLACES_HEAVY_METALS = 3
# Intermediate numbers are shown, never used: digits after the point in an explanation.
PLACES_SHOWN = 6
_WIDE = Context(prec=80)


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up (四舍五入), as the forms' notes ask; once, at the end of a computation."""
    scaled = value * 10**places
    halves = (abs(scaled.numerator) * 2 + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(halves if value >= 0 else -halves).scaleb(-places, context=_WIDE)


def shown(value: Fraction) -> str:
    """A number for an explanation: exact where it is short, else `PLACES_SHOWN` digits."""
    text = format(rounded(value, PLACES_SHOWN), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if value and not text.strip("-0."):
        numerator, denominator = Decimal(value.numerator), Decimal(value.denominator)
        return f"{Context(prec=4, rounding=ROUND_HALF_UP).divide(numerator, denominator):e}"
    return text
