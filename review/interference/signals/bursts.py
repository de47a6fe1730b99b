"""Submissions in the night, at the last moment, or many in one hour."""

from functools import partial

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.interference.observations import DAY, HOUR, Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.statistics import Floats, Ints, excess_in_logs, excess_over_peers, ints

DAYS_AT_LEAST = 6
SUBMITTED_AT_LEAST = 20
BURST_AT_LEAST = 10
NIGHT_FROM, NIGHT_TO = 22, 6


class NightWork(Signal):
    """For each person: on how many working days forms were submitted between 22:00 and 6:00."""

    name = "night_work"
    title = _("夜间集中提交")
    explanation = _(
        "在 22 时至次日 6 时有提交的工作日，占此人全部提交日的比例，与其他填报人比较。按天计，"
        "一夜提交多份只算一次。"
    )
    honest_causes = _("企业夜班人员自己填报；白天入户、晚上补录；网络白天拥堵。")
    sentence = _("%(days)s 个提交日中 %(events)s 天在夜间提交（%(share)s），其他人为 %(peers)s")

    def test(self, observed: Observations) -> list[Tested]:
        """Against the peers' share of nights."""
        submitted = observed.submitted
        night = _is_night(submitted.local)
        # the small hours belong to the evening before
        day = ((submitted.local - NIGHT_TO * HOUR) // DAY).astype(np.int64)
        seen = rows_by(submitted.person)
        days = {p: _days(day[rows], night[rows]) for p, rows in seen.items()}
        people = [p for p, (all_days, _n) in days.items() if all_days >= DAYS_AT_LEAST]
        trials, events = ints([days[p][0] for p in people]), ints([days[p][1] for p in people])
        chances, peers = excess_over_peers(events, trials)
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=int(trials[number]),
                figures={
                    "days": int(trials[number]),
                    "events": int(events[number]),
                    "share": share(events[number], trials[number]),
                    "peers": share(peers.share, 1),
                },
                is_large=bool(events[number] >= 3 and events[number] >= 0.3 * trials[number]),
                facts=partial(_facts, observed, seen[who][night[seen[who]]]),
            )
            for number, who in enumerate(people)
        ]


class Burst(Signal):
    """For each person: the most submissions in any one hour, as a share of what is usual."""

    name = "burst"
    title = _("短时间突击提交")
    explanation = _(
        "任意连续一小时内提交最多的份数，与其他填报人的同一数字比较（对数尺度）。截止前普遍的忙碌人人都有，"
        "远多于旁人的突击值得核实。"
    )
    honest_causes = _("先填好、最后一起提交；离线填报后一次同步；用工作簿成批导入。")
    sentence = _("一小时内提交 %(events)s 份（共 %(cases)s 份），其他人的中位数为 %(peers)s 份")

    def test(self, observed: Observations) -> list[Tested]:
        """Robust, in logarithms."""
        submitted = observed.submitted
        seen = rows_by(submitted.person)
        people = [p for p, rows in seen.items() if len(rows) >= SUBMITTED_AT_LEAST]
        busiest = {p: _busiest_hour(submitted.local, seen[p]) for p in people}
        numbers = np.asarray([float(len(busiest[p])) for p in people])
        chances = excess_in_logs(numbers)
        usual = float(np.median(numbers)) if people else 0.0
        return [
            Tested(
                subject=str(who),
                chance=float(chances[number]),
                size=len(seen[who]),
                figures={
                    "events": len(busiest[who]),
                    "cases": len(seen[who]),
                    "peers": f"{usual:g}",
                },
                is_large=len(busiest[who]) >= max(BURST_AT_LEAST, 2 * usual),
                facts=partial(_facts, observed, busiest[who]),
            )
            for number, who in enumerate(people)
        ]


class LastDay(Signal):
    """For each person: how much of the work was submitted in the last 24 hours."""

    name = "last_day"
    title = _("截止前一天集中提交")
    explanation = _("截止前最后 24 小时提交的份数占此人全部提交的比例，与其他填报人比较。")
    honest_causes = _("普查对象到最后才提供资料；中途接手的人员；任务下达得晚。")
    sentence = _("%(cases)s 份中 %(events)s 份在最后 24 小时提交（%(share)s），其他人为 %(peers)s")

    def test(self, observed: Observations) -> list[Tested]:
        """Against the peers' share of the last day."""
        submitted = observed.submitted
        due = submitted.due > 0
        last = due & (submitted.local >= submitted.due - DAY) & (submitted.local < submitted.due)
        seen = rows_by(submitted.person)
        people = [p for p, rows in seen.items() if due[rows].sum() >= SUBMITTED_AT_LEAST]
        trials = ints([int(due[seen[p]].sum()) for p in people])
        events = ints([int(last[seen[p]].sum()) for p in people])
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
                is_large=bool(events[number] >= 0.5 * trials[number]),
                facts=partial(_facts, observed, seen[who][last[seen[who]]]),
            )
            for number, who in enumerate(people)
        ]


def _is_night(local: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    hour = (local % DAY) // HOUR
    night: np.ndarray[tuple[int], np.dtype[np.bool_]] = (hour >= NIGHT_FROM) | (hour < NIGHT_TO)
    return night


def _days(day: Ints, night: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int]:
    return len(np.unique(day)), len(np.unique(day[night]))


def _busiest_hour(local: Floats, rows: Ints) -> Ints:
    """The rows of the fullest hour."""
    rows = rows[np.argsort(local[rows], kind="stable")]
    times = local[rows]
    ends = np.searchsorted(times, times + HOUR)
    start = int(np.argmax(ends - np.arange(len(times))))
    return rows[start : ends[start]]


def _facts(observed: Observations, rows: Ints) -> list[Fact]:
    submitted = observed.submitted
    return first_facts(
        [Fact(int(submitted.case[r]), {"local": float(submitted.local[r])}) for r in rows]
    )
