"""Forms of one filler that repeat another one row by row."""

from collections.abc import Iterator

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy import stats

from review.interference.observations import Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by
from review.interference.statistics import Ints

CELLS_AT_LEAST = 6
EQUAL_AT_LEAST = 5
EQUAL_SHARE = 0.6
COMMON_AT_MOST = 0.02  # a value this frequent says nothing about copying


class Copies(Signal):
    """For each person: pairs of forms whose distinctive cells agree."""

    name = "copies"
    title = _("单位之间照抄")
    explanation = _(
        "同一人填报的两份同类普查表，逐格比较：只看少有人填的数值（不足全体的百分之二），"
        "相同的格数按各格自然相同的概率作二项检验，再乘以比较过的对数。"
    )
    honest_causes = _("同一企业的两个厂区按比例分摊；同一设备的重复登记；同型号设施。")
    sentence = _(
        "有 %(pairs)s 对普查表少见数值雷同；最像的一对可比 %(cells)s 格，相同 %(events)s 格"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """The smallest chance of a pair, times the pairs that were compared."""
        frequency = _frequencies(observed)
        found = []
        for who, rows in rows_by(observed.values.person).items():
            cases, place = np.unique(observed.values.case[rows], return_inverse=True)
            if len(cases) < 2:
                continue
            cells = np.bincount(place)
            pairs = list(_pairs(observed, rows, place, frequency, cells))
            compared = len(cases) * (len(cases) - 1) // 2
            found.append(self._tested(who, cases, pairs, compared))
        return found

    def _tested(
        self, who: int, cases: Ints, pairs: list[tuple[float, int, int, int, int]], compared: int
    ) -> Tested:
        if not pairs:
            return Tested(str(who), 1.0, compared, {}, is_large=False)
        pairs.sort()
        chance, _one, _other, equal, cells = pairs[0]
        return Tested(
            subject=str(who),
            chance=min(chance * compared, 1.0),
            size=compared,
            figures={"pairs": len(pairs), "events": equal, "cells": cells},
            facts=lambda: first_facts(
                [
                    Fact(
                        int(cases[one]),
                        {"other_case": int(cases[other]), "equal": same, "cells": all_cells},
                    )
                    for _chance, one, other, same, all_cells in pairs
                ]
            ),
        )


def _frequencies(observed: Observations) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of each row: the share of the cases with this field that have this very value."""
    values = observed.values
    if not len(values.case):
        return np.zeros(0)
    _numbers, code = np.unique(values.number, return_inverse=True)
    key = values.item * (int(code.max()) + 1) + code
    _keys, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    per_field = np.bincount(values.item)
    frequency: np.ndarray[tuple[int], np.dtype[np.float64]] = counts[place] / per_field[values.item]
    return frequency


def _pairs(
    observed: Observations,
    rows: Ints,
    place: Ints,
    frequency: np.ndarray[tuple[int], np.dtype[np.float64]],
    cells: Ints,
) -> Iterator[tuple[float, int, int, int, int]]:
    """Pairs of a person's cases that agree in enough distinctive cells: chance, both, equal, all.

    Only values that the person used at least twice can make a pair: an inverted index of those.
    """
    values = observed.values
    telling = (frequency[rows] <= COMMON_AT_MOST) | (values.number[rows] >= 1000)
    telling &= values.number[rows] != 0
    distinct = np.bincount(place[telling], minlength=len(cells))
    _numbers, code = np.unique(values.number[rows], return_inverse=True)
    key = values.item[rows] * (int(code.max()) + 1) + code
    count: dict[tuple[int, int], int] = {}
    for _key, same in rows_by(key[telling]).items():
        holders = np.unique(place[telling][same])
        if len(holders) < 2 or len(holders) > 200:
            continue
        for index, one in enumerate(holders):
            for other in holders[index + 1 :]:
                pair = (int(one), int(other))
                count[pair] = count.get(pair, 0) + 1
    for (one, other), equal in count.items():
        comparable = int(min(distinct[one], distinct[other]))
        if comparable < CELLS_AT_LEAST or equal < max(EQUAL_AT_LEAST, EQUAL_SHARE * comparable):
            continue
        chance = float(stats.binom.sf(equal - 1, comparable, 3 * COMMON_AT_MOST))
        yield chance, one, other, equal, comparable
