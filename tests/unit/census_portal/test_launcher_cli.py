"""The command line of the launcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from census_portal.launcher import cli
from census_portal.launcher.errors import LauncherError


@pytest.fixture
def calls(monkeypatch):
    """What the command line asked for."""
    found: list[tuple] = []
    monkeypatch.setattr(cli, "up", lambda data, **options: found.append(("up", data, options)) or 0)
    monkeypatch.setattr(cli, "run_tests", lambda arguments: found.append(("test", arguments)) or 3)
    monkeypatch.setattr(cli, "manage", lambda data, rest: found.append(("manage", data, rest)) or 0)
    monkeypatch.setenv("PORTAL_DATA_DIR", "/srv/var")
    return found


def test_no_argument_means_up(calls):
    assert cli.main([]) == 0
    assert calls == [("up", Path("/srv/var"), {"port": 8000, "empty": False})]


def test_up_takes_port_folder_and_empty(calls):
    cli.main(["up", "--port", "8123", "--data", "/x y/数据", "--empty"])
    assert calls == [("up", Path("/x y/数据"), {"port": 8123, "empty": True})]


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1", ""])
def test_up_refuses_what_is_not_a_port(calls, capsys, port):
    with pytest.raises(SystemExit):
        cli.main(["up", f"--port={port}"])
    assert "is not a port" in capsys.readouterr().err


def test_every_argument_of_test_is_for_pytest(calls):
    assert cli.main(["test", "-k", "name", "--help"]) == 3
    assert calls == [("test", ["-k", "name", "--help"])]


def test_manage_passes_options_of_the_command_on(calls):
    cli.main(["manage", "--data", "/d", "migrate", "--plan", "--data", "x"])
    assert calls == [("manage", Path("/d"), ["migrate", "--plan", "--data", "x"])]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (LauncherError("no server runs here"), "no server runs here"),
        (PermissionError(13, "denied"), "--data DIR"),
    ],
)
def test_a_refusal_is_one_sentence_without_a_traceback(monkeypatch, capsys, error, sentence):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(cli, "up", fail)
    assert cli.main(["up"]) == 1
    assert sentence in capsys.readouterr().err
