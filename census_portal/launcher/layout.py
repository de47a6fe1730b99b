"""Where everything lies: one data folder, and sockets with a short and plain path."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from census_portal.launcher.errors import LauncherError
from census_portal.launcher.privileges import Identity

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path("/var/lib/portal")  # for root, where `nobody` cannot reach the checkout
SOCKET_PATH_LIMIT = 80  # sun_path holds 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock"
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")


@dataclass(frozen=True)
class Layout:
    """The folders of one set of servers."""

    data: Path
    postgres: Path
    sockets: Path

    @property
    def lock(self) -> Path:
        """Held by the launcher that owns the folder."""
        return self.data / "lock"

    @property
    def state(self) -> Path:
        """What the running launcher says about itself."""
        return self.data / "running.json"

    @property
    def logs(self) -> Path:
        """Logs of the servers."""
        return self.data / "log"

    @property
    def valkey(self) -> Path:
        """The broker's append-only file."""
        return self.data / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """The broker's socket."""
        return self.sockets / "valkey.sock"


def default_data() -> Path:
    """`PORTAL_DATA_DIR`, else `var/` in the checkout."""
    return Path(os.environ.get("PORTAL_DATA_DIR") or CHECKOUT / "var")


def layout_for(data: Path, identity: Identity | None) -> Layout:
    """The layout of a data folder; creates the folder itself."""
    data = data.expanduser().absolute()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LauncherError(
            f"The data folder cannot be made: {error}; choose one: --data DIR"
        ) from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise LauncherError(
            f"The data folder {data} belongs to someone else; choose one: --data DIR"
        )
    home = data
    if identity and not identity.can_enter(data):
        home = SHARED / f"data-{_short_hash(data)}"
    return Layout(data=data, postgres=home / "postgres", sockets=_sockets(home))


def _sockets(home: Path) -> Path:
    wanted = home / "run"
    if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(wanted)):
        return wanted
    return Path(tempfile.gettempdir()) / f"portal-{_short_hash(home)}-{os.geteuid()}"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def private_folder(path: Path, identity: Identity | None) -> None:
    """Make a folder that only the server's account enters; refuse one that a stranger made."""
    path.mkdir(parents=True, exist_ok=True)
    allowed = {os.geteuid()} | ({identity.uid} if identity else set())
    if path.is_symlink() or path.stat().st_uid not in allowed:
        raise LauncherError(f"{path} belongs to someone else; remove it or set TMPDIR.")
    if identity:
        os.chown(path, identity.uid, identity.gid)
    path.chmod(0o700)
