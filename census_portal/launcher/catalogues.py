"""Compiles message catalogues without the gettext programs."""

from __future__ import annotations

import os
from pathlib import Path

import polib

from census_portal.launcher.layout import CHECKOUT


def compile_catalogues(folder: Path) -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; answer what was written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(target)  # another process may be reading it
        written.append(target)
    return written


if __name__ == "__main__":
    for written_file in compile_catalogues(CHECKOUT / "locale"):
        print(written_file)
