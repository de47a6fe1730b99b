"""Where the launcher puts things."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from census_portal.launcher import layout as module
from census_portal.launcher.errors import LauncherError
from census_portal.launcher.layout import default_data, layout_for, private_folder
from census_portal.launcher.privileges import Identity

STRANGER = Identity(uid=987_654, gid=987_654)


@pytest.fixture
def short() -> Path:
    with tempfile.TemporaryDirectory(prefix="p") as folder:
        yield Path(folder)


def test_sockets_lie_in_a_short_and_plain_folder(short):
    assert layout_for(short / "var", None).sockets == short / "var" / "run"


@pytest.mark.parametrize("name", ["普查 门户", "with space", "percent%20", "l" * 90])
def test_sockets_of_an_awkward_folder_lie_in_the_temporary_one(short, name):
    found = layout_for(short / name, None)
    assert found.sockets.parent == Path(tempfile.gettempdir())
    assert found.postgres == short / name / "postgres"
    assert len(os.fsencode(found.sockets / ".s.PGSQL.5432.lock")) < 107


def test_two_folders_never_share_sockets(short):
    assert layout_for(short / "甲", None).sockets != layout_for(short / "乙", None).sockets


def test_data_of_a_closed_home_is_put_where_the_server_account_can_enter(short, monkeypatch):
    monkeypatch.setattr(module, "SHARED", short / "shared")
    closed = short / "home"
    closed.mkdir(mode=0o700)
    found = layout_for(closed / "var", STRANGER)
    assert found.postgres.is_relative_to(short / "shared")
    assert found.data == closed / "var"


def test_the_owner_may_enter_a_closed_folder(short):
    short.chmod(0o700)
    assert Identity(uid=os.geteuid(), gid=os.getegid()).can_enter(short / "not" / "made")
    assert not STRANGER.can_enter(short)


def test_data_folder_that_cannot_be_made_is_said(short):
    (short / "file").touch()
    with pytest.raises(LauncherError, match="--data DIR"):
        layout_for(short / "file" / "var", None)


def test_data_folder_of_someone_else_is_said(short, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LauncherError, match="belongs to someone else"):
        layout_for(short, None)


def test_private_folder_is_closed_to_others(short):
    private_folder(short / "run", None)
    assert (short / "run").stat().st_mode & 0o777 == 0o700


def test_private_folder_refuses_a_planted_link(short):
    (short / "real").mkdir()
    (short / "run").symlink_to(short / "real")
    with pytest.raises(LauncherError, match="someone else"):
        private_folder(short / "run", None)


def test_data_folder_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("PORTAL_DATA_DIR", "/srv/portal")
    assert default_data() == Path("/srv/portal")
    monkeypatch.delenv("PORTAL_DATA_DIR")
    assert default_data() == module.CHECKOUT / "var"
