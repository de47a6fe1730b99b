"""Print the demo accounts."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import demo_accounts


def _wide(text: str, width: int) -> str:
    """Pad to a width in columns; a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(width - taken, 0)


class Command(BaseCommand):
    """User name, role and division of every demo account, and their shared password."""

    help = "Print the demo accounts and their shared password."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """One line for each account."""
        if not settings.DEBUG:
            raise CommandError("demo accounts exist only where PORTAL_DEBUG=1")
        accounts = demo_accounts()
        if not accounts:
            self.stdout.write("there are no demo accounts")
            return
        for account in accounts:
            name, role = _wide(account.username, 18), _wide(account.role, 16)
            self.stdout.write(f"{name}{role}{_wide(account.place, 30)}{account.full_name}".rstrip())
        self.stdout.write(f"password of all: {settings.DEMO_PASSWORD}")
