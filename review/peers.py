"""A form's numbers beside those of its peers: same industry and size, as far as there are enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from review.models import PeerStatistic
from submissions.models import Case
from submissions.models.case import SIZE_UNKNOWN

# From so many units on the ends of the distribution are told; they would point at single units before.
ENDS_AT_LEAST = 20
POINTS = (("p5", 5), ("p25", 25), ("median", 50), ("p75", 75), ("p95", 95))


@dataclass(frozen=True)
class PeerLine:
    """One number of the form beside its peers."""

    item: str
    value: float
    statistic: PeerStatistic

    @property
    def has_ends(self) -> bool:
        """Whether there are enough peers to tell more than the middle."""
        return self.statistic.unit_count >= ENDS_AT_LEAST

    @property
    def place(self) -> int | None:
        """About which percentile the unit stands at: 0 below p5, 100 above p95, else in between."""
        if not self.has_ends:
            return None
        points = [(getattr(self.statistic, name), at) for name, at in POINTS]
        if self.value < points[0][0]:
            return 0
        if self.value > points[-1][0]:
            return 100
        for (low, from_), (high, to) in pairwise(points):
            if self.value <= high:
                share = (self.value - low) / (high - low) if high > low else 0.5
                return round(from_ + (to - from_) * share)
        return 100

    @property
    def is_outside(self) -> bool:
        """Below p5 or above p95: worth a look, and no finding."""
        return self.place in {0, 100}

    @property
    def place_words(self) -> str:
        """The place in words."""
        place = self.place
        if place is None:
            return ""
        if place == 0:
            return _("低于 P5")
        if place == 100:
            return _("高于 P95")
        return f"P{place}"


def peers_of(case: Case, answers: Mapping[str, str]) -> list[PeerLine]:
    """The numbers of a form for which there are peers, farthest out first. One query.

    The narrowest peers of which there are `ENDS_AT_LEAST`: the class of the industry with the
    size, its group with the size, its division with the size, then the same without the size;
    where none has as many, the narrowest there is tells its middle. `case` comes with its unit.
    """
    industry = (case.unit.industry_codes or [""])[0]
    if len(industry) != 4:
        return []
    size = "" if case.unit_size == SIZE_UNKNOWN else str(case.unit_size)
    widths = [industry, industry[:3], industry[:2]]
    order = [(code, one) for one in dict.fromkeys((size, "")) for code in widths]
    found: dict[str, dict[tuple[str, str], PeerStatistic]] = defaultdict(dict)
    for statistic in PeerStatistic.objects.filter(
        exercise_id=case.exercise_id,
        form_code=case.form_code,
        industry__in=widths,
        size__in={size, ""},
    ):
        found[statistic.item][statistic.industry, statistic.size] = statistic
    lines = []
    for item, by_peers in found.items():
        value = _number(answers.get(item, ""))
        peers = [by_peers[key] for key in order if key in by_peers]
        if value is not None and peers:
            enough = (one for one in peers if one.unit_count >= ENDS_AT_LEAST)
            lines.append(PeerLine(item, value, next(enough, peers[0])))
    return sorted(lines, key=lambda line: (-_distance(line), line.item))


def _distance(line: PeerLine) -> int:
    return 0 if line.place is None else abs(line.place - 50)


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
