"""Jobs: one row, one run, whatever is asked twice or delivered twice."""

import datetime as dt
import threading

import pytest
from celery.exceptions import Ignore
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions import jobs
from submissions.enums import JobKind, JobState
from submissions.jobs import (
    JobIsElsewhere,
    job_cancel,
    job_running,
    job_start,
    queue_position,
)
from submissions.models import Job
from tests.people import COUNTY, NEIGHBOUR_COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """What would go to the broker."""
    found = []
    monkeypatch.setattr(jobs, "job_send", lambda job: found.append(job.pk))
    return found


def start(actor, division_code=COUNTY[:6], **parameters):
    return job_start(
        kind=JobKind.SUMMARY_RUN,
        parameters=parameters or {"table": "T1"},
        actor=actor,
        division_code=division_code,
    )


def test_job_start_records_and_sends_it_once(office, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = start(office)
        second = start(office)
    assert first.pk == second.pk
    assert sent == [first.pk]
    assert [e.action for e in events_for(first)] == [AuditAction.JOB_STARTED]


def test_job_start_with_other_parameters_is_another_job(office):
    assert start(office, table="T1").pk != start(office, table="T2").pk


def test_job_start_after_the_first_has_ended_is_another_job(office):
    first = start(office)
    with job_running(first.pk):
        pass
    assert start(office).pk != first.pk


def test_job_start_in_a_neighbouring_county_is_refused(office):
    with pytest.raises(NotAllowed):
        start(office, division_code=NEIGHBOUR_COUNTY[:6])


def test_job_start_does_not_wait_for_a_job_that_died_hours_ago(office):
    first = start(office)
    Job.objects.filter(pk=first.pk).update(created_at=timezone.now() - dt.timedelta(hours=7))
    assert start(office).pk != first.pk
    first.refresh_from_db()
    assert first.state == JobState.FAILED
    assert first.error


def test_job_whose_broker_is_away_fails_in_words(office, monkeypatch):
    monkeypatch.undo()

    class Signature:
        def apply_async(self):
            raise OperationalError("no broker")

    monkeypatch.setattr(jobs.current_app, "signature", lambda *a, **k: Signature())
    job = start(office)
    jobs.job_send(job)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "队列" in job.error


def test_job_is_sent_to_the_worker_by_the_name_of_its_task(office, monkeypatch):
    monkeypatch.undo()
    found = []

    class Signature:
        def __init__(self, name, args):
            found.append((name, args))

        def apply_async(self):
            found.append("sent")

    monkeypatch.setattr(jobs.current_app, "signature", Signature)
    job = start(office)
    jobs.job_send(job)
    assert found == [("summaries.tasks.summary_run", [job.pk]), "sent"]


def test_job_running_walks_from_queued_to_succeeded(office):
    job = start(office)
    with job_running(job.pk) as running:
        running.job.refresh_from_db()
        assert running.job.state == JobState.RUNNING
        running.result_path, running.result_name = "a/b.xlsx", "表.xlsx"
    job.refresh_from_db()
    assert (job.state, job.result_name, job.percent) == (JobState.SUCCEEDED, "表.xlsx", 100)
    assert job.finished_at is not None


def test_job_running_ends_a_refusal_with_its_sentence(office):
    job = start(office)
    with job_running(job.pk):
        raise Invalid("文件不对")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "文件不对")


def test_job_running_ends_a_bug_with_a_sentence_and_raises_it_on(office):
    job = start(office)
    with pytest.raises(ZeroDivisionError), job_running(job.pk):
        raise ZeroDivisionError
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "ZeroDivisionError" not in job.error


def test_job_cancelled_while_waiting_ends_at_once(office):
    job = job_cancel(job_id=start(office).pk, actor=office)
    assert job.state == JobState.CANCELLED
    with pytest.raises(JobIsElsewhere), job_running(job.pk):
        raise AssertionError("must not run")


def test_job_cancelled_twice_is_refused_the_second_time(office):
    job = job_cancel(job_id=start(office).pk, actor=office)
    with pytest.raises(Conflict) as refusal:
        job_cancel(job_id=job.pk, actor=office)
    assert refusal.value.code == "job_ended"


def test_job_cancel_by_somebody_without_the_right_is_refused(office, auditor):
    with pytest.raises(NotAllowed):
        job_cancel(job_id=start(office).pk, actor=auditor)


def test_job_cancel_of_nothing_is_missing(office):
    with pytest.raises(Missing):
        job_cancel(job_id=0, actor=office)


def test_a_delivery_while_another_worker_is_alive_is_left_alone(office):
    job = start(office)
    with job_running(job.pk), pytest.raises(Ignore), job_running(job.pk):
        raise AssertionError("must not run")


def test_a_delivery_inside_a_task_is_looked_at_again_later(office, monkeypatch):
    class Again(Exception):
        pass

    class Task:
        def retry(self, **options):
            assert options["countdown"] < 60
            return Again()

    job = start(office)
    monkeypatch.setattr(jobs, "current_task", Task())
    with job_running(job.pk), pytest.raises(Again), job_running(job.pk):
        raise AssertionError("must not run")


def test_a_redelivery_takes_over_from_a_worker_gone_silent(office):
    job = start(office)
    with pytest.raises(SystemExit), job_running(job.pk):
        raise SystemExit
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    with job_running(job.pk):
        pass
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)


@pytest.mark.django_db(transaction=True)
def test_a_job_cancelled_while_its_worker_died_ends_as_cancelled(office):
    job = start(office)
    with pytest.raises(SystemExit), job_running(job.pk):
        raise SystemExit
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    job_cancel(job_id=job.pk, actor=office)
    with pytest.raises(JobIsElsewhere), job_running(job.pk):
        raise AssertionError("must not run")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_queue_position_counts_who_is_before(office):
    first, second = start(office, table="T1"), start(office, table="T2")
    assert (queue_position(first), queue_position(second)) == (0, 1)
    with job_running(first.pk) as running:
        assert queue_position(running.job) == 0


def test_two_alive_jobs_of_one_key_are_refused_by_the_database(office):
    job = start(office)
    job.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        job.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_while_the_work_is_uncommitted(office):
    job = start(office)
    seen = []

    def look():
        seen.append(Job.objects.values_list("progress_done", "message").get(pk=job.pk))
        connections["default"].close()

    with job_running(job.pk) as running, transaction.atomic():
        running.progress(3, 10, "第三步")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [(3, "第三步")]


@pytest.mark.django_db(transaction=True)
def test_progress_stops_a_job_that_somebody_cancelled(office):
    job = start(office)
    with job_running(job.pk) as running:
        job_cancel(job_id=job.pk, actor=office)
        running.progress(1, 2)
        raise AssertionError("must have stopped")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_job_asked_for_by_two_people_at_once_is_one_job(office):
    found = []
    barrier = threading.Barrier(2)

    def ask():
        barrier.wait()
        found.append(start(office).pk)
        connections["default"].close()

    threads = [threading.Thread(target=ask) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_a_job_that_ends_every_worker_is_given_up_in_words(office):
    job = start(office)
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    for _worker in range(jobs.ATTEMPTS_AT_MOST):
        with pytest.raises(SystemExit), job_running(job.pk):
            raise SystemExit  # killed: nothing more is written
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, finished_at=None, heartbeat_at=long_ago
        )
    with pytest.raises(JobIsElsewhere), job_running(job.pk):
        pytest.fail("not a sixth time")
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "多次" in job.error
