"""Makes the database ready: runs inside Django, in a process of its own."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError
from redis import RedisError

from census_portal.launcher.catalogues import compile_catalogues
from census_portal.launcher.give_back import give_back_tasks
from census_portal.launcher.layout import CHECKOUT


def prepare(*, empty: bool, give_back: bool, accounts: Path | None) -> None:
    """Migrate, load what is missing, and give back tasks that a killed worker held."""
    compile_catalogues(CHECKOUT / "locale")
    django.setup()
    _run("migrate", verbosity=0, interactive=False)
    if not settings.DEBUG:
        _run("collectstatic", verbosity=0, interactive=False)
    if _is_without_reference():
        _run("reference_load")
    _run("instruments_publish")
    if not empty and settings.DEBUG and _is_new():
        print("          loading the demonstration (once, half a minute) …", flush=True)
        _run("demo_load")
    if give_back:
        give_back_tasks()
    if accounts and settings.DEBUG and _has_demo_accounts():
        with accounts.open("w") as table:
            call_command("demo_accounts", stdout=table)


def _is_without_reference() -> bool:
    from registry.models import Division, Industry  # noqa: PLC0415  needs the settings

    return not (Division.objects.exists() and Industry.objects.exists())


def _is_new() -> bool:
    """Nobody has begun to work here: no exercise and no account."""
    from accounts.models import User  # noqa: PLC0415  needs the settings
    from submissions.models import CollectionExercise  # noqa: PLC0415  needs the settings

    return not (CollectionExercise.objects.exists() or User.objects.exists())


def _has_demo_accounts() -> bool:
    from accounts.models import User  # noqa: PLC0415  needs the settings

    return User.objects.filter(is_demo=True).exists()


def _run(command: str, **options: object) -> None:
    began = time.monotonic()
    call_command(command, **options)
    print(f"          {command}: {time.monotonic() - began:.1f} s", flush=True)


def main(arguments: Sequence[str]) -> None:
    """The process's entry point."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--give-back", action="store_true")
    parser.add_argument("--accounts", type=Path, help="where the table of demo accounts goes")
    parsed = parser.parse_args(arguments)
    try:
        prepare(empty=parsed.empty, give_back=parsed.give_back, accounts=parsed.accounts)
    except (OperationalError, RedisError) as error:
        raise SystemExit(f"The server does not answer: {error}") from None


if __name__ == "__main__":
    main(sys.argv[1:])
