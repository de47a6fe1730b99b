"""`exercise_create`: open a collection exercise from the command line (first installation)."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.exceptions import Refusal
from submissions.enums import Level
from submissions.phase_enums import ExerciseKind
from submissions.services import exercise_create


class Command(BaseCommand):
    """Operators only; in the portal itself the national office does it."""

    help = "Open a collection exercise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The fields of an exercise; the defaults are the second national census."""
        parser.add_argument("--code", default="nps2")
        parser.add_argument("--name", default="第二次全国污染源普查")
        parser.add_argument("--standard-time", default="2017-12-31T24:00", help="ISO 8601, local")
        parser.add_argument("--levels", default=",".join(Level.values), help="lowest first")
        parser.add_argument("--kind", default=ExerciseKind.REAL, choices=ExerciseKind.values)
        parser.add_argument("--due-on", default=None, type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it, or say why not."""
        try:
            exercise = exercise_create(
                actor=None,
                code=options["code"],
                name=options["name"],
                standard_time=standard_time(options["standard_time"]),
                levels=tuple(Level(level) for level in options["levels"].split(",")),
                due_on=options["due_on"],
                kind=ExerciseKind(options["kind"]),
            )
        except (Refusal, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{exercise.code}: {exercise.name}, {len(exercise.levels)} levels")


def standard_time(text: str) -> datetime:
    """Local time; 24:00 is the end of the day, as the census writes its standard time."""
    day, _separator, hour = text.partition("T")
    if hour.startswith("24"):
        start = datetime.combine(date.fromisoformat(day), datetime.max.time())
        return timezone.make_aware(start.replace(microsecond=0))
    return timezone.make_aware(datetime.fromisoformat(text))
