"""The tables of GB/T 2828.1: code letters, arrows, acceptance numbers, as printed."""

from __future__ import annotations

import pytest

from review.quality.acceptance import tables
from review.quality.plan import plan_of

TABLES = tables("gbt2828_1")


@pytest.mark.parametrize(
    ("size", "level", "aql", "letter", "number", "accepted"),
    [
        (8, "II", "6.5", "A", 2, 0),
        (51, "II", "1.0", "E", 13, 0),
        (100, "II", "1.0", "E", 13, 0),  # F: arrow up
        (200, "II", "1.0", "H", 50, 1),  # G: arrow down
        (500, "II", "2.5", "H", 50, 3),
        (1200, "II", "4.0", "J", 80, 7),
        (3200, "II", "4.0", "K", 125, 10),
        (10_000, "II", "0.65", "L", 200, 3),
        (10_001, "II", "0.65", "M", 315, 5),
        (150_001, "II", "1.0", "P", 800, 14),
        (600_000, "II", "4.0", "M", 315, 21),  # Q: arrow up
        (3_000_000, "S-3", "4.0", "H", 50, 5),
        (3_000_000, "S-4", "1.0", "K", 125, 3),
        (90, "I", "2.5", "C", 5, 0),
        (90, "III", "2.5", "F", 20, 1),
    ],
)
def test_the_plan_of_a_lot_is_the_one_of_the_standard(size, level, aql, letter, number, accepted):
    plan = TABLES.plan(size, level=level, aql=aql)
    assert (plan.letter, plan.sample_size, plan.acceptance_number) == (letter, number, accepted)
    assert plan.rejection_number == accepted + 1
    assert plan.accepts(accepted)
    assert not plan.accepts(accepted + 1)


def test_a_sample_as_large_as_the_lot_is_the_whole_lot():
    plan = TABLES.plan(10, level="II", aql="1.0")  # the arrow leads to 13
    assert (plan.sample_size, plan.is_whole, plan.acceptance_number) == (10, True, 0)


def test_every_lot_of_every_level_has_a_plan():
    """No arrow leads out of the table, and a larger lot never gets a smaller sample."""
    for level in TABLES.code_letters:
        for aql in TABLES.acceptance:
            sizes = [
                TABLES.plan(size, level=level, aql=aql).sample_size
                for size in (2, *(lot for lot in TABLES.lots), 4_000_000)
            ]
            assert all(n >= 1 for n in sizes)
            whole = TABLES.plan(4_000_000, level=level, aql=aql)
            assert whole.sample_size == TABLES.sample_sizes[whole.letter]


def test_a_form_fails_by_a_key_item_or_by_the_share_of_the_others():
    plan = plan_of("nps2")
    assert plan.is_nonconforming(key_errors=1, other_errors=0, other_checked=40)
    assert not plan.is_nonconforming(key_errors=0, other_errors=2, other_checked=40)
    assert plan.is_nonconforming(key_errors=0, other_errors=3, other_checked=40)


def test_the_key_items_of_the_plan_are_items_of_their_forms():
    from instruments.evaluation.definition import Definition
    from tests.factories.submission import official

    plan = plan_of("nps2")
    named = {**plan.data["key_items"], **plan.data["item_tolerances"]}
    measures = {m["form"]: [m["item"]] for m in plan.data["size"].values()}
    for form, slugs in [*named.items(), *measures.items()]:
        if form == "default":
            continue
        known = Definition.from_dict(official(form)).items_by_slug
        assert set(slugs) <= set(known), form
        assert not any(known[slug].derived for slug in slugs), "what is derived is not compared"
