"""The servers of one folder: which are started, who holds it, what others are told."""

from __future__ import annotations

import pytest

from census_portal.launcher import stack as module
from census_portal.launcher.errors import LauncherError, StackBusy
from census_portal.launcher.stack import Stack


class FakeServer:
    """A server without a process."""

    name = "PostgreSQL"
    variable = "DATABASE_URL"
    url = "postgresql://portal@/portal"

    def __init__(self, journal):
        self.journal = journal
        self.alive = False

    def start(self):
        self.alive = True
        self.journal.append("start")

    def stop(self):
        self.alive = False
        self.journal.append("stop")

    def is_alive(self):
        return self.alive


@pytest.fixture
def stack(tmp_path, monkeypatch):
    """A stack with both servers of its own."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("PORTAL_DEBUG", raising=False)
    with Stack(tmp_path) as found:
        yield found


def test_a_server_named_in_the_environment_is_not_started(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.delenv("REDIS_URL", raising=False)
    found = Stack(tmp_path)
    assert [server.variable for server in found.servers] == ["REDIS_URL"]
    assert found.environment()["DATABASE_URL"] == "postgresql://elsewhere/portal"
    assert found.owns_broker


def test_with_both_named_none_is_started(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    found = Stack(tmp_path)
    assert found.servers == []
    assert not found.owns_broker


def test_environment_names_the_sockets_and_means_a_demonstration(stack, tmp_path):
    found = stack.environment()
    assert found["DATABASE_URL"].startswith("postgresql://portal@/portal?host=/")
    assert found["REDIS_URL"].startswith("unix:///")
    assert found["PORTAL_DEBUG"] == "1"
    assert found["PORTAL_DATA_DIR"] == str(tmp_path)


def test_debug_stays_off_where_it_was_switched_off(stack, monkeypatch):
    monkeypatch.setenv("PORTAL_DEBUG", "0")
    assert stack.environment()["PORTAL_DEBUG"] == "0"


def test_the_second_launcher_is_refused_and_told_about_the_first(stack, tmp_path):
    stack.lock()
    stack.publish_state(purpose="up", address="http://127.0.0.1:8000/")
    second = Stack(tmp_path)
    with pytest.raises(StackBusy):
        second.lock()
    state = second.state_of_owner()
    assert state["address"] == "http://127.0.0.1:8000/"
    assert set(state["environment"]) == {"DATABASE_URL", "REDIS_URL"}
    stack.stop()
    second.lock()
    assert not second.layout.state.exists()
    second.stop()


def test_a_first_launcher_that_never_gets_ready_is_said(stack, monkeypatch):
    monkeypatch.setattr(module, "STATE_SECONDS", 0.15)
    with pytest.raises(StackBusy, match="does not get ready"):
        stack.state_of_owner()


def test_a_dead_server_is_started_again_until_patience_ends(stack):
    journal: list[str] = []
    server = FakeServer(journal)
    stack.servers = [server]
    lines: list[str] = []
    stack.start(lines.append)
    for _death in range(5):
        server.alive = False
        stack.heal(lines.append)
    stack.heal(lines.append)
    server.alive = False
    with pytest.raises(LauncherError, match="keeps dying"):
        stack.heal(lines.append)
    assert journal == ["start"] * 6
    assert lines.count("PostgreSQL died; starting it again") == 5
