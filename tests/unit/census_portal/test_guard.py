"""The guard ends what a killed launcher leaves, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from census_portal.launcher.guard import Guard

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


@pytest.fixture
def stubborn() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own."""
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_group_that_outlives_the_launcher_is_killed(stubborn):
    guard = Guard(grace_seconds=0.2)
    guard.watch([stubborn.pid])
    guard.forsake()
    assert stubborn.wait(20) < 0


def test_a_dismissed_guard_kills_nobody_and_waits_for_nothing(stubborn):
    guard = Guard(grace_seconds=60)
    guard.watch([stubborn.pid])
    began = time.monotonic()
    guard.dismiss()
    assert time.monotonic() - began < 30
    assert stubborn.poll() is None


def test_a_killed_guard_stops_nothing():
    guard = Guard()
    os.kill(guard.pid, signal.SIGKILL)
    guard.watch([1])
    guard.dismiss()
