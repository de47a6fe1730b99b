"""Numbers that crowd just under a limit."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from scipy import stats

from review.interference.observations import Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share

LIMITS_PATH = Path(__file__).resolve().parent.parent / "limits.yaml"
NEAR, FAR = 0.10, 0.30  # of the limit: the window that is judged, and the one around it
NEAR_AT_LEAST, AROUND_AT_LEAST = 12, 20


@dataclass(frozen=True)
class Limit:
    """A figure of law or of a standard that is better kept under, and the item it is about."""

    name: str
    field: str
    value: float
    title: dict[str, str]
    source: str


@cache
def limits() -> tuple[Limit, ...]:
    """Those of `limits.yaml`, in order."""
    rows: list[dict[str, Any]] = yaml.safe_load(LIMITS_PATH.read_text(encoding="utf-8"))
    return tuple(
        Limit(row["name"], row["field"], float(row["value"]), row["title"], row["source"])
        for row in rows
    )


def limit_title(name: str) -> str:
    """In the reader's language; the name where the file no longer has it."""
    language = "en" if get_language() == "en" else "zh"
    found = next((limit for limit in limits() if limit.name == name), None)
    return found.title[language] if found else name


class UnderLimit(Signal):
    """For each county and limit: more numbers just under it than the slope around it explains."""

    name = "under_limit"
    title = _("紧贴限值以下")
    explanation = _(
        "数值在限值以下一成之内与以上一成之内的个数，按限值两侧一成至三成的走势推算应有的比例，"
        "作二项检验（密度跳跃检验）。恰好等于限值的算在以上。"
    )
    honest_causes = _("治理设施按限值设计运行；超标的已被关停；监测仪器在限值处封顶。")
    sentence = _(
        "%(limit)s：限值以下 10%% 内 %(events)s 个，以上 10%% 内 %(above)s 个"
        "（按走势以下应占 %(peers)s，实占 %(share)s）"
    )
    subject_kind = "county"

    def test(self, observed: Observations) -> list[Tested]:
        """One binomial test a county and limit."""
        values = observed.values
        found = []
        for limit in limits():
            if limit.field not in observed.items:
                continue
            rows = np.flatnonzero(values.item == list(observed.items).index(limit.field))
            near = np.abs(values.number[rows] / limit.value - 1) <= FAR
            rows = rows[near]
            codes = np.asarray([int(observed.county.get(int(c), "0")) for c in values.case[rows]])
            for county, own in rows_by(codes.astype(np.int64)).items():
                tested = self._tested(observed, limit, f"{county:06d}", rows[own])
                if tested is not None:
                    found.append(tested)
        return found

    def _tested(
        self, observed: Observations, limit: Limit, county: str, rows: Any
    ) -> Tested | None:
        ratio = observed.values.number[rows] / limit.value
        under = (ratio < 1) & (ratio >= 1 - NEAR)
        above = (ratio >= 1) & (ratio < 1 + NEAR)
        outer_low, outer_high = int((ratio < 1 - NEAR).sum()), int((ratio >= 1 + NEAR).sum())
        events, beyond = int(under.sum()), int(above.sum())
        if events + beyond < NEAR_AT_LEAST or outer_low + outer_high < AROUND_AT_LEAST:
            return None
        # The outer windows are twice as wide and lie 0.4 of the limit apart, middle to middle; the
        # inner ones 0.1: a quarter of the slope of the logarithm of the density.
        slope = np.log((outer_low + 1) / (outer_high + 1)) / 4
        # the slope is an estimate: its standard error, twice, goes in the county's favour
        slope += 2 * (1 / (outer_low + 1) + 1 / (outer_high + 1)) ** 0.5 / 4
        expected = float(1 / (1 + np.exp(-max(slope, 0.0))))
        chance = float(stats.binom.sf(events - 1, events + beyond, expected))
        return Tested(
            subject=f"{county}/{limit.name}",
            chance=chance,
            size=events + beyond,
            figures={
                "limit": limit.name,
                "events": events,
                "above": beyond,
                "share": share(events, events + beyond),
                "peers": share(expected, 1),
            },
            is_large=events >= 0.7 * (events + beyond),
            facts=lambda: first_facts(
                [
                    Fact(
                        int(observed.values.case[row]),
                        {"number": f"{observed.values.number[row]:.15g}"},
                    )
                    for row in rows[under]
                ]
            ),
        )
