"""Digits that nature does not write: too many round numbers, favourite digits, Benford's law."""

from functools import partial

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.interference.observations import Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.statistics import (
    PEERS_AT_LEAST,
    Floats,
    Ints,
    excess_over_peers,
    fit_to_shares,
    ints,
)

CASES_AT_LEAST = 8
ROUND_AT_LEAST = 60  # numbers
LAST_AT_LEAST = 80  # numbers whose last digit is neither 0 nor 5
FIRST_AT_LEAST = 100
BENFORD: Floats = np.log10(1 + 1 / np.arange(1, 10))
ROUND_DIGITS = (0, 5)
OTHER_DIGITS = (1, 2, 3, 4, 6, 7, 8, 9)
SEED = 20171231


class RoundNumbers(Signal):
    """For each person: how many numbers end in 0 or 5."""

    name = "round_numbers"
    title = _("整数过多")
    explanation = _(
        "10 以上的数值中以 0 或 5 结尾的比例，与其他填报人比较。人人都会取整，比旁人多得多的取整像是估填。"
    )
    honest_causes = _("按票据取整；产能和额定值本来就是整数；对象规模小、只有估计数。")
    sentence = _(
        "%(numbers)s 个数值中 %(events)s 个以 0 或 5 结尾（%(share)s），其他人为 %(peers)s"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """Against the peers' share, which differs from person to person."""
        values = observed.values
        long = np.flatnonzero(values.last_digit >= 0)
        is_round = np.isin(values.last_digit, ROUND_DIGITS)
        seen = _with_cases(observed, long, ROUND_AT_LEAST)
        people = list(seen)
        trials = ints([len(seen[p]) for p in people])
        events = ints([int(is_round[seen[p]].sum()) for p in people])
        chances, peers = excess_over_peers(events, trials)
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=int(trials[number]),
                figures={
                    "numbers": int(trials[number]),
                    "events": int(events[number]),
                    "share": share(events[number], trials[number]),
                    "peers": share(peers.share, 1),
                },
                is_large=bool(events[number] >= 0.5 * trials[number]),
                facts=partial(_facts, observed, seen[who][is_round[seen[who]]]),
            )
            for number, who in enumerate(people)
        ]


class LastDigits(Signal):
    """For each person: whether the last digits that are not round fall evenly."""

    name = "last_digits"
    title = _("末位数字偏好")
    explanation = _(
        "去掉以 0 和 5 结尾的，末位数字应当大致均匀。卡方检验；期望不足 5 时用固定种子的蒙特卡罗法；"
        "并按全体填报人的普遍偏离校正。编数字的人常偏爱几个数字。"
    )
    honest_causes = _("数值由别的数乘除而来；仪表最小刻度为 2；同一张表的合计与分项相同。")
    sentence = _(
        "%(numbers)s 个非整数末位中，“%(digit)s”占 %(share)s（均匀时为 12.5%%），卡方概率 %(chance)s"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """Against evenness, beyond how uneven everybody is."""
        digits = observed.values.last_digit
        others = np.flatnonzero((digits >= 0) & ~np.isin(digits, ROUND_DIGITS))
        seen = _with_cases(observed, others, LAST_AT_LEAST)
        even = np.full(len(OTHER_DIGITS), 1 / len(OTHER_DIGITS))
        return _fitted(observed, seen, digits, OTHER_DIGITS, even)


class FirstDigits(Signal):
    """For each person: whether the first digits follow Benford's law as the others' do."""

    name = "first_digits"
    title = _("首位数字异常")
    explanation = _(
        "跨越几个数量级的数值，首位数字应大致服从本福特分布。卡方检验，"
        "并按全体填报人的普遍偏离校正。"
    )
    honest_causes = _("对象规模相近；某行业产量集中在一个数量级；法定起点使小数值缺失。")
    sentence = _("%(numbers)s 个数值中首位“%(digit)s”占 %(share)s，卡方概率 %(chance)s")

    def test(self, observed: Observations) -> list[Tested]:
        """Against the law, beyond how far everybody departs from it."""
        values = observed.values
        positive = np.flatnonzero(values.number > 0)
        exponent = np.floor(np.log10(values.number[positive]) + 1e-12)
        first = np.zeros(len(values.number), dtype=np.int64)
        first[positive] = np.clip(values.number[positive] // 10.0**exponent, 1, 9)
        seen = _with_cases(observed, positive, FIRST_AT_LEAST)
        return _fitted(observed, seen, first, tuple(range(1, 10)), BENFORD)


def _fitted(
    observed: Observations,
    seen: dict[int, Ints],
    digits: Ints,
    wanted: tuple[int, ...],
    shares: Floats,
) -> list[Tested]:
    people = list(seen)
    if len(people) < PEERS_AT_LEAST:
        return []
    counts = np.asarray([[int((digits[seen[p]] == d).sum()) for d in wanted] for p in people])
    chances = fit_to_shares(counts, shares, seed=SEED)
    found = []
    for number, who in enumerate(people):
        total = int(counts[number].sum())
        most = int(np.argmax(counts[number] - total * shares))
        rows = seen[who][digits[seen[who]] == wanted[most]]
        found.append(
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=total,
                figures={
                    "numbers": total,
                    "digit": wanted[most],
                    "share": share(counts[number][most], total),
                    "chance": f"{chances[number]:.1e}",
                },
                is_large=bool(counts[number][most] >= 1.4 * total * shares[most]),
                facts=partial(_facts, observed, rows),
            )
        )
    return found


def _with_cases(observed: Observations, rows: Ints, at_least: int) -> dict[int, Ints]:
    """Person → rows, for those with enough numbers out of enough cases."""
    values = observed.values
    return {
        who: rows[own]
        for who, own in rows_by(values.person[rows]).items()
        if len(own) >= at_least and len(np.unique(values.case[rows[own]])) >= CASES_AT_LEAST
    }


def _facts(observed: Observations, rows: Ints) -> list[Fact]:
    values = observed.values
    return first_facts(
        [
            Fact(
                int(values.case[row]),
                {
                    "field": observed.items[int(values.item[row])],
                    "number": f"{values.number[row]:.15g}",
                },
            )
            for row in rows[:60]
        ]
    )
