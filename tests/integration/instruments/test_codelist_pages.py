"""The code lists for reading; how sure an entry is shows to those who can put it right."""

import pytest
from django.urls import reverse

from instruments.services import codelist_publish
from tests.factories.instrument import codelist_make, definition_make, set_publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists(db):
    set_publish(definition_make())
    codelist_publish(actor=None, codelist=codelist_make(codes=("1100", "1200", "1300")))


def page(client, user, query=""):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client.get(reverse("codelist_detail", args=["WW_METHOD"]) + query)


def test_every_list_is_listed(client, enumerator):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    text = client.get(reverse("codelist_list")).content.decode()
    assert reverse("codelist_detail", args=["WW_METHOD"]) in text


def test_entries_are_searched_and_earlier_versions_stay(client, enumerator):
    assert "标签1300" in page(client, enumerator).content.decode()
    assert "标签1300" not in page(client, enumerator, "?version=1").content.decode()
    found = page(client, enumerator, "?q=1200").content.decode()
    assert "标签1200" in found
    assert "标签1100" not in found


def test_how_sure_an_entry_is_shows_to_those_who_maintain_it(client, cast):
    assert "有公开资料" in page(client, cast.administrator).content.decode()
    assert "有公开资料" in page(client, cast.national_office).content.decode()
    assert "有公开资料" not in page(client, cast.enumerator).content.decode()


def test_an_unknown_list_or_version_is_not_found(client, enumerator):
    assert page(client, enumerator, "?version=9").status_code == 404
    assert client.get(reverse("codelist_detail", args=["NONE"])).status_code == 404
