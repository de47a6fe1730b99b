"""What the browser loads of a form: its rules and its code lists."""

import gzip
import json

import pytest
from django.urls import reverse

from instruments.selectors import codelist, rules_module
from tests.factories.instrument import codelist_make, definition_make, set_publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(client, enumerator):
    client.force_login(enumerator)
    return set_publish(definition_make()).instruments[0].version


def _rules(version):
    return reverse("instrument_rules_js", args=["T101", version.content_hash])


def test_rules_come_as_a_module_that_is_kept_for_ever(client, version):
    answer = client.get(_rules(version), {"r": rules_module(version.pk).short_hash})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert "export const rules" in answer.text


def test_rules_without_the_modules_own_hash_are_kept_for_minutes(client, version):
    assert client.get(_rules(version))["Cache-Control"] == "private, max-age=300"


def test_rules_of_an_unknown_version_are_not_found(client, version):
    url = reverse("instrument_rules_js", args=["T101", "0" * 64])

    assert client.get(url).status_code == 404


def test_code_list_comes_compact_and_is_kept_for_ever(client, version):
    values = codelist("WW_METHOD")

    answer = client.get(reverse("codelist_json", args=["WW_METHOD", values.content_hash]))

    assert answer.json() == [["1100", "标签1100"], ["1200", "标签1200"]]
    assert "immutable" in answer["Cache-Control"]
    assert b": " not in answer.content


def test_code_list_in_english(client, version):
    values = codelist("WW_METHOD")

    answer = client.get(reverse("codelist_json_en", args=["WW_METHOD", values.content_hash]))

    assert answer.json()[0] == ["1100", "标签1100"]


def test_unknown_code_list_is_not_found(client, version):
    assert client.get(reverse("codelist_json", args=["WW_METHOD", "0" * 64])).status_code == 404


def test_list_of_twenty_thousand_entries_is_small_on_the_wire(client, enumerator):
    codes = [f"{number:05d}" for number in range(20_000)]
    set_publish(codelists=[codelist_make("BIG", codes)])
    client.force_login(enumerator)
    url = reverse("codelist_json", args=["BIG", codelist("BIG").content_hash])

    answer = client.get(url, headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 150_000
    assert len(json.loads(gzip.decompress(answer.content))) == 20_000


@pytest.mark.parametrize("name", ["instrument_rules_js", "codelist_json"])
def test_signed_out_gets_nothing(client, name):
    assert client.get(reverse(name, args=["X", "0" * 64])).status_code in {302, 401}
