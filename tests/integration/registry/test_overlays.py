"""Zones, parks and basins: units by place and by code, each once, and no part of any total."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.counts import register_of
from registry.models import Division, DivisionSuccession, Overlay, Unit
from registry.overlays import overlay_units
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import COUNTY, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db
PARK = {"kind": "park", "code": "k1", "name": "三墩工业园", "division_code": COUNTY}


@pytest.fixture
def units(divisions):
    industries_make()
    return [
        unit_make(number=n, division_code=place)
        for n, place in enumerate((TOWN, TOWN, OTHER_TOWN, NEIGHBOUR_TOWN), start=1)
    ]


@pytest.fixture
def page(client, office):
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    return client


def made(page, **more) -> Overlay:
    answer = page.post(reverse("overlays"), PARK | more)
    assert answer.status_code == 302, answer.context["form"].errors
    return Overlay.objects.get()


def test_units_by_place_and_by_code_are_counted_once(page, units, office):
    overlay = made(page, places=TOWN)
    url = reverse("overlay", args=[overlay.pk])
    page.post(url, {"act": "add", "codes": f"{units[0].code}\n{units[2].code.lower()}"})
    assert {*overlay_units(actor=office, overlay=overlay)} == {*units[:3]}
    listed = page.get(reverse("unit_list"), {"overlay": overlay.pk}).content.decode()
    assert "三墩工业园" in listed
    assert f"{reverse('unit_detail', args=[units[2].pk])}" in listed
    before = register_of(actor=office, division=Division.objects.get(code=COUNTY)).total.number()
    assert before == Unit.objects.visible_to(office).count() == 3
    page.post(url, {"act": "remove", "unit": units[2].pk})
    assert overlay_units(actor=office, overlay=overlay).count() == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"code": " "}, "该字段"),
        ({"places": "330106000000"}, "不是乡级或村级区划"),
        ({"division_code": NEIGHBOUR_TOWN}, "不能在这个区划"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page, units, typed, told):
    answer = page.post(reverse("overlays"), PARK | typed)
    assert answer.status_code in {400, 403}
    assert any(told in str(error) for error in answer.context["form"].errors.values())
    assert not Overlay.objects.exists()


def test_unknown_codes_are_named_and_nothing_is_put_in(page, units):
    overlay = made(page)
    url = reverse("overlay", args=[overlay.pk])
    answer = page.post(url, {"act": "add", "codes": f"{units[0].code} ABC {units[3].code}"})
    text = answer.content.decode()
    assert f"有 2 个代码不在您的名录中：ABC {units[3].code}" in text
    assert f"{units[0].code} ABC" in text  # what was typed is still there
    assert overlay.units.count() == 0


def test_a_code_is_used_once(page, units):
    made(page)
    answer = page.post(reverse("overlays"), PARK)
    assert answer.status_code == 409
    assert "已被使用" in answer.content.decode()


def test_places_that_were_recoded_are_still_inside(page, units, office):
    overlay = made(page, places=TOWN)
    DivisionSuccession.objects.create(old_prefix=TOWN[:9], new_prefix="330106199")
    Unit.objects.filter(division_code=TOWN).update(division_code="330106199000")
    assert overlay_units(actor=office, overlay=overlay).count() == 2


def test_a_stranger_sees_and_changes_nothing(client, page, units, neighbour):
    overlay = made(page)
    client.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("overlay", args=[overlay.pk])).status_code == 404
    answer = client.get(reverse("unit_list"), {"overlay": overlay.pk})
    assert answer.context["total"] == 0
