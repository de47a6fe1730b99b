"""`anchor_key_make FILE`: the key with which this installation signs the anchors of the days."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.anchoring import anchor_key_make


class Command(BaseCommand):
    """Prints the fingerprint, to be published once; name the file in PORTAL_ANCHOR_KEY_FILE."""

    help = "Make the SM2 key that signs the anchors of the audit log."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write it."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses to overwrite a key."""
        try:
            fingerprint = anchor_key_make(options["file"])
        except FileExistsError as error:
            raise CommandError(f"{options['file']} exists: a key is never overwritten") from error
        self.stdout.write(f"fingerprint {fingerprint}")
