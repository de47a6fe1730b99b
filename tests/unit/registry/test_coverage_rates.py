"""Rates from blocks: the interval covers the truth as often as it says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.coverage_rates import exact_interval, rate
from registry.sampling import draw_order

BLOCKS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=30
)


@given(BLOCKS)
def test_the_share_lies_inside_its_interval(blocks):
    found = rate(blocks)
    if found.value is None:
        assert not sum(n for _e, n in blocks)
        return
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("events", "number", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (10, 10, 0.6915, 1.0),
        (3, 100, 0.0062, 0.0852),
    ],
)
def test_exact_intervals_of_the_tables(events, number, low, high):
    """Values of Clopper and Pearson's charts, as printed in textbooks."""
    found = exact_interval(events, number)
    assert found == pytest.approx((low, high), abs=1e-4)


def test_units_that_resemble_each_other_tell_less():
    even = rate([(1, 20)] * 10)
    clustered = rate([(10, 20)] + [(0, 20)] * 9)
    assert even.value == clustered.value == pytest.approx(0.05)
    assert clustered.high > even.high


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """2,000 samples of 30 blocks from a clustered population with a known rate."""
    random.seed(20171231)
    population = []
    for _ in range(3000):
        size, risk = random.randint(5, 40), random.betavariate(0.6, 19.4)
        population.append((sum(random.random() < risk for _unit in range(size)), size))
    truth = sum(e for e, _n in population) / sum(n for _e, n in population)
    covered = 0
    for _ in range(2000):
        found = rate(random.sample(population, 30))
        covered += found.low <= truth <= found.high
    assert covered / 2000 > 0.93


def test_anybody_repeats_the_draw():
    codes = [f"33010610900{n}00" for n in range(10)]
    first = draw_order("2018-05-10", codes)
    assert first == draw_order("2018-05-10", reversed(codes))
    assert first != draw_order("2018-05-11", codes)
    assert sorted(first) == codes


def test_every_area_is_drawn_equally_often():
    """Chi-square over 20 areas and 4,000 seeds: below the 99.9 % point of 19 degrees of freedom."""
    codes = [f"{n:014d}" for n in range(20)]
    seen = dict.fromkeys(codes, 0)
    for seed in range(4000):
        seen[draw_order(str(seed), codes)[0]] += 1
    assert sum((count - 200) ** 2 / 200 for count in seen.values()) < 43.82
