"""`submissions_verify`: recompute the chains of every form's saves and submissions."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.verification import answers_verify


class Command(BaseCommand):
    """Exit 1 and name the case and the place where anything was changed, removed or slipped in."""

    help = "Verify the saved and submitted answers against their hashes and the audit log."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run `audit_verify` as well: the log is the second witness here."""
        result = answers_verify()
        for fault in result.faults:
            self.stderr.write(fault)
        if result.faults:
            raise CommandError(f"answers are NOT intact: {len(result.faults)} fault(s)")
        self.stdout.write(
            f"answers intact: {result.responses} forms, {result.revisions} saves, "
            f"{result.submissions} submissions"
        )
