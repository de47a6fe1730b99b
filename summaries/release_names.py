"""The names of a release's rows, frozen with it: divisions are renamed, releases are not."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from registry.models import Division
from summaries.definitions import SummaryTable
from summaries.enums import Axis
from summaries.release_lines import CITY, Content
from summaries.selectors import axis_names

CODE_DIGITS = 12
UNKNOWN = ""  # the name of a division that the register does not have


class DivisionNames:
    """Short names of provinces, cities and counties. One query."""

    def __init__(self) -> None:
        rows = Division.objects.current().filter(level__lte=3)
        self._names = dict(rows.values_list("code", "name"))

    def name(self, prefix: str) -> str:
        """The name under a prefix; `UNKNOWN` where there is no such division."""
        return self._names.get(prefix.ljust(CODE_DIGITS, "0"), UNKNOWN)

    def row(self, prefix: str, *, county: bool) -> tuple[str, str]:
        """Code and name of a row; what a city reports itself stands beside its counties."""
        code = prefix.ljust(CODE_DIGITS, "0")
        name = self.name(prefix) or _("名录中没有的区划 %(prefix)s") % {"prefix": prefix}
        if county and prefix.endswith("00"):
            name = _("%(name)s（本级）") % {"name": name}
        return code, name


def names_of(
    table: SummaryTable, content: Content, divisions: DivisionNames
) -> dict[str, dict[str, list[str]]]:
    """Axis → row → code and name."""
    found: dict[str, Mapping[str, tuple[str, str]]] = {}
    for axis, rows in content["axes"].items():
        if axis in {CITY, Axis.DIVISION}:
            found[axis] = {
                key: divisions.row(key, county=axis == Axis.DIVISION and len(key) > 4)
                for key in rows
            }
        else:
            found[axis] = axis_names(axis, rows)
    return {
        axis: {key: list(names[key]) for key in _keys(content, axis, names)}
        for axis, names in found.items()
    }


def _keys(content: Content, axis: str, names: Mapping[str, Any]) -> list[str]:
    return [key for key in names if key in content["axes"][axis]]
