"""The command line: `portal up | test | manage`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from census_portal.launcher.errors import LauncherError
from census_portal.launcher.layout import default_data
from census_portal.launcher.manage import manage
from census_portal.launcher.testing import run_tests
from census_portal.launcher.up import up

HIGHEST_PORT = 65535


def main(arguments: Sequence[str]) -> int:
    """Run one command; answer its exit code."""
    try:
        return _dispatch(list(arguments))
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"{error}: made by another account? Choose a folder of your own: --data DIR",
            file=sys.stderr,
        )
        return 1


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["test"]:
        return run_tests(arguments[1:])  # every argument is pytest's
    parsed = _parser().parse_args(arguments or ["up"])
    if parsed.command == "manage":
        return manage(parsed.data, parsed.arguments)
    return up(parsed.data, port=parsed.port, empty=parsed.empty)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./portal", description="The census portal on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    starting = commands.add_parser("up", help="start everything and print the address")
    starting.add_argument("--port", type=_port, default=8000, metavar="N", help="default: 8000")
    starting.add_argument("--empty", action="store_true", help="without the demonstration")
    _add_data(starting)

    commands.add_parser("test", help="run the tests; every argument goes to pytest")

    managing = commands.add_parser("manage", help="run a management command on the same database")
    _add_data(managing)
    managing.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="the command")
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=default_data(),
        metavar="DIR",
        help="folder of the database and the files (default: var)",
    )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to {HIGHEST_PORT})")
