"""Static types of rule expressions. Numbers are exact decimals whose scale is known beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.language.errors import RuleError

MOST_DIGITS = 38  # what every engine can hold exactly, DuckDB's DECIMAL being the narrowest


class Kind(StrEnum):
    """What kind of value an expression has."""

    DECIMAL = "number"
    DOUBLE = "ratio"  # the result of a division or a parameter: IEEE double
    TEXT = "text"
    MONTH = "month"
    DATE = "date"
    CHOICES = "several choices"
    BOOLEAN = "condition"
    NULL = "null"


@dataclass(frozen=True)
class Type:
    """`digits` and `scale` count only for decimals."""

    kind: Kind
    digits: int = 0
    scale: int = 0

    def __str__(self) -> str:
        return self.kind.value

    @property
    def is_number(self) -> bool:
        """Whether arithmetic may be done with it."""
        return self.kind in (Kind.DECIMAL, Kind.DOUBLE)

    @property
    def is_text(self) -> bool:
        """Whether it is text; a month is text of the form YYYY-MM."""
        return self.kind in (Kind.TEXT, Kind.MONTH)


TEXT, MONTH, DATE = Type(Kind.TEXT), Type(Kind.MONTH), Type(Kind.DATE)
CHOICES, BOOLEAN, DOUBLE, NULL = (
    Type(Kind.CHOICES),
    Type(Kind.BOOLEAN),
    Type(Kind.DOUBLE),
    Type(Kind.NULL),
)
COUNT = Type(Kind.DECIMAL, 9, 0)


def decimal(digits: int, scale: int) -> Type:
    """An exact decimal. Raises RuleError where it would need more digits than can be held."""
    if digits > MOST_DIGITS:
        raise RuleError(
            f"the exact result would need {digits} digits, {MOST_DIGITS} is the most: "
            "divide, or compare smaller products"
        )
    return Type(Kind.DECIMAL, digits, scale)


def type_of_item(item: Item) -> Type:
    """The type that an item has in rules."""
    match item.type:
        case ItemType.DECIMAL | ItemType.INTEGER | ItemType.YEAR | ItemType.COORDINATE:
            return Type(Kind.DECIMAL, item.digits, item.scale)
        case ItemType.DATE:
            return DATE
        case ItemType.YEAR_MONTH:
            return MONTH
        case ItemType.MULTI_CHOICE:
            return CHOICES
        case _:
            return TEXT


def unified(types: Iterable[Type]) -> Type:
    """The one type of several branches. Raises RuleError where they do not go together."""
    known = [kind for kind in types if kind != NULL]
    if not known:
        return NULL
    if all(kind.is_number for kind in known):
        return _unified_numbers(known)
    if all(kind.is_text for kind in known):
        return known[0] if len(set(known)) == 1 else TEXT
    if len(set(known)) > 1:
        names = " and ".join(sorted({str(kind) for kind in known}))
        raise RuleError(f"the branches differ in type: {names}")
    return known[0]


def _unified_numbers(types: list[Type]) -> Type:
    if DOUBLE in types:
        return DOUBLE
    scale = max(kind.scale for kind in types)
    return decimal(max(kind.digits - kind.scale for kind in types) + scale, scale)


def sum_type(left: Type, right: Type) -> Type:
    """Of an addition or subtraction."""
    if DOUBLE in (left, right):
        return DOUBLE
    scale = max(left.scale, right.scale)
    whole = max(left.digits - left.scale, right.digits - right.scale)
    return decimal(whole + scale + 1, scale)


def product_type(left: Type, right: Type) -> Type:
    """Of a multiplication."""
    if DOUBLE in (left, right):
        return DOUBLE
    return decimal(left.digits + right.digits, left.scale + right.scale)
