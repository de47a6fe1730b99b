"""`manage.py instrument_check [FILES]`: what would publishing say?"""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from instruments.checking import Fault, Source, check_codelists, check_set
from instruments.definition_files import codelist_files, definition_paths, yaml_read


def _read(paths: list[Path]) -> tuple[list[Source], list[Fault]]:
    sources: list[Source] = []
    faults: list[Fault] = []
    for path in paths:
        source = Source(path.name, None)
        try:
            sources.append(Source(path.name, yaml_read(path)))
        except OSError as error:
            faults.append(source.fault("", "unreadable", str(error)))
        except yaml.YAMLError as error:
            faults.append(source.fault("", "yaml", " ".join(str(error).split())))
    return sources, faults


def check_files(paths: list[Path]) -> list[Fault]:
    """Faults of these files; definitions they refer to come from the repository."""
    sources, faults = _read(paths)
    lists = codelist_files()
    faults += check_codelists({c.name: [entry["code"] for entry in c.entries] for c in lists})
    given = {source.data.get("code") for source in sources if isinstance(source.data, dict)}
    repository = [Source(path.name, yaml_read(path)) for path in definition_paths()]
    others = [source for source in repository if source.data["code"] not in given]
    return faults + check_set(sources, {c.name: c.codes for c in lists}, others)


class Command(BaseCommand):
    """Prints one line for each fault and fails where there is one."""

    help = "Check definitions: structure, references, expressions, examples."

    def add_arguments(self, parser: CommandParser) -> None:
        """Files to check; all of the repository without any."""
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and fail loudly."""
        paths = options["files"] or definition_paths()
        faults = check_files(paths)
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults in {len(paths)} files")
        self.stdout.write(f"{len(paths)} definitions, no faults")
