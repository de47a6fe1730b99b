"""Runs `./portal` as a person does: a process of its own, from a copy in an awkward folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

CHECKOUT = Path(__file__).resolve().parents[3]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".venv.lock", "var", "tests", "benchmarks", "__pycache__", ".*_cache"
)
MARK = "PORTAL_TEST_MARK"
PROGRAMS = {
    "postgres": "/postgres",
    "valkey": "valkey-server",
    "web": "census_portal.wsgi",
    "worker": "worker",
    "beat": "beat-schedule",
}


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Poll; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.1)


class PortalProcess:
    """One copy of the checkout and the portal that runs from it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "普查 门户"
        shutil.copytree(CHECKOUT, self.home, ignore=LEFT_OUT)
        self.data = folder / "数据 1"
        self.port = free_port()
        self.log = folder / "up.log"
        self.mark = uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Ours without the servers of the test run; every child carries the mark."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "COVERAGE_FILE"}
            and not name.startswith(("PORTAL_", "PYTEST_", "DJANGO_", "COV_"))
        }
        # the same interpreter, or the script would install into the venv of this very run
        return kept | {"PORTAL_VENV": sys.prefix, "PYTHON": sys.executable, MARK: self.mark}

    @property
    def pid(self) -> int:
        """The launcher's process."""
        assert self._process is not None
        return self._process.pid

    def ensure_up(self) -> None:
        """Start it where it does not run, and wait for its last line."""
        if self._process is not None and self._process.poll() is None:
            return
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self.home / "portal", *self.up_arguments()],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self._process
        wait_until(
            lambda: "The portal is at" in self.log.read_text() or process.poll() is not None,
            150,
            "the portal starts",
        )
        assert process.poll() is None, self.log.read_text()

    def up_arguments(self) -> list[str]:
        """The command line of `up`."""
        return ["up", "--empty", "--data", str(self.data), "--port", str(self.port)]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `./portal` beside it, to its end."""
        return subprocess.run(
            [self.home / "portal", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and JSON of a page; 0 where nothing answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=30
            ) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except OSError:
            return 0, {}

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        return self.get("/readyz")[0] == 200

    def child(self, name: str) -> int | None:
        """The process of one program that the launcher itself started."""
        for pid in self.processes():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.pid and PROGRAMS[name] in command:
                    return pid
        return None

    def processes(self) -> list[int]:
        """Every living process of this portal, whoever its parent is."""
        return list(self._marked())

    def _marked(self) -> Iterator[int]:
        wanted = f"{MARK}={self.mark}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                # a server works in the data folder; Valkey overwrites its environment with a title
                is_server = (entry / "cwd").readlink().is_relative_to(self.data)
                if is_server or wanted in (entry / "environ").read_bytes():
                    yield int(entry.name)

    def end(self, signal_number: signal.Signals) -> None:
        """Signal the launcher and wait for it."""
        assert self._process is not None
        self._process.send_signal(signal_number)
        self._process.wait(30)
        self._process = None

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self.end(signal.SIGTERM)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
