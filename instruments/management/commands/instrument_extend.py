"""`manage.py instrument_extend S103 33 FILE`: publish what a province adds to a form."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import Refusal
from accounts.models import User
from instruments.services import extension_publish
from instruments.typed_yaml import typed_read


class Command(BaseCommand):
    """Idempotent: unchanged content keeps its version."""

    help = "Check and publish the items that a province adds to a national form."

    def add_arguments(self, parser: CommandParser) -> None:
        """The form, the province, the file, and who publishes."""
        parser.add_argument("code", help="official code of the form")
        parser.add_argument("division", help="two digits of the province")
        parser.add_argument("file", type=Path, help="YAML with sections, groups and rules")
        parser.add_argument(
            "--user", help="user name of the publisher; the system itself if absent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or print every fault."""
        actor = None
        if options["user"]:
            actor = User.objects.filter(username=options["user"], is_active=True).first()
            if actor is None:
                raise CommandError(f"there is no active account {options['user']!r}")
        try:
            version, is_new = extension_publish(
                actor=actor,
                code=options["code"],
                division=options["division"],
                extension=typed_read(options["file"].read_text(encoding="utf-8")),
            )
        except OSError as error:
            raise CommandError(f"the file cannot be read: {error}") from error
        except Refusal as refusal:
            lines = [refusal.message, *refusal.details.get("faults", [])]
            raise CommandError("\n".join(lines)) from refusal
        self.stdout.write(f"{version} ({'new' if is_new else 'unchanged'})")
