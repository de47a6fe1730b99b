"""One reader per kind of value: normalised text in, typed value and fault out."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

Value = int | str


class Fault(NamedTuple):
    """Why a text is not what the item expects: a key of SENTENCES and what goes into it."""

    code: str
    arguments: Mapping[str, str | int] = {}


class Reading(NamedTuple):
    """A value that rules may use (None: there is none), how it is written, and what is wrong."""

    value: Value | None
    canonical: str
    fault: Fault | None = None


Reader = Callable[[str], Reading]
