"""The forms' pages."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from instruments.services import instrument_publish
from tests.factories.instrument import definition_make, repository_publish, set_publish
from tests.factories.unit import unit_make
from tests.people import TOWN, account

pytestmark = pytest.mark.django_db


def test_list_shows_current_forms(client, enumerator, django_assert_max_num_queries):
    set_publish(definition_make())
    client.force_login(enumerator)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("instrument_list"))

    assert page.status_code == 200
    assert "T101" in page.text
    assert "测试表" in page.text


def test_list_without_forms_says_so(client, enumerator):
    client.force_login(enumerator)

    assert "还没有发布普查表" in client.get(reverse("instrument_list")).text


def test_signed_out_is_sent_to_sign_in(client):
    assert client.get(reverse("instrument_list")).status_code == 302


def test_person_without_a_role_is_refused(client, enumerator):
    enumerator.assignments.all().delete()
    client.force_login(enumerator)

    assert client.get(reverse("instrument_list")).status_code == 403


@pytest.mark.parametrize(
    "code", ["QC01", "G101-1", "G102", "G103-1", "S103", "J101-3", "J102-2", "Y201-1"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_form_can_be_read(client, enumerator, code, language):
    repository_publish()
    client.force_login(enumerator)
    client.cookies["django_language"] = language

    page = client.get(reverse("instrument_detail", args=[code]))

    assert page.status_code == 200
    assert f"{code}-R01" in page.text
    assert f"{code}" in page.text


def test_form_shows_items_rules_and_examples(client, enumerator):
    set_publish(definition_make())
    client.force_login(enumerator)

    text = client.get(reverse("instrument_detail", args=["T101"])).text

    for expected in (
        "取水量", "立方米", "2 位小数", "0 …", "has_permit = &#x27;1&#x27;", "标签1100", "排放口 0–9",
        "T101-R01", "强制性", "核实性", "outlets[1].discharge = 10.01; water_total = 10",
    ):  # fmt: skip
        assert expected in text, expected


def test_labels_follow_the_language(client, enumerator):
    set_publish(definition_make())
    client.force_login(enumerator)
    client.cookies["django_language"] = "en"

    text = client.get(reverse("instrument_detail", args=["T101"])).text

    assert "Water intake" in text
    translation.activate("zh-hans")


def test_confidence_is_shown_to_those_who_maintain_forms_only(client, enumerator, administrator):
    set_publish(definition_make())
    url = reverse("instrument_detail", args=["T101"])

    client.force_login(enumerator)
    assert "把握较低" not in client.get(url).text
    client.force_login(administrator)
    assert "把握较低" in client.get(url).text


def test_confidence_is_shown_to_the_national_office(client, national_office):
    set_publish(definition_make())
    client.force_login(national_office)

    assert "把握较低" in client.get(reverse("instrument_detail", args=["T101"])).text


def test_older_versions_stay_readable(client, enumerator):
    set_publish(definition_make())
    instrument_publish(
        actor=None, definition=definition_make(title={"zh": "第二稿", "en": "Second draft"})
    )
    client.force_login(enumerator)
    url = reverse("instrument_detail", args=["T101"])

    assert "第二稿" in client.get(url).text
    assert "?version=1" in client.get(url).text
    assert "测试表" in client.get(url, {"version": "1"}).text
    assert client.get(url, {"version": "3"}).status_code == 404
    assert client.get(url, {"version": "x"}).status_code == 404


def test_unknown_form_is_not_found(client, enumerator):
    client.force_login(enumerator)

    assert client.get(reverse("instrument_detail", args=["G999"])).status_code == 404


def test_respondent_may_read_forms(client, divisions):
    unit = unit_make(division_code=TOWN)
    client.force_login(account("reader", Role.RESPONDENT, unit=unit))

    assert client.get(reverse("instrument_list")).status_code == 200
