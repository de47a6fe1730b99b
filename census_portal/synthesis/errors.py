"""The errors that are planted, each made by one change of clean answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

Plain = dict[str, str]


class Planted(StrEnum):
    """What is wrong with a unit on purpose."""

    TOTAL = "total"  # a sum that is not the sum of its parts
    HOURS = "hours"  # more hours than a year has
    FORMAT = "format"  # text where a number belongs
    MISSING = "missing"  # a required item left blank
    LIST = "list"  # a code that the list does not have
    SLIP = "slip"  # a thousand times too much
    NAMESAKE = "namesake"  # the name of another unit of the county


def _total(values: Plain) -> None:
    values["water_total"] = f"{Decimal(values['water_total']) + 1:f}"


def _hours(values: Plain) -> None:
    values["normal_hours"] = "9999"


def _format(values: Plain) -> None:
    values["gross_output"] = "58万"


def _missing(values: Plain) -> None:
    del values["opened_on"]


def _list(values: Plain) -> None:
    values["registration_type"] = "999"


def _slip(values: Plain) -> None:
    values["gross_output"] = f"{Decimal(values['gross_output']) * 1000:f}"


# the form that is changed, an item that it must hold, and the change
CHANGES: dict[Planted, tuple[str, str, Callable[[Plain], None]]] = {
    Planted.TOTAL: ("G102", "water_total", _total),
    Planted.HOURS: ("G101-1", "normal_hours", _hours),
    Planted.FORMAT: ("G101-1", "gross_output", _format),
    Planted.MISSING: ("G101-1", "opened_on", _missing),
    Planted.LIST: ("G101-1", "registration_type", _list),
    Planted.SLIP: ("G101-1", "gross_output", _slip),
}
SHARE = 0.03  # of the units; the kinds take turns
