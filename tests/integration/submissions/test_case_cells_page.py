"""The grid's JSON door: the same service as the API's, with the session and what others did."""

from __future__ import annotations

import json
import uuid

import pytest

from accounts.enums import Role
from submissions.models import Response
from tests.factories.case import make_case, save
from tests.people import TOWN, account

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def send(client, case, *, base=0, changes=None, save_id=None, raw=None):
    body = raw
    if raw is None:
        body = json.dumps(
            {
                "save_id": str(save_id or uuid.uuid4()),
                "base_version": base,
                "device": "web-1",
                "changes": changes or [{"op": "set", "cell": "hours", "value": "12"}],
            }
        )
    return client.post(
        f"/cases/{case.pk}/cells/", body, content_type="application/json", headers=JSON
    )


@pytest.fixture
def colleague(divisions):
    """A second enumerator of the same town."""
    return account("colleague", Role.ENUMERATOR, division=divisions[TOWN], full_name="林普查")


def test_save_answers_with_version_findings_and_progress(client, enumerator):
    case = make_case(enumerator)
    client.force_login(enumerator)
    answer = send(client, case, changes=[{"op": "set", "cell": "hours", "value": "9000"}])
    told = answer.json()
    assert answer.status_code == 200
    assert told["version"] == 1
    assert any(f["rule"] == "A1-R01" for f in told["findings"])
    assert told["progress"]["hard"] == 1
    assert told["present"] == []


def test_save_tells_what_others_changed_and_who_they_are(client, enumerator, colleague):
    case = make_case(enumerator)
    save(case, colleague, note="他人所写")
    client.force_login(enumerator)
    told = send(client, case, base=0).json()
    assert told["cells"] == {"note": "他人所写"}
    assert told["authors"]["note"]["by"] == "林普查"


def test_save_over_another_persons_value_is_a_conflict(client, enumerator, colleague):
    case = make_case(enumerator)
    save(case, colleague, hours="11")
    client.force_login(enumerator)
    answer = send(client, case, base=0)
    assert answer.status_code == 409
    assert answer.json()["conflicts"][0]["theirs"] == "11"
    assert Response.objects.get(case=case).plain()["values"]["hours"] == "11"


def test_look_tells_changes_since_a_version_and_who_is_here(client, enumerator, colleague):
    case = make_case(enumerator)
    save(case, colleague, note="甲")
    client.force_login(colleague)
    client.get(f"/cases/{case.pk}/cells/?since=0", headers=JSON)
    client.force_login(enumerator)
    told = client.get(f"/cases/{case.pk}/cells/?since=0", headers=JSON).json()
    assert told["cells"] == {"note": "甲"}
    assert told["present"] == ["林普查"]
    assert client.get(f"/cases/{case.pk}/cells/?since=x", headers=JSON).status_code == 400


@pytest.mark.parametrize("raw", ["{", "[]", '{"save_id": 1}', '"x"', '{"changes": []}'])
def test_broken_request_is_refused_in_words(client, enumerator, raw):
    case = make_case(enumerator)
    client.force_login(enumerator)
    answer = send(client, case, raw=raw)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_signed_out_save_is_401_for_the_script(client, enumerator):
    case = make_case(enumerator)
    answer = send(client, case)
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"


def test_save_is_refused_without_the_verb_and_unknown_to_the_neighbour(client, cast):
    case = make_case(cast.enumerator)
    client.force_login(cast.county_reviewer)
    assert send(client, case).status_code == 403
    client.force_login(cast.neighbour)
    assert send(client, case).status_code in {403, 404}


def test_look_brings_the_other_forms_when_they_changed(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="100", has_water="1")
    other = next(c for c in case.unit.cases.all() if c.form_code == "B1")
    client.force_login(enumerator)
    address = f"/cases/{other.pk}/cells/?since=0"
    told = client.get(f"{address}&context=old", headers=JSON).json()
    assert told["context"]["forms"]["a1"]["values"]["hours"] == "100"
    assert "b1" in told["context"]["owed"]
    again = client.get(f"{address}&context={told['context_token']}", headers=JSON).json()
    assert "context" not in again
