"""What the queue has lost is sent again; what waits or is being done is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from submissions import job_sweeping
from submissions.enums import JobKind, JobState
from submissions.models import Job
from tests.people import COUNTY

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=10)


def job(actor, number: int, *, age: timedelta, **fields) -> Job:
    return Job.objects.create(
        kind=JobKind.SUMMARY_RUN,
        dedupe_key=str(number),
        division_code=COUNTY,
        requested_by=actor,
        created_at=timezone.now() - age,
        **fields,
    )


@pytest.fixture
def sent(monkeypatch):
    """What is put into the queue, which is empty otherwise."""
    found: list[int] = []
    monkeypatch.setattr(job_sweeping, "job_send", lambda job: found.append(job.pk))
    return found


@pytest.fixture
def jobs(cast):
    """Of every kind that matters."""
    running = {"state": JobState.RUNNING, "started_at": timezone.now() - LONG_AGO}
    now, before = timezone.now(), timezone.now() - LONG_AGO
    ended = {"state": JobState.FAILED, "finished_at": now, "error": "x"}
    return {
        "lost": job(cast.office, 1, age=LONG_AGO),
        "just asked for": job(cast.office, 2, age=timedelta(0)),
        "silent": job(cast.office, 3, age=LONG_AGO, heartbeat_at=before, **running),
        "at work": job(cast.office, 4, age=LONG_AGO, heartbeat_at=now, **running),
        "ended": job(cast.office, 5, age=LONG_AGO, **ended),
    }


def test_only_what_is_lost_is_sent_again(jobs, sent):
    assert job_sweeping.jobs_requeue() == 2
    assert sent == [jobs["lost"].pk, jobs["silent"].pk]


def test_nothing_is_sent_while_tasks_wait(jobs, sent, monkeypatch):
    monkeypatch.setattr(job_sweeping, "_tasks_waiting", lambda: 3)
    assert job_sweeping.jobs_requeue() == 0
    assert sent == []


def test_a_broker_that_does_not_answer_is_not_an_empty_one(jobs, sent, settings, monkeypatch):
    monkeypatch.setattr(
        job_sweeping.current_app.conf, "task_default_queue", "nowhere", raising=False
    )
    assert job_sweeping._tasks_waiting() == 0
    from kombu.exceptions import OperationalError

    def refused():
        raise OperationalError("no broker")

    monkeypatch.setattr(job_sweeping.current_app, "connection_for_read", refused)
    assert job_sweeping.jobs_requeue() == 0
    assert sent == []
