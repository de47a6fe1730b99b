"""`./portal up` for real: starts, says what is wrong, heals, stops, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from tests.integration.census_portal.portal_process import PROGRAMS, PortalProcess, wait_until

pytestmark = [
    pytest.mark.launcher,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """One copy for the module."""
    portal = PortalProcess(tmp_path_factory.mktemp("launcher"))
    yield portal
    portal.close()


@pytest.fixture
def portal(process: PortalProcess, sockets_off: None) -> PortalProcess:
    """The copy, up."""
    process.ensure_up()
    wait_until(process.is_ready, 90, "ready")
    return process


def test_up_answers_on_both_health_pages(portal: PortalProcess):
    healthy = (200, {"status": "ok"})
    wait_until(lambda: portal.get("/healthz") == healthy, 60, "healthy")
    wait_until(portal.is_ready, 60, "ready")
    assert portal.get("/readyz")[1]["checks"] == {
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
    }


def test_up_loads_the_reference_data_and_no_demonstration(portal: PortalProcess):
    code = (
        "from registry.models import Division; from accounts.models import User; "
        "print(Division.objects.count() > 40000, User.objects.count())"
    )
    answer = portal.run("manage", "--data", str(portal.data), "shell", "-v", "0", "-c", code)
    assert answer.stdout.split() == ["True", "0"], answer.stderr


def test_up_twice_says_where_it_is_up(portal: PortalProcess):
    answer = portal.run(*portal.up_arguments())
    assert answer.returncode == 1
    assert f"up already at http://127.0.0.1:{portal.port}/" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_up_on_a_port_in_use_says_so(portal: PortalProcess, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        answer = portal.run("up", "--data", str(tmp_path), "--port", port)
    assert answer.returncode == 1
    assert f"Port {port} is in use" in answer.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_process_comes_back(portal: PortalProcess, name: str):
    wait_until(lambda: portal.child(name), 10, f"{name} runs")
    before = portal.child(name)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: portal.child(name) not in {None, before}, 60, f"{name} comes back")
    wait_until(portal.is_ready, 60, "ready again")


def test_ctrl_c_stops_everything_within_seconds(portal: PortalProcess):
    began = time.monotonic()
    portal.end(signal.SIGINT)
    assert time.monotonic() - began < 10
    assert portal.processes() == []


def test_a_killed_launcher_leaves_no_process_and_the_next_one_starts(portal: PortalProcess):
    portal.end(signal.SIGKILL)
    wait_until(lambda: not portal.processes(), 60, "every process ends")
    portal.ensure_up()
    wait_until(portal.is_ready, 60, "ready")


def test_manage_starts_servers_of_its_own_in_a_very_long_path(process: PortalProcess, tmp_path):
    data = tmp_path / ("long" * 20) / ("path" * 20)
    answer = process.run("manage", "--data", str(data), "migrate", "audit", "--verbosity", "0")
    assert answer.returncode == 0, answer.stderr
    answer = process.run("manage", "--data", str(data), "migrate", "audit", "--check")
    assert answer.returncode == 0, answer.stderr
    assert not (data / "running.json").exists()


def test_manage_passes_on_the_exit_code(portal: PortalProcess):
    answer = portal.run("manage", "--data", str(portal.data), "no_such_command")
    assert answer.returncode == 1
    assert "no_such_command" in answer.stderr
