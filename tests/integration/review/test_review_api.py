"""Decisions and questions over the API."""

import pytest

from submissions.enums import Level
from submissions.models import ItemQuery
from tests.factories.case import make_submitted
from tests.factories.decision import return_by

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def case(cast):
    return make_submitted(cast.enumerator)


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def post(client, path, body):
    return client.post(f"{API}{path}", body, content_type="application/json")


def test_approving_and_reading_the_decisions(client, cast, case, django_assert_max_num_queries):
    signed_in(client, cast.supervisor)
    body = {"decision": "approve", "submission": case.submissions.get().pk}
    answer = post(client, f"/cases/{case.pk}/decisions/", body)
    assert answer.status_code == 201
    assert (answer.json()["level"], answer.json()["decision"]) == ("supervisor", "approve")
    with django_assert_max_num_queries(8):
        found = client.get(f"{API}/cases/{case.pk}/decisions/").json()
    assert [decision["decided_by"] for decision in found] == ["赵指导"]
    case.refresh_from_db()
    assert case.review_level == Level.COUNTY


def test_returning_and_answering(client, cast, case):
    signed_in(client, cast.supervisor)
    body = {
        "decision": "return",
        "reason_codes": ["logic"],
        "note": "请核对",
        "queries": [{"cell": "hours", "text": "为何这么多？"}],
    }
    assert post(client, f"/cases/{case.pk}/decisions/", body).json()["reasons"] == ["逻辑关系不符"]
    signed_in(client, cast.enumerator)
    (query,) = client.get(f"{API}/cases/{case.pk}/queries/").json()
    assert (query["cell"], query["answered_at"]) == ("hours", None)
    answer = post(client, f"/queries/{query['id']}/answer/", {"text": "三班"})
    assert (answer.status_code, answer.json()["answered_by"]) == (200, "陈普查")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"decision": "ponder"}, 400, "invalid"),
        ({"decision": "approve", "mood": "good"}, 400, "invalid"),
        ({"decision": "return"}, 400, "reason_required"),
        ({"decision": "return", "reason_codes": ["other"]}, 400, "note_required"),
        (
            {
                "decision": "return",
                "reason_codes": ["logic"],
                "queries": [{"cell": "nowhere", "text": "？"}],
            },
            400,
            "unknown_cell",
        ),
        ({"decision": "finalise"}, 409, "below_the_top"),
        ({"decision": "approve", "submission": 987654}, 409, "stale_submission"),
        ({"decision": "approve", "note": "a\x00"}, 400, "invalid"),
    ],
)
def test_what_is_wrong_with_a_decision(client, cast, case, body, status, code):
    answer = post(signed_in(client, cast.supervisor), f"/cases/{case.pk}/decisions/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_rights(client, cast, case):
    path = f"/cases/{case.pk}/decisions/"
    for person, reading, deciding in [
        (cast.neighbour, 404, 404),
        (cast.auditor, 200, 403),
        (cast.enumerator, 200, 403),
        (cast.county_reviewer, 200, 403),
        (cast.administrator, 403, 403),
    ]:
        signed_in(client, person)
        assert client.get(f"{API}{path}").status_code == reading
        assert client.get(f"{API}/cases/{case.pk}/queries/").status_code == reading
        assert post(client, path, {"decision": "approve"}).status_code == deciding
    return_by(case, cast.supervisor, ("hours", "？"))
    query = ItemQuery.objects.get()
    path = f"/queries/{query.pk}/answer/"
    assert post(signed_in(client, cast.supervisor), path, {"text": "答"}).status_code == 403
    assert post(signed_in(client, cast.enumerator), path, {"text": ""}).status_code == 400
    assert post(client, "/queries/987654/answer/", {"text": "答"}).status_code == 404


def test_the_queue(client, cast, case):
    other = make_submitted(cast.enumerator)
    signed_in(client, cast.supervisor)
    page = client.get(f"{API}/review/", {"limit": 1}).json()
    assert ([c["id"] for c in page["results"]], page["next"]) == ([case.pk], case.pk)
    rest = client.get(f"{API}/review/", {"limit": 1, "after": page["next"]}).json()
    assert ([c["id"] for c in rest["results"]], rest["next"]) == ([other.pk], None)
    assert client.get(f"{API}/review/", {"limit": "x"}).status_code == 400
    assert signed_in(client, cast.neighbour).get(f"{API}/review/").json()["results"] == []
    assert signed_in(client, cast.auditor).get(f"{API}/review/").status_code == 403
