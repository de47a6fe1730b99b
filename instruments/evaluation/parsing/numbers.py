"""Exact decimals: a number is an integer count of its last decimal place."""

import re

from instruments.evaluation.definition import Item
from instruments.evaluation.parsing import Fault, Reader, Reading
from instruments.evaluation.text import shown

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]*)(?:\.(?P<decimals>[0-9]*))?"
)
_SEPARATORS = re.compile("[, ]")
_YEAR = re.compile("[12][0-9]{3}")
_LONGEST = 60


def scaled(text: str, scale: int) -> int | None:
    """`"1.5"` at scale 2 is 150. None where the text is no number or has more decimals."""
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not (found["whole"] or found["decimals"]):
        return None
    decimals = (found["decimals"] or "").rstrip("0")
    if len(decimals) > scale:
        return None
    whole = _SEPARATORS.sub("", found["whole"])
    return int(f"{found['sign']}{whole}{decimals.ljust(scale, '0')}" or "0")


def number_reader(item: Item) -> Reader:
    """Reads `1,234.50`, `１２３`, `-5`; refuses what the item's digits cannot hold."""
    scale, whole_digits = item.scale, item.digits - item.scale

    def read(text: str) -> Reading:
        found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None or not (found["whole"] or found["decimals"]):
            return Reading(None, text, Fault("not_a_number", {"raw": shown(text)}))
        sign, whole, decimals = found.groups("")
        whole = _SEPARATORS.sub("", whole).lstrip("0")
        needed = decimals.rstrip("0")
        if len(needed) > scale:
            return Reading(None, text, _decimals_fault(text, len(needed), scale))
        if len(whole) > whole_digits:
            arguments = {"allowed": whole_digits, "found": len(whole)}
            return Reading(None, text, Fault("too_many_digits", arguments))
        value = int(f"{whole or '0'}{needed.ljust(scale, '0')}")
        decimals = decimals[:scale]
        canonical = (whole or "0") + (f".{decimals}" if decimals else "")
        if sign == "-" and value:
            return Reading(-value, f"-{canonical}")
        return Reading(value, canonical)

    return read


def _decimals_fault(text: str, found: int, scale: int) -> Fault:
    if scale == 0:
        return Fault("not_whole", {"raw": shown(text)})
    return Fault("too_many_decimals", {"allowed": scale, "found": found})


def read_year(text: str) -> Reading:
    """Four digits, with or without 年."""
    year = text.removesuffix("年").rstrip(" ")
    if not _YEAR.fullmatch(year):
        return Reading(None, text, Fault("not_a_year", {"raw": shown(text)}))
    return Reading(int(year), year)
