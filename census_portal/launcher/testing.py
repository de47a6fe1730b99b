"""`./portal test`: pytest with a PostgreSQL and a Valkey of its own, which forget everything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from census_portal.launcher.catalogues import compile_catalogues
from census_portal.launcher.errors import LauncherError, StackBusy
from census_portal.launcher.layout import CHECKOUT, default_data
from census_portal.launcher.manage import run_in_foreground
from census_portal.launcher.stack import Stack

WHOLE_SUITE = ["-n", "2", "--cov", "--cov-report=term", "-q"]
RUNS_AT_ONCE = 4


def run_tests(arguments: Sequence[str]) -> int:
    """The whole suite with its coverage floor, or what pytest is told."""
    compile_catalogues(CHECKOUT / "locale")
    command = [sys.executable, "-m", "pytest", *(arguments or WHOLE_SUITE)]
    with _free_stack(default_data()) as stack:
        stack.start(say=lambda _line: None)
        stack.publish_state(purpose="test")
        environment = stack.environment()
        environment["PORTAL_DEBUG"] = "1"
        # settings of a production machine must not reach the tests
        for name in ("PORTAL_SECRET_KEY", "PORTAL_ALLOWED_HOSTS", "PORTAL_TLS", "PORTAL_PGBOUNCER"):
            environment.pop(name, None)
        return run_in_foreground(command, environment | {"COVERAGE_FILE": str(_coverage(stack))})


def _free_stack(data: Path) -> Stack:
    """The first free one of a few folders, so that two runs do not wait for each other."""
    for number in range(1, RUNS_AT_ONCE + 1):
        stack = Stack(data / ("test" if number == 1 else f"test-{number}"), durable=False)
        try:
            stack.lock()
        except StackBusy:
            continue
        return stack
    raise LauncherError(f"{RUNS_AT_ONCE} test runs use {CHECKOUT} already.")


def _coverage(stack: Stack) -> Path:
    return stack.layout.data / "coverage"
