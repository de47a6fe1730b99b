"""`snapshot_refresh`: bring the fact snapshots up to date, or prove that they are right."""

from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import Refusal
from submissions.enums import FactBasis
from submissions.facts.refreshing import facts_refresh
from submissions.facts.verifying import facts_verify
from submissions.models import CollectionExercise


class Command(BaseCommand):
    """For operators and timers; in the portal the same is a background job."""

    help = "Refresh the fact snapshots of an exercise; --verify compares them with the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which exercise and answers."""
        parser.add_argument("--exercise", default="nps2", help="code of the exercise")
        parser.add_argument("--basis", choices=FactBasis.values, default=FactBasis.WORKING)
        parser.add_argument("--full", action="store_true", help="read everything again")
        parser.add_argument("--verify", action="store_true", help="compare, write nothing")
        parser.add_argument("--sample", type=int, help="cases a form compared value by value")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refresh or verify; a difference is an error."""
        exercise = CollectionExercise.objects.filter(code=options["exercise"]).first()
        if exercise is None:
            raise CommandError(f"there is no exercise {options['exercise']!r}")
        basis, began = FactBasis(options["basis"]), perf_counter()
        try:
            if options["verify"]:
                self._verify(exercise, basis, options["sample"])
                return
            refresh = facts_refresh(exercise=exercise, basis=basis, is_full=options["full"])
        except Refusal as error:
            raise CommandError(str(error)) from error
        manifest = refresh.manifest
        self.stdout.write(
            f"snapshot {manifest.sequence} of {exercise.code} ({basis}), true for "
            f"{manifest.taken_at}: {refresh.read} forms read in {perf_counter() - began:.1f} s"
        )

    def _verify(self, exercise: CollectionExercise, basis: FactBasis, sample: int | None) -> None:
        found = facts_verify(exercise=exercise, basis=basis, sample=sample)
        self.stdout.write(
            f"{found.forms} forms, {found.cases} cases, {found.values} values compared; "
            f"{found.touched} touched since were left out"
        )
        if found.differences:
            raise CommandError("\n".join(found.differences))
