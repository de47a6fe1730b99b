"""A release as the pages show it: its tables, the rows of one of them, the proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from instruments.measures import measure_name
from submissions.presenters.items import localised
from summaries.arithmetic import Line
from summaries.definitions import SummaryTable
from summaries.enums import Axis
from summaries.figures import Figure, figures_of
from summaries.frames import COUNTY_DIGITS
from summaries.models import ReleaseTable, SummaryRelease
from summaries.presenters import level_words
from summaries.proof import Check, checks_of
from summaries.release_findings import kind_words
from summaries.release_lines import CITY, PROVINCE_DIGITS

NATION_CODE = "0" * 12


@dataclass(frozen=True)
class RowView:
    """One row of a released table."""

    key: str
    code: str
    name: str
    line: Line
    figures: Sequence[Figure]
    opens: str = ""  # the query that shows what the row is made of

    @property
    def units(self) -> int:
        """How many units are in the row."""
        return self.line.units


@dataclass(frozen=True)
class ReleasePresenter:
    """A release and the definitions it was made with."""

    release: SummaryRelease

    @cached_property
    def tables(self) -> dict[str, SummaryTable]:
        """The tables by code, in order."""
        return {
            code: SummaryTable.from_dict(raw)
            for code, raw in sorted(self.release.definitions.items())
        }

    @property
    def level(self) -> str:
        """The level of approval in words; an imported release has none."""
        return level_words(self.release.approval_level) if self.release.approval_level else "—"

    @property
    def index(self) -> list[tuple[str, str, str, int]]:
        """Code, number, title and number of quantities of every table."""
        return [
            (code, table.number, localised(table.title), len(table.columns))
            for code, table in self.tables.items()
        ]


def axes_of(table: ReleaseTable) -> list[tuple[str, str]]:
    """The axes a stored table can be read by, with their names."""
    found = []
    for axis in (CITY, *Axis.values):
        if axis in table.content["axes"]:
            found.append((axis, axis_words(axis, table)))
    return found


def axis_words(axis: str, table: ReleaseTable) -> str:
    """What the rows are."""
    if axis == CITY:
        return _("按市")
    if axis == Axis.DIVISION:
        return _("按省") if table.division_code == NATION_CODE else _("按县")
    return str(Axis(axis).label)


@dataclass(frozen=True)
class TableView:
    """One table of one area by one axis."""

    stored: ReleaseTable
    table: SummaryTable
    axis: str

    @property
    def title(self) -> str:
        """The official title."""
        return localised(self.table.title)

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Label and unit of measure of each quantity."""
        return [(localised(c.label), measure_name(c.unit)) for c in self.table.columns]

    @cached_property
    def total(self) -> RowView:
        """The total of the area."""
        line = Line.from_dict(self.stored.content["total"])
        return RowView("", "", _("合计"), line, figures_of(self.table, line))

    @cached_property
    def rows(self) -> list[RowView]:
        """The rows in order of their codes; what has no code comes last."""
        rows = self.stored.content["axes"].get(self.axis, {})
        names = self.stored.content.get("names", {}).get(self.axis, {})
        return [self._row(key, rows[key], names) for key in sorted(rows, key=lambda k: (not k, k))]

    def _row(self, key: str, data: Mapping[str, object], names: Mapping[str, list[str]]) -> RowView:
        code, name = names.get(key, [key, key])
        line = Line.from_dict(data)
        return RowView(key, code, name, line, figures_of(self.table, line), self._opens(key))

    def _opens(self, key: str) -> str:
        if self.axis == Axis.DIVISION and len(key) == PROVINCE_DIGITS:
            place = {"division": key.ljust(12, "0"), "axis": CITY}
        elif self.axis == CITY:
            place = {"division": self.stored.division_code, "axis": Axis.DIVISION}
        else:
            return ""
        return urlencode({"table": self.table.code, **place})


@dataclass(frozen=True)
class ProofLine:
    """All equations of one kind over one area: how many there are, and those that do not hold."""

    words: str
    area: str
    number: int
    failed: Sequence[Check]


@dataclass(frozen=True)
class Proof:
    """The proof of one table over all its areas."""

    table: SummaryTable
    contents: Mapping[str, Mapping[str, object]]

    @cached_property
    def lines(self) -> list[ProofLine]:
        """Kind by kind, the nation first."""
        groups: dict[tuple[str, str], list[Check]] = {}
        for check in checks_of(self.table, self.contents):
            groups.setdefault((check.area, check.kind), []).append(check)
        return [
            ProofLine(kind_words(kind), area, len(checks), [c for c in checks if not c.holds])
            for (area, kind), checks in sorted(groups.items())
        ]

    @property
    def number(self) -> int:
        """How many equations were checked."""
        return sum(line.number for line in self.lines)

    @property
    def failed(self) -> list[Check]:
        """The equations that do not hold."""
        return [check for line in self.lines for check in line.failed]


def is_county_row(axis: str, key: str) -> bool:
    """Whether the row is one county, whose units are read from its frame."""
    return axis == Axis.DIVISION and len(key) == COUNTY_DIGITS
