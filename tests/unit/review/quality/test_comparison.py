"""Two answers to the same form: tolerances by type, rows that have no common key."""

from __future__ import annotations

import pytest

from instruments.evaluation.definition import Definition
from review.quality.comparison import compare, is_same
from review.quality.plan import plan_of
from tests.factories.case import FORM_A, _item, _label

PLAN = plan_of("nps2")
TYPES = Definition.from_dict(
    {
        **FORM_A,
        "groups": [],
        "rules": [],
        "sections": [
            {
                "id": "s",
                "title": _label("s"),
                "items": [
                    _item("amount", "decimal", digits=14, scale=2),
                    _item("count", "integer"),
                    _item("place", "coordinate"),
                    _item("day", "date"),
                    _item("name", "text"),
                    _item("yes", "yes_no"),
                ],
            }
        ],
    }
).items_by_slug
FORM = Definition.from_dict(FORM_A)


@pytest.mark.parametrize(
    ("item", "first", "own", "same"),
    [
        ("amount", "1000", "1000.00", True),
        ("amount", "1000", "1010", True),
        ("amount", "1000", "1010.11", False),
        ("amount", "0", "0.01", False),
        ("amount", "1000", "", False),
        ("amount", "0", "", False),
        ("amount", "many", "1000", False),
        ("count", "100", "101", False),
        ("place", "120°12′33.25″", "120°12′36.25″", True),
        ("place", "120°12′33.25″", "120°12′37″", False),
        ("day", "2017-12-31", "2017-12-30", False),
        ("name", "甲厂（东）", "甲厂(东)", True),
        ("name", "甲厂", "乙厂", False),
        ("yes", "1", "2", False),
    ],
)
def test_two_answers_agree_within_the_tolerance_of_their_type(item, first, own, same):
    assert is_same(TYPES[item], first, own, PLAN, "A1") is same


def answers(values, **rows):
    return {"values": values, "rows": rows}


def test_every_cell_that_either_answered_is_compared():
    found = compare(
        FORM,
        answers({"hours": "4800", "note": "x", "output": "10"}),
        answers({"hours": "4800", "has_water": "1", "output": "11"}),
        PLAN,
    )
    assert [(one.path, one.is_same) for one in found] == [
        ("hours", True),
        ("has_water", False),
        ("note", False),
        ("output", False),
    ]


def test_rows_are_paired_by_what_agrees_and_a_missing_row_differs_whole():
    first = answers(
        {"kilns/a1/fuel": "5", "kilns/a1/kiln_hours": "100", "kilns/b1/fuel": "7"},
        kilns=["a1", "b1"],
    )
    own = answers(
        {
            "kilns/x/fuel": "7",
            "kilns/y/fuel": "5",
            "kilns/y/kiln_hours": "900",
            "kilns/z/fuel": "3",
        },
        kilns=["x", "y", "z"],
    )
    found = {one.path: (one.first, one.own, one.is_same) for one in compare(FORM, first, own, PLAN)}
    assert found == {
        "kilns/a1/fuel": ("5", "5", True),
        "kilns/a1/kiln_hours": ("100", "900", False),
        "kilns/b1/fuel": ("7", "7", True),
        "kilns/z/fuel": ("", "3", False),
    }
