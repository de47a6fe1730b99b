"""The shared tests against known values, and against people who differ honestly."""

from __future__ import annotations

import numpy as np
from scipy import stats

from review.interference.statistics import (
    excess_in_logs,
    excess_over_peers,
    false_discovery,
    fit_to_shares,
    peers_fit,
)


def test_too_few_people_are_never_judged():
    few = np.asarray([0, 1, 30])
    assert (excess_over_peers(few, np.full(3, 30))[0] == 1).all()
    assert (excess_in_logs(np.asarray([1.0, 1.0, 900.0])) == 1).all()
    assert (fit_to_shares(np.eye(3, dtype=int) * 90, np.full(3, 1 / 3), seed=1) == 1).all()


def test_people_who_differ_are_measured_and_one_far_outside_does_not_hide_himself():
    rng = np.random.default_rng(5)
    trials = np.full(60, 40)
    events = rng.binomial(trials, rng.beta(4, 6, 60))
    fit = peers_fit(events, trials)
    assert 0.35 < fit.share < 0.45
    assert 0.05 < fit.correlation < 0.16  # of Beta(4, 6): 1 / 11, taken at its upper end
    events[:3] = 40
    chances, robust = excess_over_peers(events, trials)
    assert (chances[:3] < 0.001).all()
    assert robust.share < 0.45
    assert (chances[3:] > 0.001).all()


def test_chances_of_honest_people_are_not_smaller_than_even_ones():
    rng = np.random.default_rng(11)
    small = 0
    for _round in range(40):
        trials = rng.integers(10, 60, 50)
        chances, _fit = excess_over_peers(rng.binomial(trials, rng.beta(3, 7, 50)), trials)
        small += int((chances < 0.01).sum())
    assert small <= 0.015 * 40 * 50


def test_a_small_sample_is_judged_by_drawing_and_agrees_with_the_exact_multinomial():
    shares = np.full(4, 0.25)
    counts = np.tile([3, 3, 3, 3], (9, 1))
    counts[0] = [12, 0, 0, 0]
    chances = fit_to_shares(counts, shares, seed=1)
    # all twelve in one of four cells: 4 × 0.25¹² is far below what 4,000 draws can show
    assert chances[0] <= 2 / 4_001
    assert (chances[1:] > 0.9).all()


def test_a_departure_that_everybody_shares_flags_nobody():
    rng = np.random.default_rng(3)
    uneven = np.asarray([0.2, 0.15, 0.1, 0.1, 0.1, 0.1, 0.15, 0.1])
    counts = rng.multinomial(400, uneven, size=40)
    assert stats.chisquare(counts[0]).pvalue < 0.01
    assert fit_to_shares(counts, np.full(8, 1 / 8), seed=1).min() > 1e-3


def test_a_time_far_from_the_others_is_improbable():
    usual = np.exp(np.random.default_rng(2).normal(2, 0.3, 40))
    chances = excess_in_logs(np.append(usual, np.exp(6.0)))
    assert chances[-1] < 1e-4
    assert np.median(chances) > 0.3


def test_false_discoveries_are_those_of_benjamini_and_hochberg():
    chances = np.asarray([0.001, 0.008, 0.039, 0.041, 0.9])
    assert np.allclose(false_discovery(chances), [0.005, 0.02, 0.05125, 0.05125, 0.9])
    assert len(false_discovery(np.asarray([]))) == 0
