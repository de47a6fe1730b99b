"""`/api/v1/cases/`: success, 404 out of scope, 403 without the verb, bad input, query count."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from submissions.enums import CaseStatus
from submissions.models import Case, EditFailure
from tests.factories.case import fill, make_case, make_plain_unit, make_submitted, save
from tests.factories.response import save_body, set_cell
from tests.people import NEIGHBOUR_TOWN, account

pytestmark = pytest.mark.django_db
GOOD = "本年新增一条年产五千吨的生产线，六月投产"


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


def test_case_list_shows_the_own_jurisdiction(case, enumerator, neighbour, api):
    make_case(enumerator, unit=make_plain_unit(enumerator, division_code=NEIGHBOUR_TOWN))
    answer = api(enumerator).get("/api/v1/cases/")
    assert answer.status_code == 200
    body = answer.json()
    assert [row["id"] for row in body["results"]] == [case.pk]
    assert body["next"] is None
    assert body["results"][0]["progress"]["required"] == 3
    assert [row["unit"] for row in api(neighbour).get("/api/v1/cases/").json()["results"]] != [
        case.unit_id
    ]


def test_case_list_pages_by_key_and_filters(enumerator, api):
    cases = [make_case(enumerator) for _number in range(5)]
    client = api(enumerator)
    seen, after = [], 0
    while after is not None:
        page = client.get(f"/api/v1/cases/?limit=2&after={after}").json()
        seen += [row["id"] for row in page["results"]]
        after = page["next"]
    assert seen == [case.pk for case in cases]
    wanted = cases[3]
    for query in (
        f"unit={wanted.unit_id}",
        f"unit={wanted.unit_id}&form_code=A1&status=open&is_owed=true",
        f"unit={wanted.unit_id}&division=330106",
    ):
        assert [r["id"] for r in client.get(f"/api/v1/cases/?{query}").json()["results"]] == [
            wanted.pk
        ]
    for query in ("division=3302", "review_level=county", "is_owed=false", "status=final"):
        assert client.get(f"/api/v1/cases/?{query}").json()["results"] == []


@pytest.mark.parametrize(
    "query", ["status=odd", "limit=0", "limit=9999", "after=x", "colour=red", "division=33x"]
)
def test_case_list_refuses_what_it_does_not_know(query, case, enumerator, api):
    answer = api(enumerator).get(f"/api/v1/cases/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["cell"] == query.split("=")[0]


def test_case_list_costs_the_same_for_one_case_and_for_many(enumerator, api):
    make_case(enumerator)
    client = api(enumerator)
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/cases/")
    for _number in range(5):
        make_case(enumerator)
    with CaptureQueriesContext(connection) as many:
        client.get("/api/v1/cases/")
    assert len(many) == len(one) <= 6


PATHS = ["", "response/", "findings/", "submissions/", "history/?cell=hours"]


@pytest.mark.parametrize("path", PATHS)
def test_a_case_is_read_inside_the_jurisdiction_only(path, case, auditor, neighbour, api):
    url = f"/api/v1/cases/{case.pk}/{path}"
    assert api(auditor).get(url).status_code == 200
    refused = api(neighbour).get(url)
    assert refused.status_code == 404
    assert refused.json()["code"] == "not_found"
    assert api().get(url).status_code == 401


@pytest.mark.parametrize("path", ["cells/", "submit/"])
def test_a_case_is_written_by_those_who_fill_only(path, case, auditor, neighbour, api):
    url = f"/api/v1/cases/{case.pk}/{path}"
    body = save_body(set_cell("hours", "1")) if path == "cells/" else {}
    assert api(auditor).send(url, body).status_code == 403
    assert api(neighbour).send(url, body).status_code in {403, 404}
    assert api().send(url, body).status_code == 401


def test_a_respondent_fills_the_own_unit_only(case, enumerator, api):
    own = account("respondent", Role.RESPONDENT, unit=case.unit)
    other = make_case(enumerator)
    client = api(own)
    assert [r["id"] for r in client.get("/api/v1/cases/").json()["results"]] == [case.pk]
    body = save_body(set_cell("hours", "1"))
    assert client.send(f"/api/v1/cases/{case.pk}/cells/", body).status_code == 200
    assert client.send(f"/api/v1/cases/{other.pk}/cells/", body).status_code == 404


def test_response_shows_values_rows_and_provenance(case, enumerator, api):
    save(case, enumerator, hours="4800")
    body = api(enumerator).get(f"/api/v1/cases/{case.pk}/response/").json()
    assert (body["case"], body["version"]) == (case.pk, 1)
    assert body["values"]["hours"] == "4800"
    assert body["rows"] == {}
    assert body["cells"]["hours"]["collected"]["by"] == enumerator.pk


def test_cells_answers_with_version_findings_and_progress(case, enumerator, api):
    body = save_body(set_cell("hours", "9000"))
    answer = api(enumerator).send(f"/api/v1/cases/{case.pk}/cells/", body)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["version"], found["cells"], found["rows"]) == (1, {}, {})
    hard = next(f for f in found["findings"] if f["rule"] == "A1-R01")
    assert (hard["severity"], hard["cells"], hard["explanation"]) == ("hard", ["hours"], "")
    assert found["progress"] == {
        "filled": 2,
        "required": 3,
        "missing": 1,
        "hard": 1,
        "soft_open": 0,
    }


def test_cells_conflict_is_409_with_both_values(case, enumerator, api):
    client, url = api(enumerator), f"/api/v1/cases/{case.pk}/cells/"
    client.send(url, save_body(set_cell("hours", "1")))
    answer = client.send(url, save_body(set_cell("hours", "2")))
    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["cell"]) == ("save_conflict", "hours")
    assert body["conflicts"][0]["theirs"] == "1"


def test_findings_are_explained_and_the_case_submitted(case, enumerator, api):
    save(case, enumerator, hours="4800", has_water="2", output="5000")
    client = api(enumerator)
    submit = f"/api/v1/cases/{case.pk}/submit/"
    refused = client.send(submit, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "soft_failures_unexplained")
    (finding,) = client.get(f"/api/v1/cases/{case.pk}/findings/?severity=soft").json()["results"]
    explain = f"/api/v1/findings/{finding['id']}/explanation/"
    stock = client.send(explain, {"text": "经核实，数据无误。"})
    assert (stock.status_code, stock.json()["code"]) == (400, "explanation_boilerplate")
    assert stock.json()["cell"] == "output"
    assert client.send(explain, {"text": GOOD}).json()["explanation"] == GOOD
    done = client.send(submit, {"base_version": 1})
    assert done.status_code == 201
    assert done.json()["receipt_code"].startswith("A1-")
    (kept,) = client.get(f"/api/v1/cases/{case.pk}/submissions/").json()
    assert kept["hash"] == done.json()["hash"]
    assert Case.objects.get(pk=case.pk).status == CaseStatus.UNDER_REVIEW


def test_explanations_follow_the_same_rights(case, enumerator, auditor, neighbour, api):
    save(case, enumerator, output="5000")
    failure = EditFailure.objects.get(rule_id="A1-R02")
    url = f"/api/v1/findings/{failure.pk}/explanation/"
    assert api(auditor).send(url, {"text": GOOD}).status_code == 403
    assert api(neighbour).send(url, {"text": GOOD}).status_code in {403, 404}
    assert (
        api(enumerator).send("/api/v1/findings/0/explanation/", {"text": GOOD}).status_code == 404
    )


def test_submit_of_a_case_under_review_is_409(enumerator, api):
    case = make_submitted(enumerator)
    answer = api(enumerator).send(f"/api/v1/cases/{case.pk}/submit/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "transition_refused")


def test_history_tells_who_changed_a_cell(case, enumerator, api):
    fill(case, enumerator)
    save(case, enumerator, hours="4700")
    lines = api(enumerator).get(f"/api/v1/cases/{case.pk}/history/?cell=hours").json()
    assert [(line["before"], line["after"]) for line in lines] == [("", "4800"), ("4800", "4700")]
    assert api(enumerator).get(f"/api/v1/cases/{case.pk}/history/").status_code == 400
