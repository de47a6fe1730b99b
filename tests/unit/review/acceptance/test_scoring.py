"""Points by hand: straight between two values, left out or nothing, and the veto."""

from __future__ import annotations

import pytest

from review.acceptance.criteria_files import Criterion, criteria_of, criteria_read
from review.acceptance.measures import EVIDENCE, MEASURES
from review.acceptance.scoring import Measure, points_of, score


def line(**more) -> dict:
    return {
        "id": "a",
        "measure": "filled",
        "weight": 10,
        "zero": 0.8,
        "full": 1.0,
        "title": {"zh": "甲", "en": "A"},
        **more,
    }


def criteria(*lines: dict, **more):
    return criteria_read(
        {
            "exercise": "nps2",
            "version": 1,
            "basis": "",
            "pass_at": 80,
            "rectify_at": 60,
            "criteria": list(lines),
            **more,
        }
    )


@pytest.mark.parametrize(
    ("zero", "full", "value", "points"),
    [
        (0.8, 1.0, 0.8, 0.0),
        (0.8, 1.0, 0.9, 5.0),
        (0.8, 1.0, 1.0, 10.0),
        (0.8, 1.0, 0.1, 0.0),
        (0.05, 0.0, 0.01, 8.0),
        (0.05, 0.0, 0.2, 0.0),
        (0.3, 0.02, 0.0, 10.0),
    ],
)
def test_points_run_straight_between_two_values(zero, full, value, points):
    one = Criterion(**line(zero=zero, full=full))
    assert points_of(one, value) == pytest.approx(points)


def test_a_total_is_over_the_weights_that_count():
    given = criteria(
        line(),
        line(id="b", measure="returned", weight=30, zero=0.4, full=0.0, missing="leave_out"),
        line(id="c", measure="approved", weight=10, missing="zero"),
    )
    found = score(given, {"filled": Measure(9, 10)})
    # 5 of 10 earned; nothing measured of the last: 0 of 10; the middle one is left out
    assert found.total == pytest.approx(100 * 5 / 20)
    assert [one.points for one in found.lines] == [pytest.approx(5), None, 0.0]
    assert found.advice == "fail"
    measured = score(
        given,
        {"filled": Measure(10, 10), "returned": Measure(1, 10), "approved": Measure(99, 100)},
    )
    assert measured.total == pytest.approx((10 + 22.5 + 9.5) / 50 * 100)
    assert measured.advice == "pass"


@pytest.mark.parametrize(
    ("veto", "zero", "full", "part", "vetoes"),
    [
        (0.95, 0.8, 1.0, 94, True),
        (0.95, 0.8, 1.0, 95, False),
        (0.02, 0.05, 0.0, 3, True),
        (0.02, 0.05, 0.0, 2, False),
    ],
)
def test_a_veto_fails_the_whole_whatever_the_total(veto, zero, full, part, vetoes):
    given = criteria(
        line(veto=veto, zero=zero, full=full, weight=1), line(id="b", measure="on_time", weight=99)
    )
    found = score(given, {"filled": Measure(part, 100), "on_time": Measure(1, 1)})
    assert bool(found.vetoes) == vetoes
    assert found.total >= 99
    assert found.advice == ("fail" if vetoes else "pass")


def test_what_was_not_measured_vetoes_nothing():
    assert not score(criteria(line(veto=0.95)), {}).vetoes


def test_the_criteria_of_the_census_name_measures_that_exist_and_add_up():
    found = criteria_of("nps2")
    assert found is not None
    assert {one.measure for one in found.lines} == {*MEASURES, "intact"} == set(EVIDENCE)
    assert sum(one.weight for one in found.lines) == 100

    assert len({one.id for one in found.lines}) == len(found.lines)
    assert all(one.zero != one.full for one in found.lines)
    assert len(found.hash) == 64
    changed = {**found.raw, "pass_at": 81}
    assert criteria_read(changed).hash != found.hash
    assert criteria_of("another exercise") == found
