"""Where the files of the facts lie, and the manifest that says which of them count.

Files are written under names never used before; the manifest is replaced last, in one step.
Whatever breaks off earlier leaves the old manifest and the files it names as they were.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from pyarrow import fs

from submissions.enums import FactBasis
from submissions.models import CollectionExercise

FORMAT = 1
KEPT = 3  # manifests a reader may still hold
GRACE_SECONDS = 6 * 3600  # a file no manifest names is left to readers for so long
_CURRENT = "manifest.json"


@dataclass(frozen=True)
class Part:
    """The files of one form in one province, or of its changes since, by group (`""`: the form)."""

    files: dict[str, str]
    rows: int
    revisions: int  # the sum of the responses' versions
    digest: str  # SM3 over case, revision, its hash, status and place, in the order of the cases


@dataclass
class FormFacts:
    """One form: a base a province, and at most one file of what has changed since."""

    columns: dict[str, dict[str, str]]
    base: dict[str, Part] = field(default_factory=dict)
    delta: Part | None = None


@dataclass
class Manifest:
    """One snapshot. `moment` is PostgreSQL's own snapshot: every transaction in it, none beside."""

    sequence: int
    exercise: str
    basis: str
    taken_at: str
    moment: str
    forms: dict[str, FormFacts] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # province → file
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        """When it was true."""
        return datetime.fromisoformat(self.taken_at)

    def named(self) -> Iterator[str]:
        """Every file that it names."""
        yield from self.units.values()
        for form in self.forms.values():
            for part in (*form.base.values(), *([form.delta] if form.delta else [])):
                yield from part.files.values()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Manifest:
        """As it was written."""
        forms = {
            code: FormFacts(
                columns=form["columns"],
                base={province: Part(**part) for province, part in form["base"].items()},
                delta=Part(**form["delta"]) if form["delta"] else None,
            )
            for code, form in data["forms"].items()
        }
        return cls(**{**data, "forms": forms})


class FactStore:
    """The folder of one exercise and basis, on a disk or at any URL that pyarrow knows."""

    def __init__(
        self, exercise: CollectionExercise, basis: FactBasis | str, root: str = ""
    ) -> None:
        place = root or settings.FACTS_URL
        folder = f"exercise-{exercise.pk}/{basis}"
        self.is_local = "://" not in place
        if self.is_local:
            self.filesystem: fs.FileSystem = fs.LocalFileSystem()
            self.root = str(Path(place) / folder)
        else:
            self.filesystem, path = fs.FileSystem.from_uri(place)
            self.root = f"{path.rstrip('/')}/{folder}"

    def path(self, name: str) -> str:
        """The full path of a file."""
        return f"{self.root}/{name}"

    def new_name(self, *parts: str) -> str:
        """A name that no snapshot has used."""
        return f"{'.'.join(parts)}.{uuid.uuid4().hex}.parquet"

    def put(self, local: Path, name: str) -> None:
        """Bring a finished file in; on a disk it is safe there before this returns."""
        self.filesystem.create_dir(self.root, recursive=True)
        if self.is_local:
            target = Path(self.path(name))
            shutil.move(local, target)
            _sync(target)
            return
        with (
            local.open("rb") as source,
            self.filesystem.open_output_stream(self.path(name)) as sink,
        ):
            shutil.copyfileobj(source, sink)
        local.unlink()

    def manifest(self, as_of: datetime | None = None) -> Manifest | None:
        """The newest snapshot, or the newest that was true at `as_of` or earlier; None: none."""
        if as_of is None:
            return self._read(_CURRENT)
        older = (self._read(name) for name in self._history())
        return next((found for found in older if found and found.at <= as_of), None)

    def publish(self, manifest: Manifest) -> None:
        """Make a snapshot the current one. The replacing is one step."""
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self._write(f"manifest-{manifest.sequence:08d}.json", text)
        self._write(_CURRENT, text)

    def sweep(self) -> int:
        """Remove what no kept manifest names and no reader can still hold; how many files."""
        history = self._history()
        kept = {*history[:KEPT], _CURRENT}
        for name in (*history[:KEPT], _CURRENT):
            found = self._read(name)
            kept.update(found.named() if found else ())
        removed = 0
        for info in self.filesystem.get_file_info(fs.FileSelector(self.root, allow_not_found=True)):
            age = time.time() - (info.mtime.timestamp() if info.mtime else 0)
            if info.base_name not in kept and age > GRACE_SECONDS:
                self.filesystem.delete_file(info.path)
                removed += 1
        return removed

    def _history(self) -> Sequence[str]:
        """Names of the manifests, newest first."""
        infos = self.filesystem.get_file_info(fs.FileSelector(self.root, allow_not_found=True))
        names = [info.base_name for info in infos]
        return sorted((n for n in names if n.startswith("manifest-")), reverse=True)

    def _read(self, name: str) -> Manifest | None:
        try:
            with self.filesystem.open_input_stream(self.path(name)) as source:
                data = json.loads(source.read())
        except FileNotFoundError:
            return None
        return Manifest.from_dict(data) if data["format"] == FORMAT else None

    def _write(self, name: str, text: bytes) -> None:
        self.filesystem.create_dir(self.root, recursive=True)
        if not self.is_local:  # an object appears whole or not at all
            with self.filesystem.open_output_stream(self.path(name)) as sink:
                sink.write(text)
            return
        target = Path(self.path(name))
        aside = target.with_name(f".{name}.{uuid.uuid4().hex}")
        aside.write_bytes(text)
        _sync(aside)
        aside.replace(target)
        _sync(target.parent)


def _sync(path: Path) -> None:
    """What has been written to it is on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
