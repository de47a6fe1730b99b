"""Load a list of units from a CSV or XLSX file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import Refusal
from accounts.models import User
from registry.frame.report import LoadReport
from registry.frame.workbooks import error_workbook
from registry.services.frame import frame_load

SHOWN_AT_MOST = 20


class Command(BaseCommand):
    """Every row is created, unchanged or refused; refused rows go to a workbook."""

    help = "Load units from a CSV or XLSX file. The same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """One file, one person answering for it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="user name of the person who loads")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--errors", type=Path, help="write the refused rows to this XLSX file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, then print counts and the first faults."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        actor = User.objects.filter(username=options["user"], is_active=True).first()
        if actor is None:
            raise CommandError(f"no such user: {options['user']}")
        try:
            report = frame_load(path=path, actor=actor, dry_run=options["dry_run"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self._print(report)
        if options["errors"] and report.refused:
            self.stdout.write(f"refused rows: {error_workbook(report, options['errors'])}")

    def _print(self, report: LoadReport) -> None:
        mode = "dry run, nothing written: " if report.is_dry_run else ""
        self.stdout.write(
            f"{mode}{report.total} rows, {report.created} created, "
            f"{report.unchanged} unchanged, {report.refused} refused"
        )
        if report.ignored_columns:
            self.stdout.write(f"ignored columns: {'、'.join(report.ignored_columns)}")
        errors = report.errors
        for error in errors[:SHOWN_AT_MOST]:
            self.stdout.write(
                f"row {error.row}, {error.column} [{error.code}]: {error.message}{error.hint}"
            )
        if len(errors) > SHOWN_AT_MOST:
            self.stdout.write(f"… and {len(errors) - SHOWN_AT_MOST} more (see --errors)")
