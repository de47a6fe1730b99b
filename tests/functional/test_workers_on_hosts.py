"""Workers on several machines share one PostgreSQL and one broker, and no job is done twice."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from submissions.enums import JobState
from submissions.job_sweeping import jobs_requeue
from submissions.models import Job
from summaries.models import SummaryRun
from summaries.services import SummaryOrder, summary_request
from tests.factories.case import make_plain_unit
from tests.factories.exercise import make_exercise
from tests.factories.submission import frozen
from tests.functional import hosts
from tests.people import CITY, COUNTY, NATION, PROVINCE, TOWN

pytestmark = [
    pytest.mark.functional,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not hosts.are_possible(), reason="needs root and network namespaces"),
]


@pytest.fixture
def network():
    """The servers of this run on a network of their own."""
    sockets = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    found = hosts.Network(Path(sockets), Path(urlsplit(os.environ["REDIS_URL"]).path))
    yield found
    found.close()


@pytest.fixture
def two_hosts(network, settings, tmp_path):
    """Two machines with a worker each, and their logs."""
    machines = [hosts.Host(network, number) for number in (1, 2)]
    logs = [tmp_path / f"{machine.name}.log" for machine in machines]
    for machine, log in zip(machines, logs, strict=True):
        machine.start_worker(connection.settings_dict["NAME"], Path(settings.MEDIA_ROOT), log)
    wait(lambda: all("ready." in log.read_text() for log in logs), 60)
    yield machines, logs
    for machine in machines:
        machine.close()


def wait(condition, seconds: float) -> None:
    """Poll until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)


def have_ended() -> bool:
    """Whether every job has ended."""
    return not Job.objects.alive().exists()


def have_ended_or_requeued() -> bool:
    """As the beat does it, with less patience."""
    jobs_requeue(waited_for=timedelta(seconds=2))
    return have_ended()


def done_by(log: Path) -> int:
    """How many tasks a worker has finished."""
    return log.read_text().count("succeeded in")


def test_two_hosts_share_the_work_and_one_goes_on_alone(cast, two_hosts):
    machines, logs = two_hosts
    make_exercise()
    unit = make_plain_unit(cast.enumerator, division_code=TOWN, industry_codes=["1752"])
    frozen(unit, "G101-1", {"values": {"gross_output": "12.50"}}, actor=cast.enumerator)
    places = (COUNTY, CITY, PROVINCE, NATION)

    def order(axis: str, level: str) -> list[SummaryRun]:
        return [
            summary_request(
                actor=cast.national_office, order=SummaryOrder("H101", place, axis, level)
            )
            for place in places
        ]

    runs = [run for level in ("county", "city", "province") for run in order("division", level)]
    wait(have_ended, 60)
    assert {job.state for job in Job.objects.all()} == {JobState.SUCCEEDED}
    assert {job.attempts for job in Job.objects.all()} == {1}
    assert sum(map(done_by, logs)) == len(runs)
    assert all(done_by(log) for log in logs), "both hosts took their share"
    results = {
        (run.division_code, run.approval_level): run.result_hash for run in SummaryRun.objects.all()
    }
    assert len(results) == len(runs)

    # what the broker hands to the machine that is cut off is lost to the queue, not to its row
    machines[0].pull_the_cable()
    before = done_by(logs[1])
    order("division", "national")
    wait(have_ended_or_requeued, 60)
    assert done_by(logs[1]) - before == len(places)
