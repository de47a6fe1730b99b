"""Each signal against people whose truth is known: honest ones are left alone, planted ones found."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from benchmarks.interference_world import Plan, World, world_make
from review.interference.ranking import FALSE_DISCOVERIES, outcome_of, signal_flag
from review.interference.signals import SIGNALS

HONEST_SEEDS = range(4)
UNITS = 1_200
# The share of planted subjects that must be found at full strength. Rounding and bursts are habits
# in which honest people differ so much that only the extreme stand out.
FOUND_AT_LEAST = {
    "round_numbers": 0.3,
    "burst": 0.3,
    "only_downward": 0.3,
    "night_work": 0.5,
    "fast_typing": 0.5,
}
ids = {"ids": lambda signal: signal.name}


@cache
def honest(seed: int) -> World:
    return world_make(UNITS, Plan(), seed=seed)


@pytest.mark.parametrize("signal", SIGNALS, **ids)
def test_honest_people_are_flagged_no_more_often_than_the_signal_says(signal):
    flagged = judged = 0
    for seed in HONEST_SEEDS:
        found, number = signal_flag(signal, honest(seed).observed, FALSE_DISCOVERIES)
        flagged += len(found)
        judged += number
    assert judged >= 10, "the world must give the signal something to judge"
    assert flagged <= signal.false_alarms_at_most * judged


@pytest.mark.parametrize("signal", SIGNALS, **ids)
def test_planted_interference_is_found_and_explained(signal):
    found_in_all = planted_in_all = 0
    for seed in (101, 102):
        world = world_make(UNITS, Plan((signal.name,), share=0.08), seed=seed)
        flagged, _judged = signal_flag(signal, world.observed, FALSE_DISCOVERIES)
        guilty = world.guilty[signal.name]
        found_in_all += sum(one.tested.subject in guilty for one in flagged)
        planted_in_all += len(guilty)
        for one in flagged:
            assert str(signal.sentence) % {"direction": "", "field": "", **one.tested.figures}
            facts = one.tested.facts()
            assert facts
            assert len(facts) <= 30
    assert found_in_all >= FOUND_AT_LEAST.get(signal.name, 0.7) * planted_in_all


def test_the_same_observations_give_the_same_ranked_list():
    world = world_make(UNITS, Plan(("copies", "equal_values", "fast_typing")), seed=7)
    first, second = outcome_of(world.observed), outcome_of(world.observed)

    def told(outcome):
        return [(one.signal.name, one.tested.subject, one.adjusted) for one in outcome.flagged]

    assert told(first) == told(second)
    levels = [one.adjusted for one in first.flagged]
    assert levels == sorted(levels)
    assert Counter(one.signal.name for one in first.flagged).keys() >= {"copies", "fast_typing"}


def test_nothing_is_said_of_an_empty_or_tiny_division():
    from review.interference.observations import Observations

    assert outcome_of(Observations()).flagged == []
    few = world_make(60, Plan(), seed=1)
    small = np.isin(few.observed.values.person, [1, 2, 3])
    assert small.any()
    assert outcome_of(few.observed).flagged == []
