"""`cases_derive`: open the forms of units that have none, for example after `frame_load`."""

from typing import Any

from django.core.management.base import BaseCommand

from submissions.frame_loading import CHUNK, units_without_cases
from submissions.services.opening_many import cases_open_many


class Command(BaseCommand):
    """Idempotent: units that have cases are left alone."""

    help = "Open the census forms of every unit that has none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Chunk by chunk, each its own transaction."""
        waiting = units_without_cases(None)
        opened = sum(
            cases_open_many(unit_ids=waiting[start : start + CHUNK], actor=None)
            for start in range(0, len(waiting), CHUNK)
        )
        self.stdout.write(f"{len(waiting)} units without forms, {opened} forms opened")
