"""Codes of divisions as they are now: those that a change, or the 兵团's own tree, has replaced."""

from collections.abc import Mapping
from dataclasses import replace

from registry.models import DivisionSuccession
from registry.unit_data import UnitData

_LENGTHS = (12, 9, 6, 4)  # of a prefix, the longest first


def code_now(code: str) -> str:
    """The code in force for a 12-digit code. One query."""
    prefixes = [code[:length] for length in _LENGTHS]
    found = dict(
        DivisionSuccession.objects.filter(old_prefix__in=prefixes).values_list(
            "old_prefix", "new_prefix"
        )
    )
    return succeeded(code, found)


def successions() -> dict[str, str]:
    """Every replaced prefix with the one in force: some hundreds. For a batch."""
    return dict(DivisionSuccession.objects.values_list("old_prefix", "new_prefix"))


def succeeded(code: str, by_prefix: Mapping[str, str]) -> str:
    """The code in force, by the longest prefix that was replaced."""
    for length in _LENGTHS:
        new = by_prefix.get(code[:length])
        if new is not None:
            return new + code[length:]
    return code


def place_now(data: UnitData, by_prefix: Mapping[str, str]) -> UnitData:
    """The same facts, the place under the code in force."""
    code = succeeded(data.division_code, by_prefix)
    return data if code == data.division_code else replace(data, division_code=code)
