"""What a form looks like on a page: controls, options, marks, findings in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from instruments.codelist_values import CodeListValues
from submissions.models import EditFailure, ItemQuery
from submissions.presenters.blocks import Mark
from submissions.presenters.form import READ, FormPresenter
from submissions.presenters.grid import format_sentence
from submissions.presenters.items import COMBOBOX, MULTIPLE, SELECT, TEXT, ItemView, localised
from tests.factories.case import FORM_A

COLOURS = CodeListValues(
    "COLOUR",
    "颜色",
    "h",
    ({"code": "1", "label": "红<b>", "label_en": "red"}, {"code": "2", "label": "蓝"}),
)
LONG = CodeListValues("LONG", "长", "h", tuple({"code": str(n), "label": "项"} for n in range(99)))


def item(kind: str, codelist=None, **more) -> ItemView:
    data = {"slug": "x", "code": "01", "label": {"zh": "名", "en": "name"}, "type": kind, **more}
    if codelist is not None:
        data["codelist"] = codelist.name
    return ItemView(data, "", codelist)


def failure(kind="rule", severity="hard", cells=("hours",), **more) -> EditFailure:
    return EditFailure(
        **{
            "pk": more.pop("pk", 1),
            "rule_id": "A1-R01",
            "kind": kind,
            "severity": severity,
            "cells": list(cells),
            "message_zh": "不对",
            "message_en": "wrong",
            **more,
        }
    )


def form(values=None, rows=None, **more) -> FormPresenter:
    answers = {"values": values or {}, "rows": rows or {}}
    return FormPresenter(FORM_A, answers, **more)


@pytest.mark.parametrize(
    ("view", "control"),
    [
        (item("yes_no"), SELECT),
        (item("choice", COLOURS), SELECT),
        (item("choice", LONG), COMBOBOX),
        (item("multi_choice", COLOURS), MULTIPLE),
        (item("choice"), TEXT),
        (item("decimal"), TEXT),
    ],
)
def test_control_follows_the_type_and_the_length_of_the_list(view, control):
    assert view.control == control


def test_options_are_escaped_and_the_value_is_chosen():
    html = item("choice", COLOURS).options("1")
    assert '<option value="1" selected>1 红&lt;b&gt;</option>' in html
    assert item("choice", COLOURS).options("").count("selected") == 0


def test_value_outside_the_list_is_kept_as_an_option():
    html = item("choice", COLOURS).options('9"')
    assert '<option value="9&quot;" selected>' in html
    assert "不在代码表中" in html


def test_coded_values_are_put_in_words():
    assert item("yes_no").described("2") == "否"
    assert item("yes_no").described("7") == ""
    assert item("multi_choice", COLOURS).described("1,2,9") == "红<b>、蓝"
    assert item("choice").described("1") == ""
    assert item("choice", COLOURS).described("") == ""


def test_english_reader_gets_english_where_there_is_any():
    with translation.override("en"):
        assert localised({"zh": "甲", "en": "A"}) == "A"
        assert localised({"zh": "甲", "en": ""}) == "甲"
        assert item("choice", COLOURS).described("1") == "red"
    assert localised(None) == ""


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (item("decimal"), 'inputmode="decimal"'),
        (item("phone"), 'inputmode="text"'),
        (item("date"), 'placeholder="2018-03-05"'),
        (item("multi_choice", COLOURS), 'data-list="COLOUR"'),
        (item("choice", LONG), 'data-list="LONG"'),
    ],
)
def test_text_controls_say_what_they_take(view, text):
    assert text in view.attributes


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (item("decimal", scale=2), "数字，最多 2 位小数"),
        (item("text", max_length=9), "最多 9 个字符"),
        (item("date"), "日期，如 2018-03-05"),
        (item("phone"), ""),
    ],
)
def test_help_says_how_an_item_is_written(view, sentence):
    assert format_sentence(view) == sentence


def test_section_counts_what_is_filled_missing_and_wrong():
    failures = [
        failure(cells=["hours", "output"]),
        failure("required", cells=["has_water"], pk=2),
        failure(severity="soft", cells=["output"], pk=3),
        failure(severity="soft", cells=["output"], explanation="新增生产线", pk=4),
    ]
    section = form({"hours": "1", "output": "2"}, failures=failures).sections[0]
    assert (section.filled, section.missing, section.hard, section.soft) == (2, 1, 1, 1)
    assert section.css == "hard"


@pytest.mark.parametrize(
    ("failures", "values", "css"),
    [
        ([], {}, "off"),
        ([], {"hours": "1"}, "good"),
        ([failure("required", cells=["hours"])], {}, "soft"),
    ],
)
def test_section_has_a_colour(failures, values, css):
    assert form(values, failures=failures).sections[0].css == css


def test_repeats_stand_in_columns_with_their_numbers():
    presenter = form({"kilns/bbbbbbbb/fuel": "7"}, {"kilns": ["aaaaaaaa", "bbbbbbbb"]})
    block = presenter.blocks[1]
    assert [head.label for head in block.heads] == ["炉窑 1", "炉窑 2"]
    assert [cell.value for cell in block.parts[0].lines[0].cells] == ["", "7"]
    assert presenter.place("kilns/bbbbbbbb/fuel") == "fuel fuel（炉窑 2）"
    assert presenter.place("nothing") == "nothing"
    assert presenter.place("kilns/cccccccc/fuel") == "fuel fuel"
    assert block.is_full is False
    assert form({}, {"kilns": ["a", "b", "c"]}).blocks[1].is_full


def test_sections_of_one_group_make_one_table_under_the_groups_name():
    extra = {**FORM_A["sections"][1], "id": "s3"}
    definition = {**FORM_A, "sections": [*FORM_A["sections"], extra]}
    blocks = FormPresenter(definition, {"values": {}, "rows": {}}).blocks
    assert [len(block.sections) for block in blocks] == [1, 2]
    assert blocks[1].title == "炉窑"
    assert blocks[1].span == 3


def test_many_narrow_items_stand_in_two_halves():
    items = [
        {"slug": f"n{n}", "code": str(n), "label": {"zh": "数"}, "type": "decimal", "unit": "吨"}
        for n in range(9)
    ]
    section = {"id": "s", "title": {"zh": "节"}, "items": items}
    definition = {"code": "H1", "title": {"zh": "表"}, "sections": [section]}
    view = FormPresenter(definition, {"values": {}, "rows": {}}).sections[0]
    assert [len(half) for half in view.halves] == [5, 4]
    assert view.has_units


def test_marks_show_the_value_before_with_its_words():
    marks = {"has_water": Mark(is_changed=True, before="1"), "hours": Mark(is_changed=True)}
    cells = {c.path: c for c in form(mode=READ, marks=marks).sections[0].cells}
    assert cells["has_water"].before_described == "1 是"
    assert cells["hours"].before_described == ""
    assert cells["note"].before_described == ""


def test_finding_is_said_in_the_readers_language_and_named_by_its_state():
    presenter = form(
        failures=[
            failure(),
            failure(severity="soft", pk=2),
            failure(severity="soft", explanation="新增", pk=3),
            failure("required", pk=4),
        ]
    )
    assert [f.severity_name for f in presenter.findings] == ["错误", "待说明", "已说明", "必填"]
    assert [f.pk for f in presenter.blanks] == [4]
    with translation.override("en"):
        assert presenter.findings[0].message == "wrong"
    assert failure(cells=[]).cells == []
    empty = form(failures=[failure(cells=[])]).findings[0]
    assert (empty.first_cell, empty.first_code) == ("", "")


def test_question_about_the_whole_form_stands_apart():
    queries = [ItemQuery(cell="", text="整表"), ItemQuery(cell="hours", text="工时")]
    presenter = form(queries=queries)
    assert [q.text for q in presenter.form_queries] == ["整表"]
    cells = {c.path: c for c in presenter.sections[0].cells}
    assert [q.text for q in cells["hours"].queries] == ["工时"]


def test_a_coordinate_is_read_in_degrees_minutes_and_seconds_however_it_was_typed():
    from submissions.presenters.items import ItemView

    item = ItemView({"slug": "longitude", "type": "coordinate"}, "")
    assert item.read("120 5 40.5") == "120°05′40.50″"
    assert item.read("一百二十度") == "一百二十度"
    assert item.read("") == ""
    assert ItemView({"slug": "output", "type": "decimal"}, "").read("1234.5") == "1234.5"
