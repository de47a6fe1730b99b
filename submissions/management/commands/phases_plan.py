"""`phases_plan`: give an exercise its phases, by the plan in the files or by another."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import Refusal
from submissions.models import CollectionExercise
from submissions.services import phases_plan


class Command(BaseCommand):
    """Operators only; in the portal itself the national office does it."""

    help = "Give an exercise its phases. From then on every work needs a phase that is open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The exercise's code, and the file where it is not the one kept for the exercise."""
        parser.add_argument("--code", default="nps2")
        parser.add_argument("--file", default=None, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan them, or say why not."""
        exercise = CollectionExercise.objects.filter(code=options["code"]).first()
        if exercise is None:
            raise CommandError(f"no exercise {options['code']}")
        path: Path | None = options["file"]
        try:
            phases = phases_plan(
                exercise_id=exercise.pk,
                actor=None,
                text=path.read_text(encoding="utf-8") if path else None,
            )
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(phase.kind for phase in phases))
