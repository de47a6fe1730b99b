"""Other machines for a test: network namespaces on a bridge of their own, with real workers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

SUBNET = "10.213.57"
SERVER = f"{SUBNET}.1"
DATABASE_PORT, BROKER_PORT = 15432, 16379


def are_possible() -> bool:
    """Whether this machine lets us make a namespace."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"probe{uuid4().hex[:6]}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode:
        return False
    subprocess.run(["ip", "netns", "del", name], check=True)
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Relay:
    """Listens on the server's address and passes on to Unix sockets: the way over the network."""

    def __init__(self, ways: dict[int, str]) -> None:
        self._listening = [socket.create_server((SERVER, port)) for port in ways]
        for listener, way in zip(self._listening, ways.values(), strict=True):
            threading.Thread(target=self._take, args=(listener, way), daemon=True).start()

    def close(self) -> None:
        """Take no more; what runs ends with its machines."""
        for listener in self._listening:
            listener.close()

    def _take(self, listener: socket.socket, way: str) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:  # it was closed
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(way)
            for pair in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class Network:
    """A bridge with the server on it."""

    def __init__(self, database_sockets: Path, broker_socket: Path) -> None:
        self.bridge = f"cp{uuid4().hex[:8]}"
        _ip("link", "add", self.bridge, "type", "bridge")
        _ip("addr", "add", f"{SERVER}/24", "dev", self.bridge)
        _ip("link", "set", self.bridge, "up")
        database = str(database_sockets / ".s.PGSQL.5432")
        self._relay = Relay({DATABASE_PORT: database, BROKER_PORT: str(broker_socket)})

    def close(self) -> None:
        """Take the bridge away."""
        self._relay.close()
        _ip("link", "del", self.bridge)


class Host:
    """One machine: a namespace whose only way out is its cable to the bridge."""

    def __init__(self, network: Network, number: int) -> None:
        self.name = f"host{number}-{uuid4().hex[:6]}"
        self._cable = f"cp{number}{uuid4().hex[:8]}"
        inner = f"in{uuid4().hex[:8]}"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", inner)
        _ip("link", "set", inner, "netns", self.name)
        _ip("link", "set", self._cable, "master", network.bridge, "up")
        _ip("-n", self.name, "addr", "add", f"{SUBNET}.{10 + number}/24", "dev", inner)
        _ip("-n", self.name, "link", "set", inner, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")
        self._worker: subprocess.Popen[bytes] | None = None

    def start_worker(self, database: str, media: Path, log: Path) -> None:
        """A Celery worker that knows the servers by address only."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "DATABASE_URL": f"postgresql://portal@{SERVER}:{DATABASE_PORT}/{quote(database)}",
            "REDIS_URL": f"redis://{SERVER}:{BROKER_PORT}/{_broker_number()}",
            "PORTAL_MEDIA_DIR": str(media),
        }
        celery = [sys.executable, "-m", "celery", "-A", "census_portal", "worker"]
        quiet = ["-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle"]
        with log.open("wb") as output:
            self._worker = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *celery, *quiet, "-n", f"{self.name}@%h"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pull_the_cable(self) -> None:
        """From now on the machine reaches nobody."""
        _ip("link", "set", self._cable, "down")

    def close(self) -> None:
        """End the worker and the machine."""
        if self._worker is not None:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
        _ip("link", "del", self._cable)
        _ip("netns", "del", self.name)


def _broker_number() -> str:
    return parse_qs(urlsplit(os.environ["REDIS_URL"]).query).get("db", ["0"])[0]
