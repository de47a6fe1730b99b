"""Scores and packs as rows to read, in the reader's language."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.scopes import Place
from review.acceptance.criteria_files import Criteria, Criterion, criteria_read, title_in
from review.acceptance.measures import EVIDENCE
from review.acceptance.models import AcceptancePack
from review.acceptance.scoring import Measure, Score, ScoreLine

ADVICE = {
    "pass": gettext_lazy("达到通过线"),
    "rectify": gettext_lazy("达到整改线"),
    "fail": gettext_lazy("未达到"),
}


@dataclass(frozen=True)
class LineView:
    """One criterion as a row."""

    line: ScoreLine
    division_code: str
    reader: User

    @property
    def criterion(self) -> Criterion:
        """Its data."""
        return self.line.criterion

    @property
    def title(self) -> str:
        """In the reader's language."""
        return title_in(self.criterion.title)

    @property
    def value(self) -> str:
        """As a percentage; a dash where nothing was measured."""
        value = self.line.measure.value
        return "—" if value is None else f"{value:.2%}"

    @property
    def counted(self) -> str:
        """The two numbers behind the share."""
        measure = self.line.measure
        return f"{measure.part:g} / {measure.whole:g}" if measure.whole else _("没有数据")

    @property
    def points(self) -> str:
        """Of the weight; a dash where it is left out."""
        return "—" if self.line.points is None else f"{self.line.points:.1f}"

    @property
    def span(self) -> str:
        """From which value to which the points run."""
        return f"{self.criterion.zero:.0%} → {self.criterion.full:.0%}"

    @property
    def veto(self) -> str:
        """What fails the whole."""
        if self.criterion.veto is None:
            return ""
        sign = "<" if self.criterion.is_more_better else ">"
        return f"{sign} {self.criterion.veto:.0%}"

    @property
    def evidence(self) -> str:
        """The page that shows what was counted; blank where the reader may not open it."""
        name, permission = EVIDENCE[self.criterion.measure]
        if not self.reader.has_perm(permission, Place(self.division_code)):
            return ""
        return f"{reverse(name)}?division={self.division_code}"


@dataclass(frozen=True)
class ScoreView:
    """A score to read: what pulls it down comes first."""

    score: Score
    division_code: str
    reader: User

    @property
    def total(self) -> str:
        """Out of 100."""
        return f"{self.score.total:.1f}"

    @property
    def advice(self) -> str:
        """What the figures alone say."""
        return str(ADVICE[self.score.advice])

    @property
    def lines(self) -> list[LineView]:
        """Vetoes first, then by points lost."""
        ordered = sorted(self.score.lines, key=lambda line: (not line.is_vetoing, -line.lost))
        return [LineView(line, self.division_code, self.reader) for line in ordered]

    @property
    def vetoes(self) -> list[LineView]:
        """What fails the whole."""
        return [line for line in self.lines if line.line.is_vetoing]

    @property
    def criteria(self) -> Criteria:
        """What it was scored by."""
        return self.score.criteria


def pack_score(pack: AcceptancePack, reader: User) -> ScoreView:
    """What the pack has kept: nothing is counted again."""
    criteria = criteria_read(pack.criteria)
    by_id = {criterion.id: criterion for criterion in criteria.lines}
    lines = tuple(_line(by_id[kept["id"]], kept) for kept in pack.score["lines"])
    return ScoreView(Score(lines, float(pack.score["total"]), criteria), pack.division_code, reader)


def _line(criterion: Criterion, kept: dict[str, Any]) -> ScoreLine:
    points = None if kept["points"] is None else float(kept["points"])
    measure = Measure(float(kept["part"]), float(kept["whole"]))
    return ScoreLine(criterion, measure, points, kept["vetoes"])
