"""`synthesize`: an invented national exercise with planted errors, for trials and measuring."""

from argparse import ArgumentParser
from collections import Counter
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import Refusal
from census_portal.synthesis.building import CODE, digest_of, synthesize


class Command(BaseCommand):
    """The same seed makes the same content; provinces that are there already are left alone."""

    help = "Write an invented exercise, marked as a demonstration. Refuses beside a real one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much of it."""
        parser.add_argument("--units", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--exercise", default=CODE, help="code of the exercise")
        parser.add_argument("--province", nargs="*", default=(), help="two digits each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what was planted."""
        began = perf_counter()
        try:
            written = synthesize(
                units=options["units"],
                seed=options["seed"],
                code=options["exercise"],
                provinces=options["province"],
                say=self.stdout.write,
            )
        except Refusal as error:
            raise CommandError(str(error)) from error
        planted: Counter[str] = Counter()
        for one in written.values():
            planted.update(one.planted)
        units = sum(one.units for one in written.values())
        cases = sum(one.cases for one in written.values())
        self.stdout.write(
            f"{units} units, {cases} cases in {perf_counter() - began:.1f} s; planted "
            f"{dict(sorted(planted.items()))}; content {digest_of(written)}"
        )
