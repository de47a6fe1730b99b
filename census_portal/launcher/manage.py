"""`./portal manage …`: a management command on the running servers, or on servers of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from census_portal.launcher.errors import StackBusy
from census_portal.launcher.layout import CHECKOUT
from census_portal.launcher.processes import end_with_parent
from census_portal.launcher.stack import Stack

PURPOSE = "manage"


def manage(data: Path, arguments: Sequence[str]) -> int:
    """Run the command and answer its exit code."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    with Stack(data) as stack:
        try:
            stack.lock()
        except StackBusy:
            state = stack.state_of_owner()
            if state["purpose"] != PURPOSE:
                return run_in_foreground(command, stack.environment() | dict(state["environment"]))
            print("Waiting for another ./portal manage …", file=sys.stderr)
            stack.lock(wait=True)
        stack.start(say=_quiet)
        stack.publish_state(purpose=PURPOSE)
        return run_in_foreground(command, stack.environment())


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program on this terminal. Ctrl-C is the program's to handle; we wait for its end."""
    process = subprocess.Popen(
        command,
        env=dict(environment),
        preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  the launcher has one thread
    )

    def pass_on(number: int, _frame: object) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both of us
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, pass_on)
    code = process.wait()
    return code if code >= 0 else 128 - code


def _quiet(_line: str) -> None:
    """Only the command's own output is wanted."""
