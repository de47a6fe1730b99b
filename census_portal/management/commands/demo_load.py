"""Build the demonstration in an empty database."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import Refusal
from census_portal.demo.build import demo_build


class Command(BaseCommand):
    """Refuses outside a demonstration, and where anybody has begun to work."""

    help = "Create the demo exercise: invented units, accounts, cases in every state."

    def handle(self, *_args: Any, **options: Any) -> None:
        """Build, then print counts."""
        began = time.monotonic()
        quiet = options["verbosity"] == 0
        try:
            counts = demo_build(say=(lambda _line: None) if quiet else self.stdout.write)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"demo: {counts.units} units, {counts.accounts} accounts, {counts.cases} cases, "
            f"{counts.walked} units worked on, {time.monotonic() - began:.1f} s"
        )
