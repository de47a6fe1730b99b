"""Ends what a killed launcher leaves behind.

The kernel tells each process of the launcher's death, but a worker told in the wrong moment may
wait for a lock for ever (Celery logs in its signal handler). The guard is a small process that
sees its standard input close, waits a while, and kills the groups that still live. It needs
nothing but the standard library: it runs as a file, outside Django.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 8.0  # the web server's requests and the worker's tasks have five


class Guard:
    """The launcher's end of the pipe."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        reading, self._pipe = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(grace_seconds)],
            stdin=reading,
            cwd="/",
            start_new_session=True,
        )
        os.close(reading)

    @property
    def pid(self) -> int:
        """The guard's process."""
        return self._process.pid

    def watch(self, pids: Iterable[int]) -> None:
        """Name the leaders of all groups that are to end with the launcher."""
        with contextlib.suppress(OSError):  # somebody killed the guard: no reason to stop
            os.write(self._pipe, f"{' '.join(map(str, pids))}\n".encode())

    def forsake(self) -> None:
        """Close the pipe without a word, as the kernel does for a killed launcher."""
        os.close(self._pipe)
        self._process.wait()

    def dismiss(self) -> None:
        """End the guard; nothing is left to guard."""
        self.watch(())
        self.forsake()


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def guard(grace_seconds: float) -> None:
    """Read until the launcher is gone, then see to it that its groups end."""
    groups: list[int] = []
    for line in sys.stdin:
        groups = [int(word) for word in line.split()]
    deadline = time.monotonic() + grace_seconds
    while groups and time.monotonic() < deadline:
        groups = [group for group in groups if _is_alive(group)]
        time.sleep(0.1)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    guard(float(sys.argv[1]))
