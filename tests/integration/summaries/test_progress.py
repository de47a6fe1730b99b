"""GET /progress/: every number equals the list behind it."""

import re

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RoleAssignment, User
from submissions.enums import CaseStatus
from summaries.enums import ProgressState
from tests.factories.case import fill, make_case, make_case_at, make_plain_unit, save
from tests.factories.division import village_make
from tests.people import (
    CITY,
    COUNTY,
    FAR_PROVINCE,
    NATION,
    NEIGHBOUR_COUNTY,
    OTHER_TOWN,
    PROVINCE,
    TOWN,
    account,
)

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="(/cases/\?[^"]+)">(\d+)</a>')


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def cases(cast):
    """Cases in every state, one not owed, one begun."""
    for status in CaseStatus:
        make_case_at(status, cast)
    begun = make_case(cast.enumerator)
    save(begun, cast.enumerator, has_water="1")
    save(begun, cast.enumerator, has_water="2")


def page_of(client, **asked):
    return client.get(reverse("progress"), asked)


def test_each_number_opens_the_list_behind_it(client, cast, cases):
    signed_in(client, cast.national_office)
    for division in (NATION, PROVINCE, CITY, COUNTY, TOWN):
        text = page_of(client, division=division).content.decode()
        links = LINK.findall(text)
        assert len(links) >= 6
        for address, number in links:
            listed = client.get(address.replace("&amp;", "&"))
            assert listed.context["total"] == int(number), (division, address)


def test_the_counts_by_state(client, cast, cases):
    signed_in(client, cast.county_reviewer)
    response = page_of(client)
    page = response.context["page"]
    heads = [label for label, _css in page.heads]
    counts = dict(zip(heads, [count.number for count in page.total.counts], strict=True))
    assert {name: n for name, n in counts.items() if n} == {
        "未开始": 1,
        "填报中": 1,
        "已退回": 1,
        "待普查指导员审核": 1,
        "已定稿": 1,
        "已作废": 1,
        "不需填报": 1,
    }
    assert page.total.total == 5
    assert page.total.percent == 20
    assert sum(segment.width for segment in page.total.segments) == 1000
    assert [row.code for row in page.rows] == [TOWN, OTHER_TOWN]
    assert "截至" in response.content.decode()


def test_one_form_only(client, cast, cases):
    signed_in(client, cast.county_reviewer)
    page = page_of(client, form="B1").context["page"]
    assert (page.form_code, page.total.total) == ("B1", 0)
    assert page_of(client, form="X9").context["form_code"] == ""


def test_a_jurisdiction_ends_at_its_border(client, cast, cases):
    signed_in(client, cast.county_reviewer)
    assert page_of(client).context["division"].code == COUNTY
    for division in (NATION, CITY, NEIGHBOUR_COUNTY, FAR_PROVINCE, "330199000000", "x", "33"):
        assert page_of(client, division=division).status_code == 404
    text = page_of(client, division=TOWN).content.decode()
    assert f"?division={COUNTY}" in text
    assert f"?division={CITY}" not in text
    assert (
        signed_in(client, cast.neighbour).get(reverse("progress")).context["page"].total.total == 0
    )


@pytest.mark.parametrize("who", ["enumerator", "administrator"])
def test_the_page_needs_its_permission(client, cast, who):
    assert page_of(signed_in(client, getattr(cast, who))).status_code == 403


def test_queries_do_not_grow_with_the_cases(client, cast, cases, django_assert_max_num_queries):
    signed_in(client, cast.national_office)
    page_of(client)
    with django_assert_max_num_queries(11):
        page_of(client)


def test_inside_a_town_by_village(client, cast, divisions):
    village = village_make(f"{TOWN[:9]}201", "双桥村")
    inside = make_case(
        cast.enumerator, unit=make_plain_unit(cast.enumerator, division_code=village.code)
    )
    fill(inside, cast.enumerator)
    make_case(cast.enumerator)
    signed_in(client, cast.supervisor)
    page = page_of(client).context["page"]
    assert [(row.name, row.total) for row in page.rows] == [("双桥村", 1), ("其他", 1)]
    assert page.total.total == 2
    guard = account("guard", Role.SUPERVISOR, division=village)
    page = signed_in(client, guard).get(reverse("progress")).context["page"]
    assert (page.rows, page.total.total) == ([], 1)


def test_two_places_are_offered(client, cast, cases, divisions):
    RoleAssignment.objects.create(
        user=cast.county_reviewer, role=Role.REVIEWER, division=divisions[FAR_PROVINCE]
    )
    person = User.objects.get(pk=cast.county_reviewer.pk)
    response = page_of(signed_in(client, person))
    assert response.context["division"].code == FAR_PROVINCE
    assert "浙江省杭州市西湖区" in response.content.decode()


def test_before_any_exercise(client, cast):
    text = page_of(signed_in(client, cast.county_reviewer)).content.decode()
    assert "没有正在进行的普查" in text


def test_every_state_has_a_column():
    assert {state.value for state in ProgressState} == {
        "not_started",
        "filling",
        "returned",
        "under_review",
        "final",
        "void",
        "not_owed",
    }
