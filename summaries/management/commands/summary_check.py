"""`manage.py summary_check`: whether every summary table fits the forms it reads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from summaries.checking import tables_faults
from summaries.definitions import tables_all


class Command(BaseCommand):
    """Prints one line for each fault and fails where there is one."""

    help = "Check the summary tables: items, groups, units, decimals, formulas, relations."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and fail loudly."""
        tables = tables_all()
        faults = tables_faults(tables.values())
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in {len(tables)} tables")
        self.stdout.write(f"{len(tables)} tables, no faults")
