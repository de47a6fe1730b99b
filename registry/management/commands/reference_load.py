"""Load divisions (to town level) and industries."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.services.reference import reference_load


class Command(BaseCommand):
    """Idempotent; prints what was created, updated and left alone."""

    help = "Load divisions (nation to town) and industries (GB/T 4754-2017). Idempotent."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load, then print counts."""
        for counts in reference_load(actor=None):
            self.stdout.write(str(counts))
