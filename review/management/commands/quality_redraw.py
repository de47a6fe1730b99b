"""`quality_redraw ID`: draw a sample again from its frozen frame and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.models import QualitySample
from review.quality.selectors import redraw


class Command(BaseCommand):
    """Exit code 1 where anything differs, with a line for each fault."""

    help = "Recompute the frame's digest, the seed and the draw of a quality sample."

    def add_arguments(self, parser: CommandParser) -> None:
        """The sample's number; every sample without one."""
        parser.add_argument("sample", type=int, nargs="*")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what was found. The drawn list itself is not printed."""
        samples = QualitySample.objects.order_by("pk")
        if options["sample"]:
            samples = samples.filter(pk__in=options["sample"])
            if missing := set(options["sample"]) - set(samples.values_list("pk", flat=True)):
                raise CommandError(f"no such sample: {min(missing)}")
        failed = 0
        for sample in samples:
            found = redraw(sample)
            failed += not found.is_equal
            for fault in found.faults:
                self.stderr.write(f"sample {sample.pk}: {fault.value}")
            state = "equal" if found.is_equal else "DIFFERS"
            self.stdout.write(
                f"sample {sample.pk}: {state}, frame {sample.frame_digest}, seed {sample.seed}"
            )
        if failed:
            raise CommandError(f"{failed} samples differ")
