"""The tests that the signals share. Numbers only: no database, no clock, no chance.

People differ from each other without anybody doing wrong. A test against one rate for all calls
many of them conspicuous; these tests measure how much honest people differ, from the people
themselves, and ask who lies outside of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# With fewer comparable people nothing is said: how much they differ cannot be known.
PEERS_AT_LEAST = 8
_ODD = 0.002  # who lies so far outside is left out when the others are measured
_ROUNDS = 6
_FLAT = 0.005  # people differ by at least so much (intra-class correlation)
_LOG_SPREAD = 0.25  # and by at least so much in the logarithm of a time
_HEAVY_TAIL = 10.0  # degrees of freedom of the t distribution of times


def ints(values: Sequence[int] = ()) -> Ints:
    """A column of whole numbers."""
    return np.asarray(values, dtype=np.int64)


def floats(values: Sequence[float] = ()) -> Floats:
    """A column of numbers."""
    return np.asarray(values, dtype=np.float64)


@dataclass(frozen=True)
class Fit:
    """A beta-binomial of the peers: their mean share, and how much they differ (0 to 1)."""

    share: float
    correlation: float

    @property
    def shape(self) -> tuple[float, float]:
        """The two parameters of the beta distribution."""
        size = 1 / self.correlation - 1
        return self.share * size, (1 - self.share) * size


def peers_fit(events: Ints, trials: Ints) -> Fit:
    """By moments (Kleinman 1973), the difference between people taken at its upper end.

    The moments of few people say little about how much people differ, so the estimate is raised
    by its own relative error, the square root of 2 ÷ (people - 1).
    """
    people, total = len(trials), float(trials.sum())
    share = (float(events.sum()) + 0.5) / (total + 1)
    variance = share * (1 - share)
    spread = float((trials * (events / trials - share) ** 2).sum())
    expected = variance * (people - 1)
    scale = variance * (total - float((trials.astype(float) ** 2).sum()) / total - (people - 1))
    correlation = (spread - expected) / scale if scale > 0 else 0.0
    raised = max(correlation, 0.0) * (1 + (2 / max(people - 1, 1)) ** 0.5)
    return Fit(share, min(max(raised, _FLAT), 0.9))


def excess_over_peers(events: Ints, trials: Ints) -> tuple[Floats, Fit]:
    """The chance that an honest person has at least so many events; and the peers' fit.

    Asked against a beta-binomial of the people without those that lie far outside: measured from
    the middle eight tenths first, then from everybody whom that does not call odd. Ones everywhere
    where there are too few people.
    """
    ones = np.ones(len(trials))
    if len(trials) < PEERS_AT_LEAST:
        return ones, Fit(0.5, _FLAT)
    rates = events / trials
    low, high = np.quantile(rates, [0.1, 0.9])
    kept = (rates >= low) & (rates <= high)
    for _round in range(_ROUNDS):
        fit = peers_fit(events[kept], trials[kept])
        above = stats.betabinom.sf(events - 1, trials, *fit.shape)
        below = stats.betabinom.cdf(events, trials, *fit.shape)
        still = np.minimum(above, below) > _ODD
        if still.sum() < PEERS_AT_LEAST or (still == kept).all():
            break
        kept = still
    return np.clip(above, 0.0, 1.0), fit


def excess_in_logs(values: Floats) -> Floats:
    """The chance that an honest person's positive figure lies so far above the others'.

    Times and bursts of honest people are about log-normal; the middle and the spread are the
    median and the scaled median deviation, which those far outside cannot move.
    """
    if len(values) < PEERS_AT_LEAST:
        return np.ones(len(values))
    logs = np.log(values)
    middle = np.median(logs)
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), _LOG_SPREAD)
    raised = spread * (1 + (2 / (len(values) - 1)) ** 0.5)
    chance: Floats = stats.t.sf((logs - middle) / raised, _HEAVY_TAIL)
    return chance


def fit_to_shares(counts: Ints, shares: Floats, *, seed: int, draws: int = 4000) -> Floats:
    """Pearson's chi-square of each row of counts against given shares: chances.

    Where an expected count is below 5 the chi-square distribution does not hold: the chance is
    counted from seeded multinomial draws (Hope 1968). Rows that all differ from the shares are
    people who differ: the statistics are divided by their median over the one expected (genomic
    control, Devlin and Roeder 1999), so that only rows beyond the rest remain.
    """
    totals = counts.sum(axis=1)
    expected = totals[:, None] * shares[None, :]
    figures = ((counts - expected) ** 2 / expected).sum(axis=1)
    freedom = len(shares) - 1
    chances: Floats = stats.chi2.sf(figures, freedom)
    generator = np.random.default_rng(seed)
    for row in np.flatnonzero(expected.min(axis=1) < 5):
        drawn = generator.multinomial(int(totals[row]), shares, size=draws)
        simulated = ((drawn - expected[row]) ** 2 / expected[row]).sum(axis=1)
        chances[row] = (1 + int((simulated >= figures[row] - 1e-9).sum())) / (draws + 1)
    if len(counts) < PEERS_AT_LEAST:
        return np.ones(len(counts))
    as_figures = stats.chi2.isf(np.clip(chances, 1e-300, 1.0), freedom)
    inflation = max(float(np.median(as_figures)) / float(stats.chi2.median(freedom)), 1.0)
    controlled: Floats = stats.chi2.sf(as_figures / inflation, freedom)
    return controlled


def false_discovery(chances: Floats) -> Floats:
    """Benjamini and Hochberg (1995): the share of false alarms among everything up to here."""
    if not len(chances):
        return chances
    adjusted: Floats = stats.false_discovery_control(np.clip(chances, 0.0, 1.0))
    return adjusted
