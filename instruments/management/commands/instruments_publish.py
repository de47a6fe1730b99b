"""`manage.py instruments_publish`: publish every definition and code list of the repository."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import Refusal
from accounts.models import User
from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.services import Publication, instrument_set_publish


def _counts(publications: list[Publication]) -> str:
    new = sum(publication.is_new for publication in publications)
    return f"{len(publications)} ({new} new, {len(publications) - new} unchanged)"


class Command(BaseCommand):
    """Idempotent: unchanged content keeps its version."""

    help = "Check and publish the definitions and code lists of the repository."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who publishes; without a name it is the system itself."""
        parser.add_argument("--user", help="user name of the publisher")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish the set, all or nothing."""
        actor = None
        if options["user"]:
            actor = User.objects.filter(username=options["user"], is_active=True).first()
            if actor is None:
                raise CommandError(f"there is no active account {options['user']!r}")
        definitions = [yaml_read(path) for path in definition_paths()]
        try:
            report = instrument_set_publish(
                actor=actor, definitions=definitions, codelists=codelist_files()
            )
        except Refusal as refusal:
            lines = [refusal.message, *refusal.details.get("faults", [])]
            raise CommandError("\n".join(lines)) from refusal
        items = rules = 0
        for definition in definitions:
            items += sum(len(section["items"]) for section in definition["sections"])
            rules += len(definition["rules"])
        self.stdout.write(
            f"instruments: {_counts(report.instruments)}; {items} items, {rules} rules"
        )
        self.stdout.write(f"code lists: {_counts(report.codelists)}")
