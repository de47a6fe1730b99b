"""From what was typed to a typed value, or a sentence saying what is wrong with it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.patterns import compile_pattern
from instruments.evaluation.parsing import Fault, Reader, Reading, Value
from instruments.evaluation.parsing.codes import (
    read_choices,
    read_credit_code,
    read_division,
    read_organisation_code,
    read_phone,
    read_yes_no,
)
from instruments.evaluation.parsing.coordinates import read_coordinate
from instruments.evaluation.parsing.dates import read_date, read_month
from instruments.evaluation.parsing.numbers import number_reader, read_year, scaled
from instruments.evaluation.sentences import sentence
from instruments.evaluation.text import has_forbidden_character, normalise, shown

__all__ = ["Parsed", "Problem", "ProblemKind", "bounds", "normalise", "parse", "reader_for"]

BLANK = Reading(None, "")
DEFAULT_MAX_LENGTH = 2000
_LISTED = {ItemType.CHOICE, ItemType.MULTI_CHOICE, ItemType.CODE, ItemType.TEXT}
_READERS: dict[ItemType, Reader] = {
    ItemType.YEAR: read_year,
    ItemType.DATE: read_date,
    ItemType.YEAR_MONTH: read_month,
    ItemType.YES_NO: read_yes_no,
    ItemType.MULTI_CHOICE: read_choices,
    ItemType.COORDINATE: read_coordinate,
    ItemType.CREDIT_CODE: read_credit_code,
    ItemType.ORGANISATION_CODE: read_organisation_code,
    ItemType.DIVISION: read_division,
    ItemType.PHONE: read_phone,
}


class ProblemKind(StrEnum):
    """Whether a text is malformed or merely not in the code list."""

    TYPE = "type"
    LIST = "list"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a typed text: a stable code and one sentence in both languages."""

    kind: ProblemKind
    code: str
    message: Mapping[str, str]


@dataclass(frozen=True)
class Parsed:
    """A number is an integer at the item's scale; a malformed text has no value."""

    value: Value | None
    problem: Problem | None
    canonical: str


def parse(item: Item, raw: str, codelists: Mapping[str, Container[str]] | None = None) -> Parsed:
    """Read one cell. Without `codelists`, or without the item's list in it, no list is checked."""
    reading = reader_for(item)(raw)
    if reading.fault is not None:
        message = sentence(reading.fault.code, item.label, reading.fault.arguments)
        problem = Problem(ProblemKind.TYPE, reading.fault.code, message)
        return Parsed(reading.value, problem, reading.canonical)
    codes = (codelists or {}).get(item.codelist or "")
    fault = list_fault(reading, codes) if codes is not None else None
    if fault is None:
        return Parsed(reading.value, None, reading.canonical)
    message = sentence(fault.code, item.label, fault.arguments)
    return Parsed(reading.value, Problem(ProblemKind.LIST, fault.code, message), reading.canonical)


def list_fault(reading: Reading, codes: Container[str]) -> Fault | None:
    """The first code that is not in the list; several choices are checked one by one."""
    if not isinstance(reading.value, str):
        return None
    several = reading.value.startswith(",")
    for code in reading.canonical.split(",") if several else (reading.value,):
        if code not in codes:
            return Fault("not_in_list", {"raw": shown(code)})
    return None


@lru_cache(maxsize=20_000)
def _reader(item: "ItemKey") -> Reader:
    return _guarded(_bounded(item.item, _plain_reader(item.item)))


@dataclass(frozen=True)
class ItemKey:
    """Items hold dictionaries; as a key they are told apart by identity."""

    item: Item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ItemKey) and other.item is self.item


def reader_for(item: Item) -> Reader:
    """The function that reads raw texts of this item. Raises RuleError for a bound or pattern
    that makes no sense.
    """
    return _reader(ItemKey(item))


def _plain_reader(item: Item) -> Reader:
    if item.type in (ItemType.DECIMAL, ItemType.INTEGER):
        return number_reader(item)
    return _READERS.get(item.type) or _text_reader(item)


def _text_reader(item: Item) -> Reader:
    longest = item.max_length or DEFAULT_MAX_LENGTH
    matches = compile_pattern(item.pattern).fullmatch if item.pattern else None

    def read(text: str) -> Reading:
        if len(text) > longest:
            return Reading(None, text, Fault("too_long", {"allowed": longest, "found": len(text)}))
        if matches is not None and not matches(text):
            arguments = {"pattern": item.pattern or "", "raw": shown(text)}
            return Reading(text, text, Fault("wrong_pattern", arguments))
        return Reading(text, text)

    return read


def _guarded(read: Reader) -> Reader:
    """What holds for every type: normalise first, blank is no value, no control characters."""

    def read_raw(raw: str) -> Reading:
        text = normalise(raw)
        if not text:
            return BLANK
        if has_forbidden_character(text):
            return Reading(None, text, Fault("control_character"))
        return read(text)

    return read_raw


def bounds(item: Item) -> tuple[Value | None, Value | None]:
    """The least and greatest value of an item, in the item's own representation."""
    return _bound(item, item.minimum), _bound(item, item.maximum)


def _bound(item: Item, text: str | None) -> Value | None:
    if text is None:
        return None
    value: Value | None
    match item.type:
        case ItemType.DECIMAL | ItemType.INTEGER | ItemType.YEAR:
            value = scaled(text, item.scale)
        case ItemType.DATE:
            value = read_date(text).value
        case ItemType.YEAR_MONTH:
            value = read_month(text).value
        case _:
            value = None
    if value is None:
        raise RuleError(f"{item.slug}: {text!r} cannot bound an item of type {item.type}")
    return value


def _bounded(item: Item, read: Reader) -> Reader:
    least, greatest = bounds(item)
    if least is None and greatest is None:
        return read

    def read_bounded(text: str) -> Reading:
        reading = read(text)
        if reading.value is None or reading.fault is not None:
            return reading
        if _is_less(reading.value, least):
            return _beyond(reading, "below_minimum", item.minimum)
        if _is_less(greatest, reading.value):
            return _beyond(reading, "above_maximum", item.maximum)
        return reading

    return read_bounded


def _is_less(left: Value | None, right: Value | None) -> bool:
    """Values of one item have one type: numbers, or ISO dates as text."""
    if isinstance(left, int) and isinstance(right, int):
        return left < right
    return isinstance(left, str) and isinstance(right, str) and left < right


def _beyond(reading: Reading, code: str, bound: str | None) -> Reading:
    arguments = {"bound": bound or "", "raw": shown(reading.canonical)}
    return reading._replace(fault=Fault(code, arguments))
