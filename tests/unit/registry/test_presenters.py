"""What a unit's page shows of the register."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from registry.presenters import UnitFacts, history_lines
from registry.selectors import lookalikes, unit_get_visible, unit_history
from registry.services import unit_amend
from registry.unit_data import data_of
from tests.factories.unit import credit_code_make, unit_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(divisions, enumerator):
    unit = unit_make(
        number=3,
        name="甲厂",
        former_name="旧厂",
        organisation_code=credit_code_make(3)[8:17],
        longitude=Decimal("120.5"),
        latitude=Decimal("30.5"),
        industry_codes=("1752", "3011"),
        site_suffix="01",
    )
    data = replace(data_of(unit), name="乙厂", status="closed", industry_codes=("1752",))
    return unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason="核实")


def test_the_facts(unit, enumerator, neighbour):
    visible = unit_get_visible(actor=enumerator, unit_id=unit.pk)
    assert unit_get_visible(actor=neighbour, unit_id=unit.pk) is None
    text = render_to_string("registry/_unit_facts.html", {"facts": UnitFacts.of(visible)})
    for part in (
        "乙厂",
        "曾用名：旧厂",
        "浙江省杭州市西湖区三墩镇",
        "化纤织物染整精加工",
        "关闭",
        "厂区编号 01",
    ):
        assert part in text


def test_the_facts_of_a_unit_with_little(divisions):
    unit = unit_make(credit_code="", kind="outfall", industry_codes=(), address="")
    text = render_to_string("registry/_unit_facts.html", {"facts": UnitFacts.of(unit)})
    assert "普查对象识别码" in text
    assert "—" in text


def test_the_history_shows_what_changed(unit, django_assert_num_queries):
    with django_assert_num_queries(1):
        lines = history_lines(unit_history(unit))
    assert [line.is_first for line in lines] == [False, True]
    assert [(c.label, c.before, c.after) for c in lines[0].changes] == [
        ("单位详细名称", "甲厂", "乙厂"),
        ("运行状态", "运行", "关闭"),
        ("行业代码", "1752、3011", "1752"),
    ]
    text = render_to_string("registry/_unit_history.html", {"history": lines})
    assert "核实" in text
    assert "<del>甲厂</del>" in text
    assert "没有记录" in render_to_string("registry/_unit_history.html", {"history": []})


def test_a_unit_does_not_look_like_itself(unit, enumerator):
    assert lookalikes(data_of(unit), actor=enumerator)
    assert lookalikes(data_of(unit), actor=enumerator, except_id=unit.pk) == []


def test_a_registration_from_a_list_says_so(unit):
    revision = unit.revisions.first()
    revision.reason = "frame_load"
    assert history_lines([revision])[0].reason == "名录导入"
