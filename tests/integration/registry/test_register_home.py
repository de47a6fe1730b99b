"""The register's home and map: numbers that open their lists, points that open their units."""

from decimal import Decimal

import pytest
from django.urls import reverse

from registry.map_page import POINTS_AT_MOST, Plane
from registry.models import DivisionPoint, Unit
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import (
    CITY,
    COUNTY,
    NATION,
    NEIGHBOUR_COUNTY,
    NEIGHBOUR_TOWN,
    OTHER_TOWN,
    PROVINCE,
    TOWN,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(divisions):
    industries_make()
    for number, place in enumerate((TOWN, TOWN, OTHER_TOWN, NEIGHBOUR_TOWN), start=1):
        unit_make(number=number, name=f"第{number}厂", division_code=place)
    Unit.objects.update(longitude=Decimal("120.1"), latitude=Decimal("30.3"))
    Unit.objects.filter(name="第3厂").update(longitude=Decimal("120.2"))
    Unit.objects.filter(name="第2厂").update(status="closed", longitude=None, latitude=None)
    for code, place in ((COUNTY, (120.1, 30.3)), (NEIGHBOUR_COUNTY, (119.9, 30.4))):
        DivisionPoint.objects.create(code=code, longitude=place[0], latitude=place[1])


def signed_in(client, person):
    client.force_login(person, backend="accounts.backends.PasswordBackend")
    return client


def test_home_counts_the_own_division(client, units, office, django_assert_max_num_queries):
    signed_in(client, office)
    with django_assert_max_num_queries(20):
        answer = client.get(reverse("register_home"))
    assert answer.context["page"].total == 3
    text = answer.content.decode()
    assert "三墩镇" in text
    assert f"?division={COUNTY}&amp;lacks=position" in text
    assert "变更待批准" in text
    towns = {line.name: line.cells[0].number for line in answer.context["page"].division_lines}
    assert towns == {"三墩镇": 2, "双浦镇": 1}
    answer = client.get(reverse("unit_list"), {"division": COUNTY, "lacks": "position"})
    assert "第2厂" in answer.content.decode()
    assert "第1厂" not in answer.content.decode()


def test_home_goes_up_and_down_inside_the_jurisdiction(client, units, office, national_office):
    signed_in(client, office)
    town = client.get(reverse("register_home"), {"division": TOWN})
    assert town.context["page"].total == 2
    for outside in (NEIGHBOUR_COUNTY, NATION, "1", "999999999999"):
        assert client.get(reverse("register_home"), {"division": outside}).status_code == 404
    signed_in(client, national_office)
    assert client.get(reverse("register_home")).context["page"].total == 4


def test_map_shows_points_and_a_table(client, units, office, django_assert_max_num_queries):
    signed_in(client, office)
    with django_assert_max_num_queries(20):
        answer = client.get(reverse("register_map"))
    page = answer.context["page"]
    assert (page.placed, len(page.marks), page.is_gridded) == (2, 2, False)
    text = answer.content.decode()
    assert "第1厂" in text
    assert "第4厂" not in text
    assert " km" in text
    closed = client.get(reverse("register_map"), {"status": "closed"})
    assert closed.context["page"].marks == []


def test_many_points_are_drawn_as_squares(client, units, national_office, monkeypatch):
    signed_in(client, national_office)
    monkeypatch.setattr("registry.map_page.POINTS_AT_MOST", 1)
    page = client.get(reverse("register_map"), {"division": CITY}).context["page"]
    assert page.is_gridded
    assert sum(mark.count for mark in page.marks) == 3
    assert page.units == []
    assert POINTS_AT_MOST > 1


def test_the_nation_shows_provinces_from_the_counters(client, units, national_office):
    for code, place in ((PROVINCE, (120.2, 29.2)), ("420000000000", (112.3, 31.0))):
        DivisionPoint.objects.create(code=code, longitude=place[0], latitude=place[1])
    signed_in(client, national_office)
    page = client.get(reverse("register_map")).context["page"]
    assert [mark.count for mark in page.marks] == [3]
    assert page.placed == 3
    assert {label.code for label in page.labels} == {PROVINCE, "420000000000"}


def test_a_degree_is_as_long_as_it_is():
    plane = Plane(120.0, 30.0, 120.2, 30.2)
    x, y = plane.at(Decimal("120.1"), Decimal("30.1"))
    assert (x, y) == (450.0, 280.0)
    east, _y = plane.at(Decimal("120.2"), Decimal("30.1"))
    _x, north = plane.at(Decimal("120.1"), Decimal("30.2"))
    assert (east - x) / (y - north) == pytest.approx(0.866, abs=0.01)
