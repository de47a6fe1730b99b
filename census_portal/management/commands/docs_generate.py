"""`docs_generate`: print the reference pages from the code; `--check` fails where they differ."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from census_portal import reference_pages

PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": reference_pages.permissions,
    "case-states.md": reference_pages.case_states,
    "data-model.md": reference_pages.data_model,
    "forms.md": reference_pages.forms,
    "census-tables.md": reference_pages.census_tables,
}


class Command(BaseCommand):
    """Write or check `docs/reference/`."""

    help = "Generate docs/reference from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check`: write nothing, fail where a page is not current."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every page in turn."""
        folder = Path(settings.BASE_DIR) / "docs" / "reference"
        stale = []
        for name, page in PAGES.items():
            path = folder / name
            text = page()
            if options["check"]:
                if not path.exists() or path.read_text(encoding="utf-8") != text:
                    stale.append(name)
            else:
                path.write_text(text, encoding="utf-8")
        if stale:
            raise CommandError(
                f"not current: {', '.join(stale)}; run ./portal manage docs_generate"
            )
        self.stdout.write(f"{len(PAGES)} pages " + ("current" if options["check"] else "written"))
