"""Instruments by machine."""

import pytest
from django.urls import reverse

from tests.factories.instrument import definition_make, set_publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(client, enumerator):
    client.force_login(enumerator)
    return set_publish(definition_make()).instruments[0].version


def test_list(client, published):
    answer = client.get(reverse("api_instrument_list"))

    assert [line["code"] for line in answer.json()] == ["T101"]
    assert answer.json()[0]["content_hash"] == published.content_hash


def test_detail_holds_the_definition(client, published):
    answer = client.get(reverse("api_instrument_detail", args=["T101"]))

    assert answer.json()["definition"] == published.definition
    assert answer.json()["version"] == 1


def test_code_list(client, published):
    answer = client.get(reverse("api_codelist", args=["WW_METHOD"])).json()

    assert answer["title"] == "处理方法"
    assert answer["entries"][0] == {"code": "1100", "label": "标签1100", "confidence": "found"}


@pytest.mark.parametrize("name", ["api_instrument_detail", "api_codelist"])
def test_unknown_is_not_found_in_the_one_shape(client, published, name):
    answer = client.get(reverse(name, args=["NONE"]))

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert answer.json()["message"]


def test_signed_out_is_refused(client):
    assert client.get(reverse("api_instrument_list")).status_code in {401, 403}


def test_person_without_a_role_is_refused(client, enumerator):
    enumerator.assignments.all().delete()
    client.force_login(enumerator)

    assert client.get(reverse("api_instrument_list")).status_code == 403
