"""Weighted rates: their value, and an interval that covers the truth as often as it says."""

from __future__ import annotations

import random

import pytest

from registry.coverage_rates import exact_interval
from review.quality.rates import Counted, Stratum, rates_by, stratified_rate


def test_strata_weigh_what_they_stand_for():
    """A tenth of the large and a hundredth of the small were checked."""
    found = stratified_rate(
        [Stratum(100, [Counted(1, 10)] * 10), Stratum(1000, [Counted(0, 10)] * 10)]
    )
    assert found.value == pytest.approx(0.1 * 100 / 1100)
    assert (found.events, found.total, found.blocks) == (10, 200, 20)
    assert found.low < found.value < found.high


def test_no_error_at_all_has_the_exact_upper_end():
    found = stratified_rate([Stratum(50, [Counted(0, 1)] * 20)])
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(exact_interval(0, 20)[1])
    assert stratified_rate([Stratum(50, [Counted(1, 1)] * 20)]).high == 1


def test_errors_in_one_form_tell_less_than_errors_in_many():
    even = stratified_rate([Stratum(200, [Counted(1, 20)] * 10)])
    heaped = stratified_rate([Stratum(200, [Counted(10, 20)] + [Counted(0, 20)] * 9)])
    assert even.value == heaped.value == pytest.approx(0.05)
    assert heaped.high > even.high


def test_nothing_checked_has_no_rate():
    assert stratified_rate([]).value is None
    assert stratified_rate([Stratum(5, []), Stratum(3, [Counted(0, 0)])]).value is None


def test_strata_of_one_form_are_put_together():
    single = stratified_rate([Stratum(4, [Counted(1, 10)]), Stratum(5, [Counted(0, 10)])])
    assert single.low < single.value < single.high
    alone = stratified_rate([Stratum(4, [Counted(1, 10)])])
    assert 0 < alone.low < 0.1 < alone.high


def test_a_key_counts_where_it_was_checked():
    found = rates_by(
        [(10, [{"a": Counted(1, 2)}, {"b": Counted(0, 3)}]), (20, [{"a": Counted(0, 2)}])]
    )
    assert found["a"].value == pytest.approx(5 / 50)
    assert (found["b"].value, found["b"].total) == (0, 3)


@pytest.mark.parametrize(("risk", "items"), [((0.8, 30), 12), ((0.3, 10), 40), ((2, 20), 1)])
def test_the_interval_covers_the_truth_as_often_as_it_says(risk, items):
    """1,200 stratified samples of forms whose errors are heaped, from known populations."""
    chance = random.Random(20171231)
    population = []
    for size, factor in ((400, 1.0), (1600, 0.6), (60, 2.0)):
        forms = []
        for _form in range(size):
            share = min(1.0, factor * chance.betavariate(*risk))
            forms.append(Counted(sum(chance.random() < share for _i in range(items)), items))
        population.append(forms)
    truth = sum(f.errors for s in population for f in s) / sum(
        f.checked for s in population for f in s
    )
    covered = 0
    for _sample in range(1200):
        found = stratified_rate(
            [
                Stratum(len(forms), chance.sample(forms, number))
                for forms, number in zip(population, (15, 35, 5), strict=True)
            ]
        )
        covered += found.low <= truth <= found.high
    assert covered / 1200 > 0.935
