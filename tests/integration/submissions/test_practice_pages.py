"""Practice in the browser's eyes: the list, the grid's door, handing in, the records."""

import uuid

import pytest
from django.urls import reverse

from submissions.models import PracticeAttempt
from submissions.practice.sets import practice_sets
from tests.factories.instrument import repository_publish

pytestmark = pytest.mark.django_db
SET = next(iter(practice_sets().values()))


@pytest.fixture
def trainee(client, cast):
    repository_publish()
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    return cast.enumerator


def begin(client):
    answer = client.post(reverse("practice_list"), {"set": SET.code})
    return PracticeAttempt.objects.get(), answer.url


def put(client, attempt, **values):
    return client.post(
        reverse("practice_cells", args=[attempt.pk]),
        {
            "save_id": str(uuid.uuid4()),
            "base_version": attempt.version,
            "device": "test",
            "changes": [{"op": "set", "cell": c, "value": v} for c, v in values.items()],
        },
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def test_from_the_list_to_the_marks(client, trainee):
    assert SET.code in client.get(reverse("practice_list")).content.decode()
    attempt, url = begin(client)
    text = client.get(url).content.decode()
    assert "不进入任何统计" in text
    assert "现场资料" in text
    assert 'id="grid-data"' in text
    saved = put(client, attempt, water_total="47717")
    assert saved.status_code == 200
    assert saved.json()["version"] == 2
    looked = client.get(reverse("practice_cells", args=[attempt.pk])).json()
    assert "G102-R01" not in {finding["rule"] for finding in looked["findings"]}
    asked = client.get(reverse("practice_finish", args=[attempt.pk])).content.decode()
    assert "<!doctype" in asked
    part = client.get(
        reverse("practice_finish", args=[attempt.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<!doctype" not in part
    done = client.post(reverse("practice_finish", args=[attempt.pk]), follow=True).content.decode()
    assert "改对" in done
    assert "漏改" in done
    assert "小数点漏写" in done
    late = client.post(reverse("practice_finish", args=[attempt.pk]))
    assert late.status_code == 409


def test_without_scripts_the_whole_form_is_posted(client, trainee):
    attempt, url = begin(client)
    data = {"base_version": "1", "save_id": str(uuid.uuid4()), "water_total": "47717"}
    values = {**SET.planted["values"], **data}
    assert client.post(url, values).status_code == 302
    attempt.refresh_from_db()
    assert attempt.version == 2
    bad = client.post(url, {**values, "save_id": str(uuid.uuid4()), "no_such": "1"})
    assert bad.status_code == 400
    assert "本表没有这个指标" in bad.content.decode()


def test_the_door_refuses_nonsense_in_words(client, trainee):
    attempt, _url = begin(client)
    url = reverse("practice_cells", args=[attempt.pk])
    assert client.post(url, "{", content_type="application/json").status_code == 400
    assert put(client, attempt, no_such="1").json()["code"] == "unknown_cell"
    assert client.post(reverse("practice_list"), {"set": "none"}).status_code == 404


def test_an_attempt_is_its_person_s_alone(client, cast, trainee):
    attempt, url = begin(client)
    client.force_login(cast.supervisor, backend="accounts.backends.PasswordBackend")
    assert client.get(url).status_code == 404
    assert put(client, attempt, water_total="1").status_code == 404
    client.force_login(cast.auditor, backend="accounts.backends.PasswordBackend")
    assert client.get(url).status_code == 403


def test_the_office_sees_the_scores_of_its_people(client, cast, trainee):
    attempt, _url = begin(client)
    client.post(reverse("practice_finish", args=[attempt.pk]))
    records = reverse("practice_records")
    assert client.get(records).status_code == 403
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    assert "陈普查" in client.get(records).content.decode()
    client.force_login(cast.neighbour, backend="accounts.backends.PasswordBackend")
    assert "陈普查" not in client.get(records).content.decode()


def test_few_queries(client, trainee, django_assert_max_num_queries):
    _attempt, url = begin(client)
    client.get(url)
    with django_assert_max_num_queries(14):
        client.get(url)
