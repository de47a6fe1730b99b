"""`instruments_export FOLDER`: the published forms as VTL and DDI files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instruments.selectors import ddi_of, versions_current, vtl_of


class Command(BaseCommand):
    """Write one file per form and standard."""

    help = "Write the current forms as VTL 2.1 (rules) and DDI-Lifecycle 3.3 (metadata)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and optionally which forms and which standard."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--form", action="append", default=[], help="only this form; repeatable"
        )
        parser.add_argument("--format", choices=["vtl", "ddi"], help="only this standard")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every current version that was asked for."""
        folder: Path = options["folder"]
        versions = {version.instrument.code: version for version in versions_current()}
        unknown = sorted(set(options["form"]) - versions.keys())
        if unknown:
            raise CommandError(f"not published: {', '.join(unknown)}")
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        for code in options["form"] or versions:
            version, stem = versions[code], f"{code}-v{versions[code].number}"
            if options["format"] != "ddi":
                (folder / f"{stem}.vtl").write_text(vtl_of(version.pk), encoding="utf-8")
                written += 1
            if options["format"] != "vtl":
                (folder / f"{stem}.ddi.xml").write_bytes(ddi_of(version))
                written += 1
        self.stdout.write(f"{written} files written")
