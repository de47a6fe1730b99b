"""A cell as HTML: escaped, named, with what was known before beside it."""

import pytest

from submissions.presenters.blocks import Cell, Mark
from submissions.presenters.cell_html import cell_html, ratio_of
from submissions.presenters.items import ItemView

EVIL = '"><script>alert(1)</script>'


def item(**fields):
    label = {"zh": "取水量", "en": "Water"}
    return ItemView(
        {"slug": "water", "code": "01", "label": label, "type": "decimal", **fields}, ""
    )


@pytest.mark.parametrize("is_fill", [True, False])
def test_nothing_typed_becomes_markup(is_fill):
    cell = Cell(
        item(type="text"),
        f"g/{EVIL}/water",
        EVIL,
        EVIL,
        mark=Mark(is_changed=True, before=EVIL),
        is_derived=True,
        earlier=[{"source": "exercise", "name": EVIL, "value": EVIL}],
    )
    html = cell_html(cell, is_fill=is_fill, case_id=7)
    assert "<script" not in html
    assert "/cases/7/basis/?cell=g/%22%3E" in html


def test_a_figure_far_from_the_one_before_is_marked():
    far = [{"source": "exercise", "name": "一普", "value": "10"}]
    html = cell_html(Cell(item(), "water", "30", earlier=far), is_fill=False, case_id=1)
    assert "一普 10" in html
    assert "tag-soft" in html
    near = cell_html(Cell(item(), "water", "11", earlier=far), is_fill=False, case_id=1)
    assert "tag-soft" not in near
    assert "1.1" in near


@pytest.mark.parametrize(
    ("now", "before", "ratio"),
    [("3", "2", 1.5), ("", "2", None), ("3", "0", None), ("x", "1", None)],
)
def test_a_ratio_that_says_nothing_is_none(now, before, ratio):
    assert ratio_of(now, before) == ratio


def test_a_value_that_is_no_number_has_no_length_limit_lost():
    assert 'maxlength="2000"' in cell_html(
        Cell(item(type="text"), "water", ""), is_fill=True, case_id=1
    )
    assert "maxlength" not in cell_html(Cell(item(), "water", ""), is_fill=True, case_id=1)


def test_a_cell_without_a_case_has_no_way_to_its_basis():
    html = cell_html(Cell(item(), "water", "1", is_derived=True), is_fill=True, case_id=None)
    assert "derived-mark" not in html
