"""`/api/v1/jobs/`: the jobs of the own jurisdiction."""

import pytest

from submissions import jobs
from submissions.enums import JobKind, JobState
from submissions.models import Job
from tests.people import COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(office, monkeypatch):
    monkeypatch.setattr(jobs, "job_send", lambda job: None)
    return jobs.job_start(
        kind=JobKind.SUMMARY_RUN,
        parameters={"table": "T1"},
        actor=office,
        division_code=COUNTY[:6],
    )


def test_job_list_and_detail_show_the_own_jurisdiction(job, office, neighbour, api):
    client = api(office)
    (row,) = client.get("/api/v1/jobs/").json()["results"]
    assert (row["id"], row["state"], row["percent"]) == (job.pk, "queued", 0)
    assert client.get("/api/v1/jobs/?state=failed").json()["results"] == []
    assert client.get(f"/api/v1/jobs/{job.pk}/").json()["kind"] == "summary_run"
    assert api(neighbour).get("/api/v1/jobs/").json()["results"] == []
    assert api(neighbour).get(f"/api/v1/jobs/{job.pk}/").status_code == 404
    assert api().get("/api/v1/jobs/").status_code == 401


def test_job_list_pages_newest_first(job, office, api):
    other = Job.objects.get(pk=job.pk)
    other.pk, other.dedupe_key = None, "other"
    other.save(force_insert=True)
    client = api(office)
    page = client.get("/api/v1/jobs/?limit=1").json()
    assert [row["id"] for row in page["results"]] == [other.pk]
    page = client.get(f"/api/v1/jobs/?limit=1&after={page['next']}").json()
    assert [row["id"] for row in page["results"]] == [job.pk]
    assert page["next"] is None


def test_job_cancel_stops_it_once(job, office, county_reviewer, api):
    url = f"/api/v1/jobs/{job.pk}/cancel/"
    assert api(county_reviewer).send(url, {}).status_code == 403
    answer = api(office).send(url, {})
    assert (answer.status_code, answer.json()["state"]) == (200, JobState.CANCELLED)
    again = api(office).send(url, {})
    assert (again.status_code, again.json()["code"]) == (409, "job_ended")
    assert api(office).send(url, {"now": True}).status_code == 400
