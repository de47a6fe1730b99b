"""`signatures_verify`: every signature of the store, judged against what it signed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.models import DecisionSignature
from review.signing import signature_faults


class Command(BaseCommand):
    """Exit code 1 where a signature does not fit, with a line for each."""

    help = "Check every signature against the decision and the submission that it signed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print what was found."""
        faults = list(signature_faults())
        for fault in faults:
            self.stderr.write(fault)
        self.stdout.write(f"{DecisionSignature.objects.count()} signatures, {len(faults)} faults")
        if faults:
            raise CommandError("signatures do not fit what is stored")
