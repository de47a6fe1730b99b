"""`portal_verify`: everything that is kept, recomputed and compared with the log."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import audit_seal_all, reads_seal_all
from census_portal.verification import store_verified_note, store_verify


def published_anchor(text: str) -> tuple[date, str]:
    """`2018-03-01=HASH`, as the published notice has them."""
    day, _sign, value = text.partition("=")
    return date.fromisoformat(day), value.strip().lower()


class Command(BaseCommand):
    """Exit 1, with a line for every fault and its place."""

    help = (
        "Verify the audit log, reads, anchors, answers, decisions, signatures, keys, forms and "
        "the frozen register."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """A full run, or what is new since the last one."""
        parser.add_argument(
            "--incremental",
            action="store_true",
            help="only what came since the last run without a fault, and some earlier blocks",
        )
        parser.add_argument("--processes", type=int, default=1)
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            type=published_anchor,
            metavar="DAY=VALUE",
            help="a published anchor: the log must still hold it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify first, so that a fault is not sealed over; then note how far, and seal."""
        result = store_verify(
            is_full=not options["incremental"],
            processes=options["processes"],
            published=dict(options["anchor"]),
            told=self.stdout.write,
        )
        for fault in result.faults:
            self.stderr.write(fault)
        if not result.is_intact:
            raise CommandError(f"the store is NOT intact: {len(result.faults)} fault(s)")
        counted = ", ".join(f"{count} {name}" for name, count in result.counts.items())
        kind = "whole store" if result.is_full else "what is new"
        self.stdout.write(
            f"intact ({kind}): {counted}; newest seal {result.reached['seal'] or 'none'}"
        )
        store_verified_note(result)
        reads_seal_all()
        audit_seal_all()
