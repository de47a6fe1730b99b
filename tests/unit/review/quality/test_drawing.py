"""The draw: exact strata, equal chances, the same list for everybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from review.quality.allocation import allocate
from review.quality.drawing import FrameLine, draw, draw_digest, frame_digest, seed_of
from review.quality.plan import plan_of

PLAN = plan_of("nps2")
LOT = "form/330106000000/industrial"
SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1)


def lines(old: int, added: int = 0, lot: str = LOT) -> list[FrameLine]:
    rows = [("large/old", old // 5), ("small/old", old - old // 5), ("small/added", added)]
    return [
        FrameLine(f"U{stratum[0]}{stratum[-3:]}{n:05d}/G102", f"R{n}", "0" * 64, lot, stratum)
        for stratum, number in rows
        for n in range(number)
    ]


@given(SIZES, st.integers(0, 800))
def test_the_sample_is_divided_exactly(sizes, total):
    found = allocate(sizes, total)
    assert set(found) == set(sizes)
    assert all(1 <= found[name] <= sizes[name] for name in sizes)
    wanted = max(len(sizes), min(total, sum(sizes.values())))
    assert sum(found.values()) == wanted


@given(SIZES, st.integers(60, 800))
def test_strata_are_drawn_in_proportion(sizes, total):
    """By largest remainders no stratum is off its quota by a whole unit, beyond the one it is given."""
    found = allocate(sizes, total)
    everything = sum(sizes.values()) - len(sizes)
    rest = min(total, sum(sizes.values())) - len(sizes)
    for name, size in sizes.items():
        quota = 1 + (rest * (size - 1) / everything if everything else 0)
        assert abs(found[name] - quota) < 1 + 1e-9


def test_every_stratum_of_a_lot_is_drawn_and_what_was_added_apart():
    (lot,) = draw(lines(900, added=20), seed="s", level="county", plan=PLAN)
    assert (lot.size, lot.letter, lot.acceptance_number, lot.aql) == (920, "J", 7, "4.0")
    drawn = Counter(stratum for _code, stratum in lot.codes)
    assert {name: numbers[1] for name, numbers in lot.strata.items()} == drawn
    assert sum(drawn.values()) == 80
    assert drawn["small/added"] >= PLAN.number("added_at_least")
    assert drawn["small/old"] > drawn["large/old"] > drawn["small/added"]


def test_units_that_left_are_drawn_by_themselves_and_none_may_be_there():
    left = [FrameLine(f"U{n}", "", "", "removed/330106000000/", "closed") for n in range(40)]
    lot = draw(left, seed="s", level="county", plan=PLAN)[0]
    assert (len(lot.codes), lot.acceptance_number, lot.unit_kind) == (3, 0, "")


def test_anybody_draws_the_same_list():
    frame = lines(300, added=5)
    first = draw(frame, seed="s", level="county", plan=PLAN)
    assert draw_digest(first) == draw_digest(
        draw(reversed(frame), seed="s", level="county", plan=PLAN)
    )
    assert draw_digest(first) != draw_digest(draw(frame, seed="t", level="county", plan=PLAN))


def test_every_form_of_a_stratum_is_drawn_equally_often():
    """Chi-square over 40 forms of a stratum and 400 seeds: below the 99.9 % point of 39 degrees.

    Variances are those of draws without replacement: n·p·(1 - p) a form, times N ÷ (N - 1).
    """
    frame = lines(50)
    seen: Counter[str] = Counter()
    number = 0
    for seed in range(400):
        (lot,) = draw(frame, seed=seed_of("f", "双色球", str(seed)), level="county", plan=PLAN)
        number = lot.strata["small/old"][1]
        seen.update(code for code, stratum in lot.codes if stratum == "small/old")
    share = number / 40
    variance = 400 * share * (1 - share) * 40 / 39
    assert sum((seen[code] - 400 * share) ** 2 for code in seen) / variance < 72.06
    assert len(seen) == 40


def test_a_line_that_changes_changes_the_digest():
    frame = lines(30)
    digest = frame_digest(frame)
    assert digest == frame_digest([FrameLine.read(line.text()) for line in frame])
    other = replace(frame[0], receipt="X")
    for changed in (frame[:-1], [*frame[1:], frame[0]], [other, *frame[1:]]):
        assert frame_digest(changed) != digest
