"""Child processes: patience, stopping by plan, ending with the launcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from census_portal.launcher.processes import Patience, Service, end_orphans, finish, start

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"


def test_patience_ends_with_the_sixth_death_within_a_minute():
    patience = Patience()
    assert not any(patience.is_lost_after_another(now) for now in range(5))
    assert patience.is_lost_after_another(6)


def test_patience_forgets_old_deaths():
    patience = Patience()
    assert not any(patience.is_lost_after_another(now * 20) for now in range(30))


def test_a_child_ends_with_its_parent():
    code = (
        "import signal, subprocess, sys; from census_portal.launcher.processes import start; import os;"
        "p = start(['sleep', '60'], last_signal=signal.SIGTERM, environment=os.environ);"
        "print(p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    child = int(parent.stdout)
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{child}") and time.monotonic() < deadline:
        with open(f"/proc/{child}/stat") as status:
            if " Z " in status.read():
                break
        time.sleep(0.05)
    else:
        assert not os.path.exists(f"/proc/{child}")


def test_finish_goes_from_asking_to_killing():
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        finish(process, [(signal.SIGTERM, 0.2)])
    assert process.returncode == -signal.SIGKILL


def test_finish_leaves_a_process_that_ended_alone():
    process = start(["true"], last_signal=signal.SIGTERM, environment=os.environ)
    process.wait()
    finish(process, [(signal.SIGTERM, 5.0)])
    assert process.returncode == 0


@pytest.fixture
def service(tmp_path):
    """A service that would run for a minute."""
    found = Service(name="web", command=["sleep", "60"], stop_plan=((signal.SIGTERM, 5.0),))
    assert found.exit_code() is None
    found.stop()
    found.start(os.environ, tmp_path)
    yield found
    found.stop()


def test_a_service_tells_how_it_ended(service):
    assert service.exit_code() is None
    service.process.kill()
    service.process.wait()
    assert service.exit_code() == -signal.SIGKILL


def test_a_service_stops_when_asked(service):
    process = service.process
    service.ask_to_stop()
    service.stop()
    assert process.returncode == -signal.SIGTERM
    assert service.process is None


def test_orphans_of_a_folder_are_ended_and_no_others(tmp_path):
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    with (
        subprocess.Popen(["sleep", "60"], cwd=mine) as orphan,
        subprocess.Popen(["sleep", "60"], cwd=other) as stranger,
    ):
        # as its own child the orphan stays a zombie until it is waited for, without a folder
        end_orphans(mine, "sleep", signal.SIGTERM)
        assert orphan.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        stranger.kill()
