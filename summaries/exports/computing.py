"""The job behind an export: form by form, each counted and hashed; a killed worker's goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from audit.hashing import sm3_hex_of
from instruments.selectors import codelists_current
from submissions.jobs import JobCancelled, RunningJob, job_running
from summaries.enums import ExportFormat
from summaries.exports.columns import FormTables, Table, tables_of
from summaries.exports.dictionary import dictionary_write
from summaries.exports.reading import count_of, rows_of, snapshot, versions_used, withdrawn_since
from summaries.exports.services import folder_of
from summaries.exports.staging import form_stage, staged_path
from summaries.exports.workbooks import xlsx_write
from summaries.exports.writing import csv_write, parquet_write
from summaries.models import DataExport

MEGABYTE = 1024 * 1024
WRITERS = {ExportFormat.CSV: csv_write, ExportFormat.PARQUET: parquet_write}
Part = dict[str, Any]


def export_compute(*, job_id: int) -> None:
    """Run the job. Forms that are finished are not written again; a cancelled one leaves no file."""
    with job_running(job_id) as running:
        export = DataExport.objects.select_related("job__requested_by", "exercise").get(
            job_id=job_id
        )
        if export.completed_at is not None:
            return
        folder = folder_of(export)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _write_all(running, export, folder)
        except JobCancelled:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _write_all(running: RunningJob, export: DataExport, folder: Path) -> None:
    progress = _Progress(running, export)
    parts: list[Part] = []
    forms: list[FormTables] = []
    for code in export.form_codes:
        form = _form_of(export, code)
        if form is None:
            parts.append({"form": code, "counted": 0, "tables": {}, "files": []})
            continue
        forms.append(form)
        parts.append(_part(export, folder, form, progress))
    running.progress(progress.total, progress.total, _("正在打包"))
    _finish(export, folder, parts, dictionary_write(folder, forms) if forms else [])
    running.progress(
        progress.total,
        progress.total,
        _("已导出 %(n)d 份普查表。") % {"n": sum(part["counted"] for part in parts)},
    )


class _Progress:
    """How far it is over all forms, read and written: each form counts twice."""

    def __init__(self, running: RunningJob, export: DataExport) -> None:
        self.running = running
        now = timezone.now()
        self.total = 2 * sum(count_of(export, code, now) for code in export.form_codes)
        self.done = 0

    def at(self, number: int, message: str) -> None:
        """Tell it; raises `JobCancelled` where the person asked to stop."""
        self.running.progress(min(self.done + number, self.total), self.total, message)


def _form_of(export: DataExport, code: str) -> FormTables | None:
    definitions = versions_used(export, code)
    if not definitions:
        return None
    return tables_of(definitions, is_masked=export.is_masked, codelists=codelists_current())


def _part(export: DataExport, folder: Path, form: FormTables, progress: _Progress) -> Part:
    """One form: from one moment of the database into its files. Kept as soon as it is done."""
    kept = folder / f"{form.form_code}.part.json"
    if kept.exists():
        part: Part = json.loads(kept.read_text(encoding="utf-8"))
        progress.done += 2 * part["counted"]
        return part
    reading = _("正在读取 %(form)s") % {"form": form.form_code}
    with snapshot() as at:
        as_of = export.requested_at if export.approval_level else at
        counted = count_of(export, form.form_code, as_of)
        written = form_stage(
            folder=folder,
            form=form,
            rows=rows_of(export, form.form_code, as_of),
            export_number=export.number,
            tick=lambda number: progress.at(number, reading),
        )
        withdrawn = withdrawn_since(export, form.form_code, as_of)
    if written[form.form_code] != counted:
        raise Conflict(
            _("%(form)s 应有 %(counted)d 份，写出 %(written)d 份，导出作废。")
            % {"form": form.form_code, "counted": counted, "written": written[form.form_code]},
            code="export_incomplete",
        )
    progress.done += counted
    part = {
        "form": form.form_code,
        "as_of": as_of.isoformat(),
        "counted": counted,
        "tables": written,
        "withdrawn": withdrawn,
    }
    files = _format(export, folder, form, part, progress)
    part["files"] = [file.name for file in files]
    for table in form.tables:
        staged_path(folder, table).unlink()
    beside = kept.with_suffix(".tmp")
    beside.write_text(json.dumps(part, ensure_ascii=False), encoding="utf-8")
    beside.rename(kept)
    progress.done += counted
    return part


def _format(
    export: DataExport, folder: Path, form: FormTables, part: Part, progress: _Progress
) -> list[Path]:
    """The form's files in the wanted format."""
    message = _("正在写出 %(form)s") % {"form": form.form_code}

    def ticker(table: Table) -> Callable[[int], None]:
        done = 0

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            progress.at(done if not table.group else part["counted"], message)

        return tick

    if export.file_format == ExportFormat.XLSX:
        return xlsx_write(
            folder,
            form,
            watermark=export.watermark,
            notes=_notes(export, part),
            tick=ticker(form.tables[0]),
        )
    write = WRITERS[ExportFormat(export.file_format)]
    return [path for table in form.tables for path in write(folder, table, ticker(table))]


def _notes(export: DataExport, part: Part) -> list[tuple[str, str]]:
    """Where the data come from, as the sheet in the workbook tells it."""
    return [
        (_("导出编号"), export.number),
        (_("导出人和时间"), export.watermark),
        (_("用途"), export.reason),
        (_("普查阶段"), " ".join(filter(None, [export.exercise.name, export.exercise.mark]))),
        (_("区划"), f"{export.division_code} {export.division_name}"),
        (_("数据"), export.get_approval_level_display() or _("填报中的数据")),
        (_("数据截至"), part["as_of"]),
        (_("普查表份数"), str(part["counted"])),
        (_("保密指标"), _("已遮盖") if export.is_masked else _("未遮盖，注意保管")),
    ]


def _finish(export: DataExport, folder: Path, parts: list[Part], dictionary: list[Path]) -> None:
    """Manifest and files into one archive; the loose files are not needed any more."""
    files = [folder / name for part in parts for name in part["files"]] + dictionary
    manifest = {
        "number": export.number,
        "watermark": export.watermark,
        "reason": export.reason,
        "exercise": export.exercise.code,
        "exercise_kind": export.exercise.kind,
        "division": export.division_code,
        "approval_level": export.approval_level,
        "format": export.file_format,
        "since": export.since.isoformat() if export.since else None,
        "masked": export.is_masked,
        "parts": parts,
        "files": [_described(path) for path in files],
    }
    whole = folder / f"{export.number}.zip"
    beside = whole.with_suffix(".tmp")
    with zipfile.ZipFile(beside, "w", allowZip64=True) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        for path in files:
            archive.write(path, path.name)
    beside.rename(whole)
    export.manifest = manifest
    export.path = str(whole.relative_to(settings.MEDIA_ROOT))
    export.size = whole.stat().st_size
    export.file_hash = sm3_hex_of(_pieces(whole))
    export.completed_at = timezone.now()
    export.kept_until = timezone.localdate() + timedelta(days=settings.EXPORT_KEPT_DAYS)
    export.save(
        update_fields=["manifest", "path", "size", "file_hash", "completed_at", "kept_until"]
    )
    for path in folder.iterdir():
        if path != whole:
            path.unlink()


def _described(path: Path) -> dict[str, Any]:
    sha = hashlib.sha256()
    for piece in _pieces(path):
        sha.update(piece)
    return {
        "name": path.name,
        "bytes": path.stat().st_size,
        "sm3": sm3_hex_of(_pieces(path)),
        "sha256": sha.hexdigest(),
    }


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            yield piece
