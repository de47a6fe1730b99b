"""Asking for a waiver, the list, deciding; pages and API."""

import pytest
from django.urls import reverse

from submissions.enums import WaiverState
from submissions.models import EditFailure, RuleWaiver
from tests.factories.case import make_case, make_plain_unit, save
from tests.factories.waiver import REASON, approve, ask, day
from tests.people import NEIGHBOUR_TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="4800", has_water="2", output="5000")
    return case


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_a_filler_asks_from_the_finding_and_the_county_approves(client, cast, case):
    signed_in(client, cast.enumerator)
    page = client.get(reverse("case_fill", args=[case.pk])).content.decode()
    address = f"{reverse('waiver_request', args=[case.pk])}?rule=A1-R02"
    assert address in page
    form = client.get(address).content.decode()
    assert "产量偏大，请核实" in form
    answer = client.post(
        reverse("waiver_request", args=[case.pk]),
        {"rule": "A1-R02", "reason": REASON, "valid_until": day(30).isoformat()},
    )
    waiver = RuleWaiver.objects.get()
    assert answer.url == reverse("waiver_detail", args=[waiver.pk])
    own = client.get(answer.url).content.decode()
    assert reverse("waiver_decide", args=[waiver.pk]) not in own
    signed_in(client, cast.county_reviewer)
    text = client.get(answer.url).content.decode()
    assert REASON in text
    assert reverse("waiver_decide", args=[waiver.pk]) in text
    done = client.post(reverse("waiver_decide", args=[waiver.pk]), {"act": "approve"}, follow=True)
    assert "批准。" in done.content.decode()
    assert "撤销" in done.content.decode()
    signed_in(client, cast.enumerator)
    page = client.get(reverse("case_fill", args=[case.pk])).content.decode()
    assert f"已豁免至 {day(30).isoformat()}" in page


def test_the_review_page_names_the_waiver(client, cast, case):
    waiver = ask(case, cast.enumerator)
    approve(waiver, cast.county_reviewer)
    from submissions.services import case_submit

    case_submit(case_id=case.pk, actor=cast.enumerator)
    text = (
        signed_in(client, cast.supervisor)
        .get(reverse("case_review", args=[case.pk]))
        .content.decode()
    )
    assert reverse("waiver_detail", args=[waiver.pk]) in text
    assert "已豁免" in text


def test_a_refused_request_shows_its_sentence_and_keeps_the_words(client, cast, case):
    signed_in(client, cast.enumerator)
    url = reverse("waiver_request", args=[case.pk])
    for wrong, status, sentence in [
        ({"rule": "A1-hours-required"}, 409, "必填问题必须改正"),
        ({"rule": "\x00"}, 409, "必填问题必须改正"),
        ({"reason": "属实"}, 400, "请写明具体理由"),
        ({"valid_until": "明年"}, 400, "请填写有效期"),
        ({"valid_until": "2001-01-01"}, 400, "有效期应在今天至"),
    ]:
        posted = {"rule": "A1-R02", "reason": REASON, "valid_until": day(3).isoformat(), **wrong}
        page = client.post(url, posted)
        assert page.status_code == status, wrong
        assert sentence in page.content.decode()
        assert posted["reason"] in page.content.decode()
    assert not RuleWaiver.objects.exists()


def test_a_refused_decision_shows_its_sentence(client, cast, case):
    waiver = ask(case, cast.enumerator)
    url = reverse("waiver_decide", args=[waiver.pk])
    signed_in(client, cast.county_reviewer)
    assert client.post(url, {"act": "refuse"}).status_code == 400
    page = client.post(url, {"act": "revoke", "note": "试验线已经拆除停用"})
    assert page.status_code == 409
    assert "试验线已经拆除停用" in page.content.decode()
    assert client.post(url, {"act": "burn"}).status_code == 400
    assert signed_in(client, cast.supervisor).post(url, {"act": "approve"}).status_code == 403
    assert signed_in(client, cast.neighbour).post(url, {"act": "approve"}).status_code == 404
    assert RuleWaiver.objects.with_state(day(0)).get().state == WaiverState.REQUESTED


def test_the_list_is_narrowed_and_counted_by_rule_and_county(
    client, cast, case, divisions, django_assert_max_num_queries
):
    from accounts.enums import Role

    approve(ask(case, cast.enumerator), cast.county_reviewer)
    filler = account("filler", Role.ENUMERATOR, division=divisions["000000000000"])
    for place in (NEIGHBOUR_TOWN, NEIGHBOUR_TOWN, case.division_code):
        other = make_case(filler, unit=make_plain_unit(filler, division_code=place))
        ask(other, filler, "A1-R01")
    signed_in(client, cast.city_reviewer)
    url = reverse("waiver_list")
    with django_assert_max_num_queries(14):
        page = client.get(url)
    counts = {
        (count["county"], count["rule_id"]): (
            count["total"],
            count["in_force"],
            count["requested"],
        )
        for count, _place in page.context["counts"]
    }
    assert counts == {
        ("330106", "A1-R02"): (1, 1, 0),
        ("330106", "A1-R01"): (1, 0, 1),
        ("330110", "A1-R01"): (2, 0, 2),
    }
    for query, number in [
        ("", 4),
        ("state=in_force", 1),
        ("state=requested", 3),
        ("state=gone", 4),
        ("rule=A1-R01", 3),
        ("rule=%00", 4),
        ("division=330110", 2),
        ("mine=1", 0),  # hard ones are the province's
        ("after=x", 4),
    ]:
        assert len(client.get(f"{url}?{query}").context["lines"]) == number, query
    assert len(signed_in(client, cast.province_reviewer).get(f"{url}?mine=1").context["lines"]) == 3
    assert len(signed_in(client, cast.neighbour).get(url).context["lines"]) == 2
    assert signed_in(client, cast.enumerator).get(url).context["counts"] == []
    assert signed_in(client, cast.administrator).get(url).status_code == 403


def test_pages_follow_each_other(client, cast, case, monkeypatch):
    from submissions import waiver_selectors

    monkeypatch.setattr(waiver_selectors, "PAGE", 1)
    ask(case, cast.enumerator)
    ask(case, cast.enumerator, "A1-R01")
    signed_in(client, cast.county_reviewer)
    first = client.get(reverse("waiver_list"))
    second = client.get(f"{reverse('waiver_list')}?{first.context['next_query']}")
    rules = [page.context["lines"][0][0].rule_id for page in (first, second)]
    assert rules == ["A1-R01", "A1-R02"]
    assert not second.context["next_query"]


def test_the_api_asks_decides_and_lists(api, cast, case):
    body = {"rule": "A1-R02", "reason": REASON, "valid_until": day(9).isoformat()}
    url = f"/api/v1/cases/{case.pk}/waivers/"
    made = api(cast.enumerator).send(url, body)
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    again = api(cast.enumerator).send(url, body)
    assert (again.status_code, again.json()["code"]) == (409, "waiver_stands")
    decide = f"/api/v1/waivers/{made.json()['id']}/decisions/"
    assert api(cast.enumerator).send(decide, {"act": "approve"}).status_code == 403
    done = api(cast.county_reviewer).send(decide, {"act": "approve"})
    assert (done.status_code, done.json()["state"]) == (201, "in_force")
    assert done.json()["decisions"][0]["level"] == "county"
    listed = api(cast.county_reviewer).get("/api/v1/waivers/?state=in_force&rule=A1-R02").json()
    assert [waiver["case"] for waiver in listed["results"]] == [case.pk]
    assert api(cast.neighbour).get("/api/v1/waivers/").json()["results"] == []
    assert api(cast.neighbour).send(decide, {"act": "revoke", "note": REASON}).status_code == 404
    found = api(cast.enumerator).get(f"/api/v1/cases/{case.pk}/findings/").json()["results"]
    assert [finding["waived_until"] for finding in found] == [day(9).isoformat()]
    assert EditFailure.objects.get(case=case).is_waived
