"""The page of the register at any moment, and the freeze that an office asks for."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.as_of import STANDARD_MOMENT
from registry.models import RegisterFreeze
from registry.services.revisions import revise
from submissions.models import Job
from submissions.register_freezing import register_freeze_job
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import NEIGHBOUR_TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(national_office):
    industries_make()
    here = unit_make(number=1, name="甲印染厂")
    there = unit_make(number=2, name="乙印染厂", division_code=NEIGHBOUR_TOWN)
    revise([here, there], actor=national_office, effective_at=STANDARD_MOMENT - dt.timedelta(9))
    revise([unit_make(number=3, name="=丙印染厂")], actor=national_office)


def signed_in(client, person):
    client.force_login(person, backend="accounts.backends.PasswordBackend")
    return client


def test_the_standard_moment_is_shown_first(client, units, office, django_assert_max_num_queries):
    signed_in(client, office)
    with django_assert_max_num_queries(16):
        text = client.get(reverse("register_as_of")).content.decode()
    assert "1 个普查对象" in text
    assert "甲印染厂" in text
    assert "乙印染厂" not in text
    assert "2018-01-01 00:00:00" in text
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M:%S")
    later = (timezone.localtime() + dt.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
    text = client.get(
        reverse("register_as_of"), {"at": later, "than": "2018-01-01T00:00"}
    ).content.decode()
    assert "=丙印染厂" in text
    assert "新出现" in text
    for bad in ("x", "9999-99-99", "\x00", "0001-01-01T00:00", "2018-01-01T00:00+23:59"):
        assert client.get(reverse("register_as_of"), {"at": bad, "than": bad}).status_code == 200
    assert now


def test_it_is_downloaded_as_csv(client, units, office):
    signed_in(client, office)
    later = (timezone.localtime() + dt.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
    answer = client.get(reverse("register_as_of"), {"at": later, "format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("code,name,division_code")
    assert len(lines) == 3
    assert ",\t=丙印染厂," in lines[2]


def test_the_nation_freezes(client, units, national_office, office):
    signed_in(client, office)
    assert client.post(reverse("register_freeze"), {"confirmed": "1"}).status_code == 403
    signed_in(client, national_office)
    client.post(reverse("register_freeze"))
    assert not Job.objects.exists()
    client.post(reverse("register_freeze"), {"confirmed": "1"})
    register_freeze_job(Job.objects.get().pk)
    freeze = RegisterFreeze.objects.get()
    assert freeze.unit_count == 2
    text = client.get(reverse("register_as_of")).content.decode()
    assert freeze.digest in text
