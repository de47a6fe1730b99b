"""Longitude and latitude: values are hundredths of a second of arc."""

import re

from instruments.evaluation.parsing import Fault, Reading
from instruments.evaluation.text import shown

# East and north only: the census covers no other place.
_HEMISPHERE = re.compile("^(?:[ENen]|东经|北纬) ?| ?[ENen]$")
_SIGNS = re.compile("[°o度:′'’‘`´分″\"”“秒 ]+")
_WHOLE = re.compile("[0-9]{1,3}")
_NUMBER = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,15}))?")
_LONGEST = 40
_DEGREE, _MINUTE, _SECOND = 360_000, 6_000, 100


def read_coordinate(text: str) -> Reading:
    """`120°12′33.25″`, `120 12 33.25`, `120度12分33.25秒`, `120.209236`."""
    parts = _SIGNS.sub(" ", _HEMISPHERE.sub("", text)).strip(" ").split(" ")
    if len(text) <= _LONGEST and len(parts) == 1:
        return _degrees(text, parts[0])
    if len(text) > _LONGEST or len(parts) != 3:
        return Reading(None, text, Fault("not_a_coordinate", {"raw": shown(text)}))
    return _degrees_minutes_seconds(text, parts)


def _degrees(text: str, part: str) -> Reading:
    found = _NUMBER.fullmatch(part)
    if found is None:
        return Reading(None, text, Fault("not_a_coordinate", {"raw": shown(text)}))
    decimals = found[2] or ""
    unit = 10 ** len(decimals)
    hundredths = (2 * int(found[1] + decimals) * _DEGREE + unit) // (2 * unit)
    return _checked(text, hundredths)


def _degrees_minutes_seconds(text: str, parts: list[str]) -> Reading:
    degrees, minutes, seconds = parts
    found = _NUMBER.fullmatch(seconds)
    if not (_WHOLE.fullmatch(degrees) and _WHOLE.fullmatch(minutes) and found):
        return Reading(None, text, Fault("not_a_coordinate", {"raw": shown(text)}))
    if int(minutes) >= 60:
        return Reading(None, text, Fault("coordinate_minutes", {"found": minutes}))
    if int(found[1]) >= 60:
        return Reading(None, text, Fault("coordinate_seconds", {"found": seconds}))
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > 2:
        return Reading(None, text, Fault("coordinate_decimals", {"found": len(decimals)}))
    rest = int(found[1]) * _SECOND + int(decimals.ljust(2, "0"))
    return _checked(text, int(degrees) * _DEGREE + int(minutes) * _MINUTE + rest)


def _checked(text: str, hundredths: int) -> Reading:
    if hundredths > 180 * _DEGREE:
        return Reading(None, text, Fault("coordinate_degrees", {"raw": shown(text)}))
    minutes, rest = divmod(hundredths, _MINUTE)
    degrees, minutes = divmod(minutes, 60)
    seconds, decimals = divmod(rest, _SECOND)
    return Reading(hundredths, f"{degrees}°{minutes:02d}′{seconds:02d}.{decimals:02d}″")
