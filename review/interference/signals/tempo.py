"""Typing faster than a form can be read, and approving faster than it can be looked at."""

from functools import partial

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.interference.observations import Decisions, Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.statistics import (
    Floats,
    Ints,
    excess_in_logs,
    excess_over_peers,
    ints,
)

CELLS_AT_LEAST = 60
GAP_AT_MOST = 300.0  # seconds; a longer pause is not typing
SECONDS_A_CELL = 2.0  # reading a label and typing a number takes longer
APPROVALS_AT_LEAST = 20
APPROVAL_AT_LEAST = 5.0  # seconds that opening a form and pressing a button take
READING_A_CELL = 0.15  # seconds


class FastTyping(Signal):
    """For each person: the mean time of a cell, in logarithms, against the others'."""

    name = "fast_typing"
    title = _("填得比读得快")
    explanation = _(
        "连续两次保存之间的时间，按改动的格数折算成每格秒数（取几何平均，停顿超过五分钟的不算，"
        "工作簿导入和自动核算不算），与其他填报人比较。比看清指标名称还快，像是照抄或编造。"
    )
    honest_causes = _("离线填好后一次同步；从整理好的底稿录入；表格大部分重复上年。")
    sentence = _("%(cells)s 格平均每格 %(seconds)s 秒，其他人的中位数为 %(peers)s 秒")

    def test(self, observed: Observations) -> list[Tested]:
        """Robust, in logarithms; fast is small, so the figure is turned over."""
        saves = observed.saves
        same = (saves.case[1:] == saves.case[:-1]) & (saves.person[1:] == saves.person[:-1])
        gap = saves.at[1:] - saves.at[:-1]
        used = np.flatnonzero(same & (gap > 0) & (gap <= GAP_AT_MOST) & (saves.cells[1:] > 0)) + 1
        seconds = (saves.at[used] - saves.at[used - 1]) / saves.cells[used]
        seen = {
            p: rows
            for p, rows in rows_by(saves.person[used]).items()
            if saves.cells[used][rows].sum() >= CELLS_AT_LEAST
        }
        people = list(seen)
        means = np.asarray([float(np.exp(np.log(seconds[seen[p]]).mean())) for p in people])
        chances = excess_in_logs(1 / means) if people else means
        usual = float(np.median(means)) if people else 0.0
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=int(saves.cells[used][seen[who]].sum()),
                figures={
                    "cells": int(saves.cells[used][seen[who]].sum()),
                    "seconds": f"{means[number]:.1f}",
                    "peers": f"{usual:.1f}",
                },
                is_large=bool(means[number] < SECONDS_A_CELL),
                facts=partial(_typed, saves.case[used[seen[who]]], seconds[seen[who]]),
            )
            for number, who in enumerate(people)
        ]


class FastApproval(Signal):
    """For each reviewer: how many approvals came sooner than the form could be looked at."""

    name = "fast_approval"
    title = _("审得比看得快")
    explanation = _(
        "逐份审核通过时，距此人上一次审核的秒数少于看一眼所需（每格 0.15 秒，至少 5 秒）的份数，"
        "与其他审核人比较。整批通过是有预览的另一种审核，不在此列。"
    )
    honest_causes = _("先在别的窗口看过再逐一点通过；表格很短；复审只看改动的几格。")
    sentence = _(
        "逐份通过 %(approvals)s 份，其中 %(events)s 份来不及看（%(share)s），其他人为 %(peers)s"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """Against the peers' share of hasty approvals."""
        decisions = observed.decisions
        needed = np.maximum(decisions.cells * READING_A_CELL, APPROVAL_AT_LEAST)
        hasty = decisions.seconds < needed
        seen = rows_by(decisions.person)
        people = [p for p, rows in seen.items() if len(rows) >= APPROVALS_AT_LEAST]
        trials = ints([len(seen[p]) for p in people])
        events = ints([int(hasty[seen[p]].sum()) for p in people])
        chances, peers = excess_over_peers(events, trials)
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=int(trials[number]),
                figures={
                    "approvals": int(trials[number]),
                    "events": int(events[number]),
                    "share": share(events[number], trials[number]),
                    "peers": share(peers.share, 1),
                },
                is_large=bool(events[number] >= 0.3 * trials[number]),
                facts=partial(_approved, decisions, seen[who][hasty[seen[who]]]),
            )
            for number, who in enumerate(people)
        ]


def _typed(cases: Ints, seconds: Floats) -> list[Fact]:
    """Case by case, the mean time of a cell."""
    return first_facts(
        [
            Fact(case, {"seconds": f"{seconds[at].mean():.1f}", "cells": len(at)})
            for case, at in rows_by(cases).items()
        ]
    )


def _approved(decisions: Decisions, rows: Ints) -> list[Fact]:
    return first_facts(
        [
            Fact(
                int(decisions.case[row]),
                {"seconds": f"{decisions.seconds[row]:.1f}", "cells": int(decisions.cells[row])},
            )
            for row in rows
        ]
    )
