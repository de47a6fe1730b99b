"""The servers of one data folder: started in order, healed, stopped in the other order."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from census_portal.launcher.errors import LauncherError, StackBusy
from census_portal.launcher.layout import CHECKOUT, layout_for
from census_portal.launcher.postgres import Postgres
from census_portal.launcher.privileges import server_identity
from census_portal.launcher.processes import Patience
from census_portal.launcher.valkey import Valkey

STATE_SECONDS = 180  # how long another launcher may take to start its servers


class Server(Protocol):
    """What the stack asks of a server."""

    name: str
    variable: str

    @property
    def url(self) -> str:
        """What the portal connects to."""

    def start(self) -> None:
        """Start and wait until it answers."""

    def stop(self) -> None:
        """Stop within seconds."""

    def is_alive(self) -> bool:
        """Whether its process runs."""


class Stack:
    """Holds the lock of a data folder; runs the servers that the environment does not name."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        identity = server_identity()
        self.layout = layout_for(data, identity)
        servers: list[Server] = [
            Postgres(self.layout, identity, durable=durable),
            Valkey(self.layout, identity, durable=durable),
        ]
        self.servers = [server for server in servers if not os.environ.get(server.variable)]
        self._patience = {server.name: Patience() for server in self.servers}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Stack:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def owns_broker(self) -> bool:
        """Whether the broker is ours alone, so that no other machine's worker holds tasks."""
        return any(server.variable == Valkey.variable for server in self.servers)

    def lock(self, *, wait: bool = False) -> None:
        """Take the folder; raises StackBusy where another launcher holds it."""
        handle = self.layout.lock.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            handle.close()
            raise StackBusy(f"Another ./portal uses {self.layout.data}.") from None
        self._lock = handle
        self.layout.state.unlink(missing_ok=True)
        self.layout.logs.mkdir(exist_ok=True)

    def start(self, say: Callable[[str], None]) -> None:
        """Start every server in order."""
        for server in self.servers:
            server.start()
            say(f"{server.name} is ready")

    def heal(self, say: Callable[[str], None]) -> None:
        """Start again what died; raises LauncherError where that keeps happening."""
        for server in self.servers:
            if server.is_alive():
                continue
            if self._patience[server.name].is_lost_after_another():
                raise LauncherError(f"{server.name} keeps dying; see {self.layout.logs}")
            say(f"{server.name} died; starting it again")
            server.start()

    def stop(self) -> None:
        """Stop the servers in the other order and let go of the folder."""
        for server in reversed(self.servers):
            server.stop()
        if self._lock is not None:
            self.layout.state.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def environment(self) -> dict[str, str]:
        """The environment of the portal's own processes: a demonstration unless told otherwise."""
        found = dict(os.environ)
        found.update({server.variable: server.url for server in self.servers})
        found.setdefault("PORTAL_DEBUG", "1")
        found["PORTAL_DATA_DIR"] = str(self.layout.data)
        found["DJANGO_SETTINGS_MODULE"] = "census_portal.settings"
        found["PYTHONPATH"] = str(CHECKOUT)
        return found

    def publish_state(self, *, purpose: str, address: str = "") -> None:
        """Tell other launchers how to reach these servers."""
        state = {
            "pid": os.getpid(),
            "purpose": purpose,
            "address": address,
            "environment": {server.variable: server.url for server in self.servers},
        }
        draft = self.layout.state.with_suffix(".new")
        draft.write_text(json.dumps(state))
        draft.chmod(0o600)
        draft.replace(self.layout.state)

    def state_of_owner(self) -> Mapping[str, Any]:
        """What the launcher that holds the folder says; waits while it is still starting."""
        deadline = time.monotonic() + STATE_SECONDS
        while time.monotonic() < deadline:
            try:
                state: dict[str, Any] = json.loads(self.layout.state.read_text())
            except FileNotFoundError:
                time.sleep(0.1)
            else:
                return state
        raise StackBusy(f"Another ./portal uses {self.layout.data} but does not get ready.")
