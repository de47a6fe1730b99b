"""People who correct submitted numbers in one direction only."""

from functools import partial

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.interference.observations import Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.signals.directions import moves
from review.interference.statistics import excess_over_peers, ints

CASES_AT_LEAST = 8


class OnlyDownward(Signal):
    """For each person: of the cases corrected after their first submission, how many went down."""

    name = "only_downward"
    title = _("更正只减不增")
    explanation = _(
        "提交以后的更正，每份表看一次总方向（符号检验），与其他填报人比较。诚实的更正有增有减，"
        "几乎只减的更正值得核实。"
    )
    honest_causes = _("把千克误作吨之类的错误，更正总是变小；只负责某一类容易多报的对象。")
    sentence = _(
        "更正过数值的普查表 %(cases)s 份，其中减少 %(events)s 份（%(share)s），其他人为 %(peers)s"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """One-sided; the base rate is that of the others, and at least one half."""
        case, person, _at, ratio = moves(observed.corrections)
        if not len(case):
            return []
        seen = rows_by(person)
        directions: dict[int, list[tuple[int, int]]] = {}
        for who, rows in seen.items():
            cases, place = np.unique(case[rows], return_inverse=True)
            net = np.zeros(len(cases))
            np.add.at(net, place, np.sign(ratio[rows]))
            told = [(int(c), int(n)) for c, n in zip(cases, np.sign(net), strict=True) if n]
            if len(told) >= CASES_AT_LEAST:
                directions[who] = told
        people = list(directions)
        trials = ints([len(directions[p]) for p in people])
        events = ints([sum(n < 0 for _c, n in directions[p]) for p in people])
        chances, peers = excess_over_peers(events, trials)
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=int(trials[number]),
                figures={
                    "cases": int(trials[number]),
                    "events": int(events[number]),
                    "share": share(events[number], trials[number]),
                    "peers": share(peers.share, 1),
                },
                is_large=bool(events[number] >= 0.75 * trials[number]),
                facts=partial(_facts, directions[who]),
            )
            for number, who in enumerate(people)
        ]


def _facts(told: list[tuple[int, int]]) -> list[Fact]:
    return first_facts([Fact(case) for case, net in told if net < 0])
