"""A Valkey server of our own on a Unix socket: broker, results and cache."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from census_portal.launcher.binaries import find_valkey
from census_portal.launcher.errors import LauncherError
from census_portal.launcher.layout import Layout, private_folder
from census_portal.launcher.privileges import Identity
from census_portal.launcher.processes import end_orphans, finish, start

START_SECONDS = 60
STOP_PLAN = ((signal.SIGTERM, 10.0),)


class Valkey:
    """Starts, watches and stops the server. What is queued survives a restart."""

    name = "Valkey"
    variable = "REDIS_URL"

    def __init__(self, layout: Layout, identity: Identity | None, *, durable: bool) -> None:
        self._layout = layout
        self._identity = identity
        self._durable = durable
        self._program: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The base URL; the settings derive broker, results and cache from it."""
        return f"unix://{self._layout.valkey_socket}?db=0"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._layout.logs / "valkey.log"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._program = self._program or find_valkey()
        private_folder(self._layout.sockets, self._identity)
        private_folder(self._layout.valkey, None)
        for program in ("valkey", "redis"):
            end_orphans(self._layout.valkey, program, signal.SIGTERM)
        options = {
            "port": "0",
            "unixsocket": str(self._layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self._layout.valkey),
            "appendonly": "yes" if self._durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",  # a broker that evicts loses work
        }
        with self.log.open("ab") as log:
            self._process = start(
                [self._program, *(part for k, v in options.items() for part in (f"--{k}", v))],
                last_signal=signal.SIGTERM,
                environment=os.environ,
                output=log,
            )
        self._wait()

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop; the append-only file is complete."""
        if self._process is not None:
            finish(self._process, STOP_PLAN)
            self._process = None

    def _wait(self) -> None:
        client = redis.Redis(unix_socket_path=str(self._layout.valkey_socket))
        deadline = time.monotonic() + START_SECONDS
        while True:
            if not self.is_alive():
                raise LauncherError(f"Valkey did not start; see {self.log}")
            try:
                client.ping()
            except redis.RedisError as error:
                if time.monotonic() > deadline:
                    raise LauncherError(f"Valkey does not answer: {error}") from None
                time.sleep(0.02)
            else:
                client.close()
                return
