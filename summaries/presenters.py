"""A summary as the page and the workbook show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Level
from instruments.measures import measure_name
from submissions.presenters.items import localised
from summaries.arithmetic import Line
from summaries.definitions import SummaryTable
from summaries.figures import Figure, figures_of
from summaries.models import SummaryRun


@dataclass(frozen=True)
class RowView:
    """One row of the table."""

    code: str
    name: str
    units: int
    figures: list[Figure]


def level_words(level: str) -> str:
    """What the chosen level of approval means."""
    if level == Level.NATIONAL:
        return _("国家级审核通过（已定稿）")
    return _("%(level)s及以上审核通过") % {"level": Level(level).label}


@dataclass(frozen=True)
class SummaryPresenter:
    """A run with its table."""

    run: SummaryRun

    @cached_property
    def table(self) -> SummaryTable:
        """The definition the run was made with."""
        return SummaryTable.from_dict(self.run.definition)

    @property
    def title(self) -> str:
        """The official title."""
        title = localised(self.table.title)
        mark = self.run.exercise.mark
        return f"{title} [{mark}]" if mark else title

    @property
    def issuer(self) -> str:
        """Who prescribes the table."""
        return localised(self.table.issuer)

    @property
    def level(self) -> str:
        """The level of approval in words."""
        return level_words(self.run.approval_level)

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Label and unit of measure of each quantity."""
        return [
            (localised(column.label), measure_name(column.unit)) for column in self.table.columns
        ]

    @cached_property
    def rows(self) -> list[RowView]:
        """The rows; none while the run is not finished."""
        result = self.run.result or {"rows": []}
        return [self._row(row["code"], row["name"], row) for row in result["rows"]]

    @cached_property
    def total(self) -> RowView | None:
        """The sum of all rows."""
        if self.run.result is None:
            return None
        return self._row("", _("合计"), self.run.result["total"])

    @property
    def forms(self) -> dict[str, int]:
        """How many forms of each kind are in the sums."""
        return dict(sorted(self.run.result["total"]["forms"].items())) if self.run.result else {}

    @property
    def wrong(self) -> int:
        """How many malformed values were left out."""
        return sum(figure.tally.wrong for figure in self.total.figures) if self.total else 0

    @property
    def file_name(self) -> str:
        """The name of the workbook."""
        at = self.run.as_of.strftime("%Y%m%d")
        return f"{self.table.number}_{self.run.division_name}_{at}_{self.run.pk}.xlsx"

    def _row(self, code: str, name: str, data: Mapping[str, Any]) -> RowView:
        line = Line.from_dict(data)
        return RowView(code, name, line.units, figures_of(self.table, line))
