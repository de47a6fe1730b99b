"""Child processes that end with the launcher, and the patience with those that keep dying."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
ORPHAN_SECONDS = 15
_prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux only


def end_with_parent(signal_number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends this signal when the launcher dies, even by SIGKILL."""

    def ask_kernel() -> None:
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, int(signal_number))

    return ask_kernel


def signal_group(pid: int, signal_number: signal.Signals) -> None:
    """Signal a whole process group, where it still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal_number)


def start(
    command: Sequence[str | Path],
    *,
    last_signal: signal.Signals,
    environment: Mapping[str, str],
    output: IO[bytes] | None = None,
    account: Mapping[str, Any] | None = None,
    folder: Path | str = "/",
) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own (Ctrl-C must not reach it), ending with the launcher."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=folder,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=end_with_parent(last_signal),  # noqa: PLW1509  the launcher has one thread
        **(account or {}),
    )


def finish(process: subprocess.Popen[bytes], plan: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal of the plan and wait that long; then kill what is left of the group."""
    for signal_number, seconds in plan:
        if process.poll() is not None:
            break
        process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def end_orphans(folder: Path, program: str, first_signal: signal.Signals) -> None:
    """End servers that still work in a folder after their launcher was killed.

    A busy PostgreSQL backend would block the next start, and a late Valkey would remove the new
    one's socket. The caller holds the lock of the folder, so nobody else's server is meant.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while orphans := list(_working_in(folder, program)):
        late = time.monotonic() > deadline
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late else first_signal)
        time.sleep(0.1)


def _working_in(folder: Path, program: str) -> Iterator[int]:
    """Processes of that name with that working folder. Without /proc: none."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            here = (entry / "cwd").readlink() == folder.resolve()
            if here and (entry / "comm").read_text().startswith(program):
                yield int(entry.name)
        except OSError:
            continue  # gone, or not ours


@dataclass
class Patience:
    """Gives up on what dies five times within a minute."""

    deaths_allowed: int = 5
    within_seconds: float = 60.0
    _deaths: list[float] = field(default_factory=list)

    def is_lost_after_another(self, now: float | None = None) -> bool:
        """Count one more death; True when it was one too many."""
        moment = time.monotonic() if now is None else now
        self._deaths = [t for t in self._deaths if moment - t < self.within_seconds]
        self._deaths.append(moment)
        return len(self._deaths) > self.deaths_allowed


@dataclass
class Service:
    """One long-running process of the portal: web, worker or beat."""

    name: str
    command: Sequence[str]
    stop_plan: Sequence[tuple[signal.Signals, float]]
    last_signal: signal.Signals = signal.SIGTERM
    patience: Patience = field(default_factory=Patience)
    process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        """Start, or start again."""
        self.process = start(
            self.command,
            last_signal=self.last_signal,
            environment=environment,
            folder=folder,
        )

    def exit_code(self) -> int | None:
        """None while it runs. What a dead one left in its group is killed, so its port is free."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is not None:
            signal_group(self.process.pid, signal.SIGKILL)
        return code

    def ask_to_stop(self) -> None:
        """Send the first signal of the plan without waiting, so that all stop side by side."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_plan[0][0])

    def stop(self) -> None:
        """Wait by the plan, then kill."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_plan[0][1])
        finish(self.process, self.stop_plan[1:])
        self.process = None
