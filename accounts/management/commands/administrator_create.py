"""`administrator_create`: the first account of an empty portal, the national administrator."""

import getpass
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.enums import Role
from accounts.exceptions import Refusal
from accounts.models import RoleAssignment, User
from accounts.services import account_create, role_assign
from accounts.services.accounts import AccountData

NATION_LEVEL = 0


class Command(BaseCommand):
    """Refuses once a national administrator exists: from then on accounts are opened in pages."""

    help = "Open the national administrator's account."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name; the password is asked for, or read from --password-file."""
        parser.add_argument("username")
        parser.add_argument("--full-name", required=True)
        parser.add_argument("--password-file")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Open the account."""
        nation = (
            apps.get_model("registry", "Division")
            .objects.filter(level=NATION_LEVEL, edition__is_current=True)
            .first()
        )
        if nation is None:
            raise CommandError("Load the divisions first: reference_load")
        if RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, division=nation).exists():
            raise CommandError("There is a national administrator already.")
        try:
            user = account_create(
                actor=None,
                data=AccountData(
                    username=options["username"],
                    full_name=options["full_name"],
                    phone="",
                    password=self._password(options["password_file"]),
                    role=Role.ADMINISTRATOR,
                    division_code=nation.code,
                ),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self._office(user, nation)
        self.stdout.write(f"opened {user.username}")

    def _office(self, user: User, nation: Any) -> None:
        """The first account also publishes forms, until the national office has its own."""
        role_assign(actor=None, user=user, role=Role.OFFICE, place=nation)

    def _password(self, path: str | None) -> str:
        if path:
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
        return getpass.getpass("Password: ")
