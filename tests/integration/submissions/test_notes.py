"""The notes of a form: on the page, as a panel, as a list, and over the API."""

import json

import pytest

from submissions.models import Note, NoteThread
from submissions.services import note_write
from tests.factories.case import make_case

pytestmark = pytest.mark.django_db
SAID = "水表年中换过，读数分两段相加"


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


@pytest.fixture
def thread(case, enumerator):
    return note_write(case_id=case.pk, actor=enumerator, text=SAID, cell="hours").thread


def test_notes_are_written_and_shown_without_scripts(client, enumerator, case):
    client.force_login(enumerator)
    answer = client.post(f"/cases/{case.pk}/notes/", {"text": SAID, "cell": "hours"}, follow=True)
    assert answer.status_code == 200
    assert SAID in answer.content.decode()
    assert "<html" in answer.content.decode()


def test_panel_alone_is_given_to_the_script(client, county_reviewer, case, thread):
    client.force_login(county_reviewer)
    text = client.get(f"/cases/{case.pk}/notes/?part=1").content.decode()
    assert "<html" not in text
    assert 'data-noted="hours"' in text
    answer = client.post(
        f"/cases/{case.pk}/notes/?part=1", {"text": "请附换表记录", "thread": thread.pk}
    )
    assert "请附换表记录" in answer.content.decode()
    answer = client.post(f"/notes/{thread.pk}/resolve/?part=1")
    assert "已解决" in answer.content.decode()
    assert 'data-noted="hours"' not in answer.content.decode()


def test_refused_note_keeps_its_text(client, enumerator, case, thread):
    client.force_login(enumerator)
    for more in ({"cell": "hours"}, {"thread": thread.pk}):
        answer = client.post(f"/cases/{case.pk}/notes/", {"text": "@nobody 请看", **more})
        assert answer.status_code == 400
        assert "@nobody 请看" in answer.content.decode()
        assert "没有账号“nobody”" in answer.content.decode()
    assert Note.objects.count() == 1


def test_settling_twice_says_so(client, enumerator, thread):
    client.force_login(enumerator)
    assert client.post(f"/notes/{thread.pk}/resolve/").status_code == 302
    answer = client.post(f"/notes/{thread.pk}/resolve/")
    assert answer.status_code == 409
    assert "已经解决" in answer.content.decode()


def test_stranger_finds_nothing_and_the_auditor_may_not_write(
    client, neighbour, auditor, case, thread
):
    client.force_login(neighbour)
    assert client.get(f"/cases/{case.pk}/notes/").status_code == 404
    assert client.post(f"/notes/{thread.pk}/resolve/").status_code == 404
    client.force_login(auditor)
    assert "data-new-note" not in client.get(f"/cases/{case.pk}/notes/").content.decode()
    assert client.post(f"/cases/{case.pk}/notes/", {"text": SAID}).status_code == 403
    assert client.post(f"/notes/{thread.pk}/resolve/").status_code == 403


def test_list_has_what_names_the_reader_and_what_is_open_around(
    client, enumerator, county_reviewer, neighbour, case, thread
):
    client.force_login(county_reviewer)
    assert SAID not in client.get("/notes/").content.decode()
    assert SAID in client.get("/notes/?all=1").content.decode()
    note_write(
        case_id=case.pk,
        actor=enumerator,
        text=f"@{county_reviewer.username} 请看",
        thread_id=thread.pk,
    )
    assert "请看" in client.get("/notes/").content.decode()
    assert "1 条批注提到您" in client.get("/").content.decode()
    client.force_login(neighbour)
    assert "请看" not in client.get("/notes/?all=1").content.decode()


def test_notes_cost_the_same_whatever_their_number(
    client, county_reviewer, enumerator, case, thread, django_assert_max_num_queries
):
    for number in range(6):
        note_write(case_id=case.pk, actor=enumerator, text=f"第 {number} 段读数", cell="output")
    client.force_login(county_reviewer)
    client.get(f"/cases/{case.pk}/notes/?part=1")
    with django_assert_max_num_queries(10):
        client.get(f"/cases/{case.pk}/notes/?part=1")
    with django_assert_max_num_queries(9):
        client.get("/notes/?all=1")


def test_api_writes_lists_and_settles(api, enumerator, neighbour, case):
    client = api(enumerator)
    address = f"/api/v1/cases/{case.pk}/notes/"

    def post(path, **body):
        return client.post(path, json.dumps(body), content_type="application/json")

    thread = post(address, text=SAID, cell="hours").json()
    assert (thread["cell"], thread["notes"][0]["text"]) == ("hours", SAID)
    again = post(address, text="补充", thread=thread["id"])
    assert (again.status_code, len(again.json()["notes"])) == (201, 2)
    assert post(address, text=SAID, cell="nothing").json()["cell"] == "nothing"
    assert post(f"/api/v1/notes/{thread['id']}/resolve/").json()["resolved_by"] == enumerator.pk
    assert post(f"/api/v1/notes/{thread['id']}/resolve/").status_code == 409
    assert [row["id"] for row in client.get(address).json()] == [thread["id"]]
    assert api(neighbour).get(address).status_code == 404
    assert NoteThread.objects.count() == 1
