"""`audit_verify`: recompute every seal of the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import audit_seal_all, audit_verify, reads_seal_all


class Command(BaseCommand):
    """Exit 1 and name the block where anything was changed, removed or reordered."""

    help = "Verify the hash chain of the audit log, of the reads and of the days' anchors."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many processes share the work."""
        parser.add_argument("--processes", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify first, so that a fault is not sealed over; then seal what is new."""
        result = audit_verify(processes=options["processes"])
        for fault in result.faults:
            self.stderr.write(fault)
        if not result.is_intact:
            raise CommandError(f"audit log is NOT intact: {len(result.faults)} fault(s)")
        anchor = f"; newest seal {result.seal}" if result.seal else ""
        self.stdout.write(
            f"audit log intact: {result.sealed} sealed events in {result.seals} blocks, "
            f"{result.reads} reads, {result.anchors} anchors, "
            f"{result.unsealed} were waiting for a seal{anchor}"
        )
        reads_seal_all()
        audit_seal_all()
