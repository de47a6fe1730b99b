"""`manage.py coefficients_load FILE`: load a handbook of coefficients as a new version."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import Refusal
from accounts.models import User
from instruments.coefficient_files import STARTER_FILE
from instruments.services.coefficients import (
    CoefficientsReport,
    coefficients_load,
    coefficients_publish,
)

SHOWN_AT_MOST = 20


class Command(BaseCommand):
    """All or nothing; the same file twice is the same version. Loading puts nothing in force."""

    help = "Load a CSV file (plain or gzip) of coefficients as a new version."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, or `--starter` for the one in the repository."""
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--starter", action="store_true", help="the demonstration set")
        parser.add_argument("--title", default="", help="name of the version; the file's otherwise")
        parser.add_argument("--user", help="user name; without it, the system itself")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument(
            "--publish", action="store_true", help="put it in force at once (first version only)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, print counts, errors and the speed; fail where a row has an error."""
        path = STARTER_FILE if options["starter"] else options["file"]
        if path is None or not path.is_file():
            raise CommandError(f"no such file: {path}")
        actor = None
        if options["user"]:
            actor = User.objects.filter(username=options["user"], is_active=True).first()
            if actor is None:
                raise CommandError(f"there is no active account {options['user']!r}")
        started = time.monotonic()
        try:
            report = coefficients_load(
                actor=actor,
                path=path,
                title=options["title"] or path.name.split(".")[0],
                dry_run=options["dry_run"],
                is_demonstration=options["starter"],
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self._print(report, time.monotonic() - started)
        if options["publish"] and report.version is not None:
            self._publish(report, actor)

    def _print(self, report: CoefficientsReport, seconds: float) -> None:
        for error in report.errors[:SHOWN_AT_MOST]:
            self.stdout.write(
                f"row {error.row}, {error.column} [{error.code}]: {error.message}{error.hint}"
            )
        if report.error_count:
            raise CommandError(f"{report.error_count} errors in {report.rows} rows; nothing loaded")
        mode = "dry run, nothing written: " if report.is_dry_run else ""
        speed = f"{report.rows / max(seconds, 0.001):.0f} rows/s"
        self.stdout.write(
            f"{mode}{report.rows} rows, {report.low} low confidence, "
            f"{report.faults} that cannot be reckoned with; {seconds:.1f} s, {speed}"
        )
        if report.version is not None:
            state = "new" if report.is_new else "unchanged"
            self.stdout.write(f"{report.version} ({state})")

    def _publish(self, report: CoefficientsReport, actor: User | None) -> None:
        """Later versions are put in force from the page, after their impact list."""
        version = report.version
        if version is None or version.number != 1:
            raise CommandError("only the first version is put in force here; see its impact list")
        coefficients_publish(actor=actor, version_id=version.pk)
        self.stdout.write(f"{version} is in force")
