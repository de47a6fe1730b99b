"""Load the village level of the divisions."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import Refusal
from registry.services.reference import villages_load


class Command(BaseCommand):
    """Idempotent; prints what was created, updated and left alone."""

    help = "Load villages (code, parent_code, level, name) from a CSV or CSV.GZ file. Idempotent."

    def add_arguments(self, parser: CommandParser) -> None:
        """One file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, then print counts."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        try:
            self.stdout.write(str(villages_load(actor=None, path=path)))
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
