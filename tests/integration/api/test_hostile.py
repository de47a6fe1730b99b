"""What no honest client sends: each gets its documented answer, and nothing is stored."""

import json
import uuid

import pytest
from django.test import override_settings

from submissions.models import Response, ResponseRevision
from tests.factories.case import make_case
from tests.factories.response import save_body, set_cell

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


@pytest.fixture
def send(case, enumerator, api):
    """Send raw bytes to the save call; the answer must have the one shape of errors."""
    client = api(enumerator)

    def act(body, content_type=JSON, path=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = client.generic(
            "POST",
            path or f"/api/v1/cases/{case.pk}/cells/",
            raw,
            content_type=content_type,
            headers=headers or None,
        )
        assert answer["Content-Type"].startswith(JSON), answer.content
        if answer.status_code >= 400:
            assert {"code", "message", "cell", "errors"} <= set(answer.json())
            assert answer.json()["message"]
            assert Response.objects.get(case=case).version == 0
            assert not ResponseRevision.objects.exists()
        return answer

    return act


GOOD = json.dumps(save_body(set_cell("hours", "1"), save_id=str(uuid.UUID(int=7)))).encode()


def test_the_good_one_is_stored(send):
    assert send(GOOD).status_code == 200


@pytest.mark.parametrize("length", [0, 1, 10, len(GOOD) // 2, len(GOOD) - 1])
def test_a_truncated_body_is_400(length, send):
    assert send(GOOD[:length]).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        GOOD.replace(b'"1"', b'"\xc3\x28"'),
        GOOD.replace(b'"1"', b'"\xed\xa0\x80"'),
        GOOD.decode().encode("utf-16"),
        GOOD.replace(b'"base_version": 0', b'"base_version": NaN'),
        GOOD.replace(b'"base_version": 0', b'"base_version": 1e999'),
        GOOD.replace(b'"base_version": 0', b'"base_version": ' + b"9" * 5000),
        GOOD.replace(b'"base_version": 0', b'"base_version": 0, "base_version": 1'),
        GOOD + b"{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b"{}",
        b"--boundary\r\n",
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_malformed_body_is_400(body, send):
    assert send(body).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("save_id", 7),
        ("save_id", "7"),
        ("save_id", None),
        ("save_id", "{00000000-0000-0000-0000-000000000007}"),
        ("base_version", "0"),
        ("base_version", True),
        ("base_version", -1),
        ("base_version", 2**31),
        ("base_version", 0.5),
        ("device", 7),
        ("device", "a\x00b"),
        ("device", "x" * 101),
        ("changes", []),
        ("changes", {}),
        ("changes", "set"),
        ("changes", [None]),
        ("changes", [[]]),
        ("changes", [set_cell("hours", "a\x00b")]),
        ("changes", [set_cell("hours", "\udc80")]),
        ("changes", [set_cell("hours", {"v": 1})]),
        ("changes", [set_cell("hours\x00", "1")]),
        ("changes", [{**set_cell("hours", "1"), "provenance": "corrected"}]),
        ("status", "final"),
    ],
)
def test_a_field_of_another_kind_and_an_unknown_field_are_400(field, value, send):
    body = {**save_body(set_cell("hours", "1")), field: value}
    assert send(body).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""],
)
def test_another_content_type_is_415(content_type, send):
    assert send(GOOD, content_type=content_type).status_code == 415


@pytest.mark.parametrize("charset", ["utf-16", "hex", "nonsense", "idna"])
def test_a_charset_in_the_content_type_changes_nothing(charset, send):
    assert send(GOOD, content_type=f"{JSON}; charset={charset}").status_code == 200


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_body_that_is_too_large_is_413(send):
    body = save_body(set_cell("note", "x" * 900))
    assert len(json.dumps(body)) > 1000
    assert send(body).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cases/99999999999999999999999999/cells/",
        "/api/v1/cases/-1/cells/",
        "/api/v1/cases/1%00/cells/",
        "/api/v1/cases/%E4%B8%80/cells/",
        "/api/v1/cases/%ff/cells/",
        "/api/v1/nothing/",
    ],
)
def test_a_path_to_nothing_is_404_in_the_same_shape(path, send):
    assert send(GOOD, path=path).status_code == 404


def test_another_method_is_405_and_another_answer_than_json_is_406(case, enumerator, api):
    client = api(enumerator)
    url = f"/api/v1/cases/{case.pk}/cells/"
    assert client.get(url).status_code == 405
    assert client.delete(url).status_code == 405
    answer = client.get("/api/v1/cases/", headers={"Accept": "text/html"})
    assert answer.status_code == 406
    assert answer.json()["code"] == "not_acceptable"


def test_a_token_that_is_none_is_401(case, api):
    client = api()
    for header in ("Bearer", "Bearer x", "Bearer \x00", "Basic eDp5", "bearer " + "x" * 5000):
        answer = client.get("/api/v1/cases/", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]


@pytest.mark.parametrize("query", ["after=%00", "division=33%00", "form_code=%F0%9F", "status=%ff"])
def test_a_query_of_control_characters_is_400(query, enumerator, api):
    assert api(enumerator).get(f"/api/v1/cases/?{query}").status_code == 400


def test_a_number_spelt_as_1_0_is_an_integer(send):
    body = {**save_body(set_cell("hours", "1")), "base_version": 0.0}
    assert send(body).status_code == 200
