"""The first page, the list of cases, the unit's page."""

from __future__ import annotations

import pytest

from submissions.enums import CaseStatus
from submissions.models import Case
from tests.factories.case import make_case, make_case_at, make_plain_unit, save
from tests.factories.unit import unit_make

pytestmark = pytest.mark.django_db


def html(client, user, address):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_home_shows_the_filler_what_was_returned_first(client, cast):
    returned = make_case_at(CaseStatus.RETURNED, cast)
    begun = make_case(cast.enumerator)
    save(begun, cast.enumerator, hours="1")
    text = html(client, cast.enumerator, "/")
    assert text.index(returned.unit.name) < text.index(begun.unit.name)
    assert "待审核" not in text


def test_home_shows_the_reviewer_what_waits_at_the_own_level(client, cast):
    make_case_at(CaseStatus.UNDER_REVIEW, cast)
    assert '<span class="stat-value">1</span>' in html(client, cast.supervisor, "/")
    assert '<span class="stat-value">0</span>' in html(client, cast.county_reviewer, "/")


@pytest.mark.parametrize("name", ["auditor", "administrator", "national_office", "office"])
def test_home_opens_for_every_role(client, cast, name):
    assert "我的工作" in html(client, getattr(cast, name), "/")


def test_home_asks_nobody_to_sign_in(client):
    assert client.get("/").status_code == 302


def test_case_list_lists_what_is_visible_and_counts_it(client, cast):
    case = make_case(cast.enumerator)
    text = html(client, cast.auditor, "/cases/")
    assert case.unit.name in text
    assert "共 1 张" in text
    assert case.unit.name not in html(client, cast.neighbour, "/cases/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=open", True),
        ("status=final", False),
        ("status=nonsense", True),
        ("level=county", False),
        ("form=a1", True),
        ("form=B1", False),
        ("division=3301", True),
        ("division=330106000000", True),
        ("division=42", False),
        ("q=测试厂", True),
        ("q=没有这家", False),
        ("owed=0", False),
        ("owed=", True),
        ("after=330106109000-0", True),
        ("after=999999999999-1", False),
        ("after=broken", True),
    ],
)
def test_case_list_is_narrowed(client, enumerator, query, found):
    case = make_case(enumerator)
    assert (case.unit.name in html(client, enumerator, f"/cases/?{query}")) is found


def test_case_list_pages_by_keyset_without_gap_or_repeat(client, enumerator, monkeypatch):
    monkeypatch.setattr("submissions.page_selectors.PAGE", 2)
    cases = [make_case(enumerator) for _number in range(5)]
    seen, query = [], ""
    while True:
        client.force_login(enumerator)
        context = client.get(f"/cases/?{query}").context
        seen += [case.pk for case, _place in context["lines"]]
        query = context["next_query"]
        if not query:
            break
    assert seen == sorted(case.pk for case in cases)


def test_case_list_cost_does_not_grow(client, enumerator, django_assert_max_num_queries):
    for _number in range(6):
        make_case(enumerator)
    client.force_login(enumerator)
    client.get("/cases/")
    with django_assert_max_num_queries(14):
        client.get("/cases/")


def test_unit_page_says_which_forms_are_owed_and_why(client, enumerator):
    case = make_case(enumerator)
    text = html(client, enumerator, f"/units/{case.unit_id}/")
    assert "甲表" in text
    assert "都填" in text
    assert f"/cases/{case.pk}/" in text
    assert "填报" in text


def test_unit_page_derives_the_forms_again(client, enumerator):
    case = make_case(enumerator)
    unit = make_plain_unit(enumerator)
    client.force_login(enumerator)
    answer = client.post(f"/units/{unit.pk}/derive/", follow=True)
    assert "共 1 张" in answer.content.decode()
    assert Case.objects.filter(unit=unit).count() == 1
    assert case.unit != unit


def test_unit_page_shows_the_history_and_is_unknown_to_the_neighbour(client, cast):
    unit = unit_make(actor=cast.office)
    assert "登记历史" in html(client, cast.enumerator, f"/units/{unit.pk}/")
    client.force_login(cast.neighbour)
    assert client.get(f"/units/{unit.pk}/").status_code == 404


def test_unit_page_without_the_right_to_see_forms_shows_none(client, cast):
    case = make_case(cast.enumerator)
    assert "应填普查表" not in html(client, cast.administrator, f"/units/{case.unit_id}/")
