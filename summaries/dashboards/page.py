"""The dashboard as the page shows it: every number with the list behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Level
from submissions.case_filters import AGE_BUCKETS, LONG, SUBMITTED
from submissions.enums import CaseStatus
from summaries.dashboards.charts import Chart
from summaries.dashboards.figures import AgeLine, Dashboard, PlaceFigures
from summaries.dashboards.tiles import Tile, size_of, tiles_of
from summaries.progress import Progress, ProgressRow
from summaries.progress_page import ProgressPage, RowView

MEASURES = ("submitted", "final", "started")


@dataclass(frozen=True)
class Number:
    """One figure and the address of its list; blank where it has none (what lies in no child)."""

    number: int
    url: str
    css: str = ""


@dataclass(frozen=True)
class LineView:
    """One division's row."""

    name: str
    code: str
    is_total: bool
    can_drill: bool
    numbers: Sequence[Number]
    percent: int
    bar: RowView


@dataclass(frozen=True)
class AgeView:
    """How long forms wait at one place of the workflow."""

    label: str
    numbers: Sequence[Number]
    total: int


@dataclass(frozen=True)
class DashboardPage:
    """Heads, rows, tiles and ages of one division."""

    dashboard: Dashboard
    ages: Sequence[AgeLine] = ()
    measure: str = "submitted"
    charts: Sequence[tuple[str, Chart | None]] = field(default=())

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Name and heading of every figure, in the order of the work."""
        passed = [
            (f"passed_{level}", _("%(level)s通过") % {"level": Level(level).label})
            for level in self.dashboard.levels[:-1]
        ]
        return [
            ("registered", _("登记对象")),
            ("assigned", _("已分派")),
            ("owed", _("应填份数")),
            ("not_started", _("未开始")),
            ("filling", _("填报中")),
            ("returned", _("已退回")),
            ("submitted", _("已提交")),
            *passed,
            ("final", _("已定稿")),
            ("hard", _("强制性问题")),
            ("soft_open", _("待说明")),
            ("waiting_long", _("超 15 天")),
        ]

    @property
    def heads(self) -> list[str]:
        """The headings."""
        return [label for _name, label in self.columns]

    @property
    def total(self) -> LineView:
        """The division itself."""
        return self._line(self.dashboard.total, is_total=True)

    @property
    def rows(self) -> list[LineView]:
        """A row for each child division."""
        return [self._line(row, is_total=False) for row in self.dashboard.rows]

    def _line(self, row: PlaceFigures, *, is_total: bool) -> LineView:
        numbers = [
            Number(row[name], self._url(name, row), "hot" if name in HOT and row[name] else "")
            for name, _label in self.columns
        ]
        return LineView(
            row.name,
            row.division.code if row.division else "",
            is_total,
            not is_total and row.division is not None,
            numbers,
            row[self.measure] * 100 // row["owed"] if row["owed"] else 0,
            self._bar(row),
        )

    def _bar(self, row: PlaceFigures) -> RowView:
        """The bar of states, as the progress page draws it."""
        own = ProgressRow(row.division, row.name, row.prefix, row.counts)
        progress = Progress(self.dashboard.exercise, self.dashboard.division, own, [])
        return ProgressPage(progress, self.dashboard.form_code).total

    def _url(self, name: str, row: PlaceFigures) -> str:
        """The list that shows exactly the counted ones."""
        if row.division is None:
            return ""
        code = row.division.code
        if name in {"registered", "assigned"}:
            more = {"assigned": "1"} if name == "assigned" else {}
            place = {"division": code} if row.prefix else {}
            return f"{reverse('unit_list')}?{urlencode({**place, **more})}"
        if name in {"hard", "soft_open"}:
            return self._with(reverse("finding_list"), {"division": code, "state": name})
        return self._cases(row.prefix, _case_query(name))

    def _cases(self, prefix: str, query: dict[str, str]) -> str:
        return self._with(reverse("case_list"), {"division": prefix, "owed": "1", **query})

    def _with(self, path: str, query: dict[str, str]) -> str:
        asked = {**query, "form": self.dashboard.form_code}
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def age_heads(self) -> list[str]:
        """The headings of the days."""
        return [_("%(days)s 天") % {"days": age.replace("31-", "30+")} for age in AGE_BUCKETS]

    @property
    def age_lines(self) -> list[AgeView]:
        """Rows of waiting, in the order of the work."""
        return [self._age(line) for line in self.ages]

    def _age(self, line: AgeLine) -> AgeView:
        level = Level(line.level).label if line.level else ""
        label = _("待%(level)s审核") % {"level": level} if line.level else _("已退回，待改")
        prefix = self.dashboard.division.prefix
        asked = {"status": line.status, "level": line.level}
        numbers = [
            Number(
                line.numbers[age],
                self._cases(prefix, {**asked, "age": age}),
                "hot" if age in {"16-30", "31-"} and line.numbers[age] else "",
            )
            for age in AGE_BUCKETS
        ]
        return AgeView(label, numbers, line.total)

    @property
    def tiles(self) -> list[Tile]:
        """The nation's grid; empty below the nation."""
        if self.dashboard.division.level:
            return []
        labels = dict(self.columns) | {"started": _("已开始")}
        return tiles_of(self.dashboard.rows, self.measure, labels[self.measure])

    @property
    def tiles_size(self) -> tuple[int, int]:
        """Width and height of the grid."""
        return size_of(self.tiles)


HOT = frozenset({"returned", "hard", "waiting_long"})


def _case_query(name: str) -> dict[str, str]:
    fixed = {
        "owed": {"counting": "1"},
        "not_started": {"status": CaseStatus.OPEN.value, "started": "0"},
        "filling": {"status": CaseStatus.OPEN.value, "started": "1"},
        "returned": {"status": CaseStatus.RETURNED.value},
        "submitted": {"passed": SUBMITTED},
        "final": {"status": CaseStatus.FINAL.value},
        "waiting_long": {"age": LONG},
    }
    return fixed.get(name) or {"passed": name.removeprefix("passed_")}
