"""Many units of one filler with one and the same value where units normally differ."""

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy import stats

from review.interference.observations import Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.statistics import Ints

UNITS_AT_LEAST = 8
EQUAL_AT_LEAST = 5
POOL_AT_LEAST = 30  # values of other people
ALIKE_AT_MOST = 0.02  # chance that two units of others agree: above, values repeat by nature
MARGIN = 3.0  # so many times the others' frequency is still unremarkable


class EqualValues(Signal):
    """For each person: the value that most of the units share, in every field that differs."""

    name = "equal_values"
    title = _("多个单位同一数值")
    explanation = _(
        "在各单位通常互不相同的指标上，同一人填报的多个单位填了同一个数值。与其他人填同一数值的频率"
        "（放宽到三倍）比较，二项检验，并按指标和数值的个数校正。"
    )
    honest_causes = _("同一集团统一核定的数；同一村按同一定额；计量单位使数值很短。")
    sentence = _(
        "指标“%(field)s”：%(units)s 个单位中 %(events)s 个填 %(number)s（%(share)s），其他人极少填此值"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """A person's smallest chance over the fields, times the number of values looked at."""
        values = observed.values
        usable = np.flatnonzero(values.number != 0)
        best: dict[int, tuple[float, Ints, int]] = {}
        looked: dict[int, int] = {}
        for _field, rows in rows_by(values.item[usable]).items():
            self._field(observed, usable[rows], best, looked)
        return [self._tested(observed, who, best.get(who), times) for who, times in looked.items()]

    def _field(
        self,
        observed: Observations,
        rows: Ints,
        best: dict[int, tuple[float, Ints, int]],
        looked: dict[int, int],
    ) -> None:
        values = observed.values
        # one row a case: the rows of a repeat group are not independent of each other
        _cases, first = np.unique(values.case[rows], return_index=True)
        rows = rows[np.sort(first)]
        if len(rows) < POOL_AT_LEAST + UNITS_AT_LEAST:
            return
        numbers, code = np.unique(values.number[rows], return_inverse=True)
        whole = np.bincount(code, minlength=len(numbers))
        total_squares = float((whole**2).sum())
        for who, own in rows_by(values.person[rows]).items():
            pool = len(rows) - len(own)
            if len(own) < UNITS_AT_LEAST or pool < POOL_AT_LEAST:
                continue
            found, counts = np.unique(code[own], return_counts=True)
            others = whole[found] - counts
            # of the others: the squares of all, with this person's own values taken out again
            squares = total_squares + float((others**2 - whole[found] ** 2).sum())
            if squares > ALIKE_AT_MOST * pool**2:
                continue
            looked[who] = looked.get(who, 0) + len(found)
            chance = stats.binom.sf(
                counts - 1, len(own), np.minimum(MARGIN * (others + 1) / (pool + 1), 1.0)
            )
            chance[counts < EQUAL_AT_LEAST] = 1.0
            least = int(np.argmin(chance))
            if float(chance[least]) < best.get(who, (1.0,))[0]:
                same = rows[own[code[own] == found[least]]]
                best[who] = (float(chance[least]), same, len(own))

    def _tested(
        self,
        observed: Observations,
        who: int,
        found: tuple[float, Ints, int] | None,
        times: int,
    ) -> Tested:
        if found is None:
            return Tested(str(who), 1.0, times, {}, is_large=False)
        chance, rows, units = found
        values = observed.values
        return Tested(
            subject=str(who),
            chance=min(chance * times, 1.0),
            size=units,
            figures={
                "field": observed.items[int(values.item[rows[0]])],
                "number": f"{values.number[rows[0]]:.15g}",
                "units": units,
                "events": len(rows),
                "share": share(len(rows), units),
            },
            facts=lambda: first_facts(
                [
                    Fact(int(case), {"number": f"{values.number[rows[0]]:.15g}"})
                    for case in values.case[rows]
                ]
            ),
        )
