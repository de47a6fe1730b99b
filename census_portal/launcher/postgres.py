"""A PostgreSQL server of our own on a Unix socket."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2  # type: ignore[import-untyped]  # its stubs are not in the lock

from census_portal.launcher.binaries import PostgresPrograms, find_postgres
from census_portal.launcher.errors import LauncherError
from census_portal.launcher.layout import Layout, private_folder
from census_portal.launcher.privileges import Identity
from census_portal.launcher.processes import end_orphans, finish, start

SETTINGS = {"listen_addresses": "", "max_connections": "120", "shared_buffers": "128MB"}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 120  # recovery after a power cut may take long
STOP_PLAN = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0))  # fast, then immediate


class Postgres:
    """Makes the data folder once; starts, watches and stops the server."""

    name = "PostgreSQL"
    variable = "DATABASE_URL"

    def __init__(self, layout: Layout, identity: Identity | None, *, durable: bool) -> None:
        self._layout = layout
        self._identity = identity
        self._durable = durable
        self._programs: PostgresPrograms | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What the portal connects to: its own role, neither superuser nor RLS-exempt."""
        return f"postgresql://portal@/portal?host={quote(str(self._layout.sockets))}"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._layout.logs / "postgres.log"

    def start(self) -> None:
        """Start the server; on the first run make the data folder, role and database."""
        self._programs = self._programs or find_postgres(self._identity)
        end_orphans(self._layout.postgres, "postgres", signal.SIGQUIT)
        private_folder(self._layout.sockets, self._identity)
        self._layout.postgres.parent.mkdir(parents=True, exist_ok=True)
        private_folder(self._layout.postgres, self._identity)
        self._make_data(self._programs)
        options = SETTINGS | ({} if self._durable else THROW_AWAY)
        with self.log.open("ab") as log:
            self._process = start(
                [
                    self._programs.postgres,
                    "-D",
                    self._layout.postgres,
                    "-k",
                    self._layout.sockets,
                    *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
                ],
                last_signal=signal.SIGINT,
                environment=self._environment(),
                output=log,
                account=self._account(),
            )
        self._make_database()

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop within seconds; sessions are ended, transactions rolled back."""
        if self._process is not None:
            finish(self._process, STOP_PLAN)
            self._process = None

    def _account(self) -> dict[str, object]:
        return self._identity.popen_arguments() if self._identity else {}

    def _environment(self) -> dict[str, str]:
        """Ours without what would make libpq or the loader look elsewhere."""
        return {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name != "LD_LIBRARY_PATH"
        }

    def _make_data(self, programs: PostgresPrograms) -> None:
        version = self._layout.postgres / "PG_VERSION"
        if version.exists():
            made_by = version.read_text().strip()
            if made_by != str(programs.major):
                raise LauncherError(
                    f"{self._layout.postgres} was made by PostgreSQL {made_by}, but only "
                    f"{programs.major} runs here. Choose another folder: --data DIR"
                )
            return
        answer = subprocess.run(
            [
                programs.initdb,
                *("-D", self._layout.postgres, "-U", "postgres", "-E", "UTF8"),
                *("--auth-local=trust", "--auth-host=reject"),
                *programs.locale_arguments,
                *(() if self._durable else ("-N",)),
            ],
            cwd="/",
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            **self._account(),  # type: ignore[call-overload]  # user, group, extra_groups
        )
        if answer.returncode:
            raise LauncherError(f"initdb failed:\n{answer.stderr}")

    def _make_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'portal'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE portal LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE portal OWNER portal")
        connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        """A superuser's connection, as soon as the server takes one."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if not self.is_alive():
                raise LauncherError(f"PostgreSQL did not start:\n{_last_lines(self.log)}")
            try:
                return psycopg2.connect(
                    host=str(self._layout.sockets), user="postgres", dbname="postgres"
                )
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise LauncherError(f"PostgreSQL does not answer: {error}") from None
            time.sleep(0.05)


def _last_lines(log: Path, count: int = 15) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join([*lines[-count:], f"(the whole log: {log})"])
