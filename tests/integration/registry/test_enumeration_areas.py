"""Enumeration areas: divided, assigned, and never two people's at once."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from registry.models import AreaAssignment, EnumerationArea, Unit
from registry.services import unit_register
from registry.unit_data import UnitData
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import COUNTY, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


@pytest.fixture
def as_office(client, office):
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def units():
    return [
        *(unit_make(number=n, name=f"{n}厂", address=f"文一路{n}号") for n in range(1, 5)),
        unit_make(number=9, name="双浦厂", division_code=OTHER_TOWN),
        unit_make(number=10, name="邻县厂", division_code=NEIGHBOUR_TOWN),
    ]


@pytest.fixture
def area(as_office, units):
    as_office.post(reverse("enumeration_areas"), {"division": COUNTY})
    return EnumerationArea.objects.get(division_code=TOWN)


def act(client, area, act, **data):
    url = reverse("enumeration_area", args=[area.pk])
    return client.post(url, {"act": act, **data}, follow=True).content.decode()


def test_areas_are_opened_once_and_units_fall_into_them(
    as_office, units, enumerator, django_assert_max_num_queries
):
    url = reverse("enumeration_areas")
    text = as_office.post(url, {"division": COUNTY}, follow=True).content.decode()
    assert "新划分 2 个普查小区，划入 5 个普查对象" in text
    text = as_office.post(url, {"division": COUNTY}, follow=True).content.decode()
    assert "新划分 0 个普查小区，划入 0 个普查对象" in text
    assert "请先选择区划" in as_office.post(url, {}, follow=True).content.decode()
    with django_assert_max_num_queries(16):
        text = as_office.get(url).content.decode()
    assert f"{TOWN}01" in text
    assert NEIGHBOUR_TOWN not in text
    new = UnitData(name="新厂", division_code=TOWN, industry_codes=("1752",))
    made = unit_register(actor=enumerator, data=new, is_confirmed=True)
    assert made.enumeration_area.code == f"{TOWN}01"


def test_one_person_a_day(as_office, area, enumerator, divisions):
    other = account("second", Role.ENUMERATOR, division=divisions[COUNTY], full_name="李二普")
    today = timezone.localdate()
    role = {"role": "enumerator", "valid_from": today.isoformat()}
    assert "已分派给" in act(as_office, area, "assign", user=enumerator.pk, **role)
    text = act(as_office, area, "assign", user=other.pk, **role)
    assert "已分派给他人" in text
    with pytest.raises(IntegrityError), transaction.atomic():  # not by any other door, either
        AreaAssignment.objects.create(
            area=area, user=other, role="enumerator", valid_from=today, assigned_by=other
        )
    assignment = AreaAssignment.objects.get()
    assert "已终止分派" in act(as_office, area, "end", assignment=assignment.pk)
    assert "已经结束" in act(as_office, area, "end", assignment=assignment.pk)
    assert "已分派给李二普" in act(as_office, area, "assign", user=other.pk, **role)
    assert AreaAssignment.objects.count() == 2
    yesterday = (today - dt.timedelta(1)).isoformat()
    assert "早于" in act(as_office, area, "assign", user=other.pk, valid_to=yesterday, **role)
    assert "请选择" in act(as_office, area, "assign", user=10**9, **role)
    assert "2017-12-31" in act(as_office, area, "assign", user=other.pk, valid_from="2017-99-99")
    assert "请选择一项操作" in act(as_office, area, "x")


def test_an_enumerator_sees_the_own_walk(as_office, area, enumerator, supervisor):
    act(as_office, area, "assign", role="enumerator", user=enumerator.pk)
    act(as_office, area, "assign", role="supervisor", user=supervisor.pk)
    text = as_office.get(reverse("enumeration_areas")).content.decode()
    assert "每名普查员 5.0 个对象" in text
    client = as_office
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    text = client.get(reverse("own_areas")).content.decode()
    assert text.index("1厂") < text.index("2厂") < text.index("4厂")
    assert "双浦厂" not in text
    assert client.get(reverse("enumeration_area", args=[area.pk])).status_code == 200
    assert "您不能划分" in act(client, area, "split")


def test_split_and_merge_keep_the_lineage_and_every_unit(as_office, area):
    units = list(area.units.order_by("pk"))
    assert "也不能全选" in act(as_office, area, "split", units=[u.pk for u in units])
    text = act(as_office, area, "split", units=[units[0].pk, units[1].pk], name="东片")
    assert "东片" in text
    east = EnumerationArea.objects.get(name="东片")
    assert (east.code, east.units.count(), list(east.came_from.all())) == (f"{TOWN}02", 2, [area])
    assert "请选择另一个" in act(as_office, area, "merge", into=area.pk)
    act(as_office, east, "merge", into=area.pk)
    east.refresh_from_db()
    assert east.closed_on is not None
    assert area.units.count() == 4
    assert "没有这个普查小区" in act(as_office, east, "split")


def test_units_are_moved_as_the_preview_said(as_office, area):
    other = EnumerationArea.objects.get(division_code=OTHER_TOWN)
    url = reverse("enumeration_area", args=[other.pk])
    query = {"division": TOWN, "preview": "1"}
    answer = as_office.get(url, query)
    preview = answer.context["preview"]
    assert (preview.total, preview.moving, preview.losing) == (4, 4, [(area.name, 4)])
    move = {"query": answer.context["query"], "token": preview.token}
    Unit.objects.filter(name="1厂").update(enumeration_area=other)
    assert "请重新预览" in act(as_office, other, "move", **move)
    answer = as_office.get(url, query)
    move = {"query": answer.context["query"], "token": answer.context["preview"].token}
    assert "已划入 3 个" in act(as_office, other, "move", **move)
    assert (other.units.count(), area.units.count()) == (5, 0)


def test_another_county_does_not_see_them(as_office, area, neighbour):
    as_office.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert as_office.get(reverse("enumeration_area", args=[area.pk])).status_code == 404
