"""`audit_verify`: recompute every seal of the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.selectors import latest_seal
from audit.services import audit_seal_all, audit_verify


class Command(BaseCommand):
    """Exit 1 and name the block where anything was changed, removed or reordered."""

    help = "Verify the hash chain of the audit log."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify first, so that a fault is not sealed over; then seal what is new."""
        result = audit_verify()
        for fault in result.faults:
            self.stderr.write(fault)
        if not result.is_intact:
            raise CommandError(f"audit log is NOT intact: {len(result.faults)} fault(s)")
        audit_seal_all()
        seal = latest_seal()
        anchor = f"; anchor {seal.seal}" if seal else ""
        self.stdout.write(
            f"audit log intact: {result.sealed} sealed events in {result.seals} blocks, "
            f"{result.unsealed} were waiting for a seal{anchor}"
        )
