"""What the field finds: recorded with its evidence, and the register follows."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from registry.extent import is_far_from_county
from registry.models import DivisionPoint, FieldVerification, FrameChange
from registry.services.freezing import register_freeze
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import COUNTY, NATION, NEIGHBOUR_COUNTY

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def points(divisions):
    industries_make()
    for code, place in ((COUNTY, (120.1, 30.3)), (NEIGHBOUR_COUNTY, (119.0, 30.4))):
        DivisionPoint.objects.create(code=code, longitude=place[0], latitude=place[1])


@pytest.fixture
def unit():
    return unit_make(number=1, name="甲印染厂")


@pytest.fixture
def field(client, enumerator):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    return client


def visit(client, unit, outcome, **more):
    return client.post(reverse("unit_verify", args=[unit.pk]), {"outcome": outcome, **more})


def photo(content=PNG):
    return SimpleUploadedFile("门牌.png", content, content_type="image/png")


def test_not_found_needs_words_and_evidence(field, unit, neighbour):
    answer = visit(field, unit, "not_found")
    assert (answer.status_code, "请写明现场情况" in answer.content.decode()) == (400, True)
    answer = visit(field, unit, "not_found", note="原址已拆迁")
    assert "查无此户须有现场照片或定位" in answer.content.decode()
    assert "原址已拆迁" in answer.content.decode()
    answer = visit(field, unit, "not_found", note="原址已拆迁", photo=photo(b"<html>"))
    assert "只接受 JPEG 或 PNG" in answer.content.decode()
    assert not FieldVerification.objects.exists()
    answer = visit(field, unit, "not_found", note="原址已拆迁", photo=photo())
    assert answer.status_code == 302
    unit.refresh_from_db()
    assert unit.status == "not_found"
    made = FieldVerification.objects.get()
    url = reverse("verification_photo", args=[made.pk])
    assert b"".join(field.get(url).streaming_content) == PNG
    assert "原址已拆迁" in field.get(answer["Location"]).content.decode()
    field.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert field.get(url).status_code == 404


def test_a_position_is_taken_over_and_doubted_where_it_is_far(field, unit):
    visit(field, unit, "in_scope", longitude="120.11", latitude="30.31", accuracy="12")
    unit.refresh_from_db()
    assert (unit.longitude, unit.latitude) == (Decimal("120.11"), Decimal("30.31"))
    other = unit_make(number=2, name="乙印染厂")
    url = reverse("unit_verify", args=[other.pk])
    place = {"longitude": "119.05", "latitude": "30.40"}
    answer = field.post(url, {"outcome": "in_scope", **place}, follow=True)
    assert "位置离本县较远" in answer.content.decode()
    other.refresh_from_db()
    assert other.longitude is None
    assert FieldVerification.objects.get(unit=other).is_far
    for bad, sentence in (
        ({"longitude": "120"}, "须同时填写"),
        ({"longitude": "10", "latitude": "10"}, "不在我国范围"),
        ({"longitude": "abc", "latitude": "1"}, "十进制度"),
    ):
        assert sentence in visit(field, unit, "in_scope", **bad).content.decode()
    assert visit(field, unit, "x").status_code == 400


def test_a_duplicate_is_merged_when_somebody_approves(field, unit):
    double = unit_make(number=2, name="甲印染有限公司")
    answer = visit(field, double, "duplicate", note="同一家厂", duplicate="x")
    assert "没有这个代码" in answer.content.decode()
    answer = visit(field, double, "duplicate", note="同一家厂")
    assert "请填写与之重复" in answer.content.decode()
    visit(field, double, "duplicate", note="同一家厂", duplicate=unit.code)
    change = FrameChange.objects.get()
    assert (change.kind, change.state) == ("merge", "requested")
    assert "现场核实" in change.evidence
    answer = visit(field, double, "duplicate", note="又一次发现重复", duplicate=unit.code)
    assert answer.status_code == 409
    assert FieldVerification.objects.filter(unit=double).count() == 1


def test_a_frozen_register_follows_by_change_order(field, unit, national_office):
    register_freeze(actor=national_office, division_code=NATION, standard_moment=timezone.now())
    answer = field.post(
        reverse("unit_verify", args=[unit.pk]),
        {"outcome": "closed", "note": "六月停业"},
        follow=True,
    )
    assert "等待批准" in answer.content.decode()
    unit.refresh_from_db()
    assert unit.status == "operating"
    assert FrameChange.objects.get().is_change_order


def test_a_visit_is_shown_on_a_phone_and_not_to_strangers(field, unit, neighbour):
    text = field.get(reverse("unit_verify", args=[unit.pk])).content.decode()
    assert 'capture="environment"' in text
    field.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert field.get(reverse("unit_verify", args=[unit.pk])).status_code in {403, 404}


def test_far_is_twice_as_far_as_the_nearest_other_county():
    assert not is_far_from_county(COUNTY, Decimal("120.4"), Decimal("30.2"))
    assert is_far_from_county(COUNTY, Decimal("119.05"), Decimal("30.4"))
    assert is_far_from_county(COUNTY, Decimal("100.1"), Decimal("30.3"))
    assert not is_far_from_county("420111000000", Decimal("119.3"), Decimal("30.4"))
