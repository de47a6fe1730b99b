"""Nothing that was answered is lost when parts of the portal are killed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.kill_test import check, portal_up

pytestmark = [
    pytest.mark.launcher,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def test_every_answered_write_is_there_once_after_two_kills(tmp_path: Path):
    """A database backend and a web worker; the long run is `benchmarks/kill_test.py 20`."""
    with portal_up(tmp_path, 3) as (trial, manage, environment):
        written, killed = trial.run(kills=2, seed=3)
        assert dict(killed) == {"backend": 1, "web": 1}
        assert len(written.saves) > 10
        assert written.notes
        told = check(manage, tmp_path, written, environment)
    assert "0 faults" in told
    assert "answers intact" in told
    assert "audit log intact" in told
