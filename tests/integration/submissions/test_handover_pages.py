"""Handing over on the page and through the API."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from submissions.enums import Holder
from submissions.models import Case
from tests.factories.case import make_case, save
from tests.people import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return make_case(cast.enumerator)


@pytest.fixture
def respondent(case):
    return account("boss", Role.RESPONDENT, unit=case.unit, full_name="厂长")


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_handed_over_the_form_is_read_only_and_says_who_has_it(client, cast, case, respondent):
    url = reverse("case_handovers", args=[case.pk])
    page = signed_in(client, cast.enumerator).get(reverse("case_fill", args=[case.pk]))
    assert url in page.content.decode()
    answer = client.post(
        url, {"holder": "respondent", "note": "请补填<b>产量</b>", "seen": "0"}, follow=True
    )
    text = answer.content.decode()
    assert "由填报单位填报" in text
    assert "请补填&lt;b&gt;产量&lt;/b&gt;" in text
    assert 'id="grid-form"' not in text
    home = signed_in(client, respondent).get(reverse("home")).content.decode()
    assert "交来填报" in home
    own = client.get(reverse("case_fill", args=[case.pk])).content.decode()
    assert 'id="grid-form"' in own
    assert "交回或收回" in own


def test_a_refusal_keeps_the_note(client, cast, case, respondent):
    url = reverse("case_handovers", args=[case.pk])
    signed_in(client, cast.enumerator)
    late = client.post(url, {"holder": "respondent", "note": "留言", "seen": "9"})
    assert late.status_code == 409
    assert "刚刚交办过" in late.content.decode()
    assert "留言" in late.content.decode()
    assert client.post(url, {"holder": "", "seen": "x"}).status_code == 400
    assert Case.objects.get(pk=case.pk).holder == Holder.BOTH


def test_outside_and_without_the_verb(client, cast, case, respondent):
    url = reverse("case_handovers", args=[case.pk])
    assert signed_in(client, cast.neighbour).get(url).status_code == 404
    page = signed_in(client, cast.supervisor).get(url)
    assert page.status_code == 200
    assert "textarea" not in page.content.decode()
    assert client.post(url, {"holder": "respondent"}).status_code == 403


def test_the_history_shows_what_each_side_changed(client, cast, case, respondent):
    url = reverse("case_handovers", args=[case.pk])
    signed_in(client, cast.enumerator).post(url, {"holder": "respondent", "seen": "0"})
    save(case, respondent, output="5")
    text = client.get(url).content.decode()
    assert "1 格" in text
    assert "厂长" in text


def test_by_the_api(client, cast, case, respondent):
    url = reverse("api_case_handovers", args=[case.pk])
    signed_in(client, cast.enumerator)
    made = client.post(
        url, {"holder": "respondent", "note": "请补"}, content_type="application/json"
    )
    assert made.status_code == 201
    assert made.json()[0]["holder"] == "respondent"
    again = client.post(url, {"holder": "enumerator", "seen": 0}, content_type="application/json")
    assert again.status_code == 409
    assert again.json()["code"] == "handed_meanwhile"
    assert client.post(url, {"holder": "x"}, content_type="application/json").status_code == 400
    assert client.get(url).json()[0]["note"] == "请补"


def test_few_queries(client, cast, case, respondent, django_assert_max_num_queries):
    url = reverse("case_handovers", args=[case.pk])
    signed_in(client, cast.enumerator).post(url, {"holder": "respondent", "seen": "0"})
    client.get(url)
    with django_assert_max_num_queries(12):
        client.get(url)
