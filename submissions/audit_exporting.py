"""The background job that writes a part of the audit log into a file, under the auditor's name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from accounts.enums import Permission
from accounts.event_details import details_told
from accounts.exceptions import Conflict, Invalid
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import sm3_hex_of
from audit.selectors import events_within, reads_within
from audit.services import audit_record
from submissions.audit_search import AuditSearch, prefixes_of
from submissions.enums import JobKind
from submissions.jobs import RunningJob, job_running, job_start
from submissions.models import Job

FOLDER = Path("audit-exports")
FORMATS = ("csv", "xlsx")
LOGS = ("events", "reads")
STEP = 2000  # rows between two reports of how far it is
SHEET_ROWS_AT_MOST = 200_000
FORMULA = "=+-@\t\r"
PIECE = 1 << 20
Line = Sequence[str]


def audit_export_start(*, actor: User, query: str, log: str, file_format: str, reason: str) -> Job:
    """Ask for a file of what the search finds. Raises `Invalid` without a reason, `NotAllowed`."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Invalid(_("请写明导出理由。"), code="reason_required", cell="reason")
    if file_format not in FORMATS or log not in LOGS:
        raise Invalid(_("请选择导出格式。"), code="format_unknown", cell="format")
    search = AuditSearch.read(actor, dict(parse_qsl(query)))
    prefixes = prefixes_of(actor, Permission.AUDIT_VIEW)
    return job_start(
        kind=JobKind.AUDIT_EXPORT,
        parameters={
            "query": search.query,
            "log": log,
            "format": file_format,
            "reason": reason,
            "by": actor.pk,
        },
        actor=actor,
        division_code=min(prefixes, key=len, default="").ljust(12, "0"),
    )


def audit_export_job(job_id: int) -> None:
    """Run the job; the export is itself an act of the log, with its reason and number of rows."""
    with job_running(job_id) as running:
        actor, parameters = running.job.requested_by, running.job.parameters
        head, lines, total = _found(actor, parameters)
        if parameters["format"] == "xlsx" and total > SHEET_ROWS_AT_MOST:
            raise Conflict(
                _("共 %(count)d 条，超过工作簿的 %(most)d 条，请导出 CSV 或缩小范围。")
                % {"count": total, "most": SHEET_ROWS_AT_MOST}
            )
        path = FOLDER / f"{uuid4().hex}.{parameters['format']}"
        whole = Path(settings.MEDIA_ROOT) / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        mark = _mark(actor, parameters)
        counted = _Counted(running, lines, total)
        try:
            write = _csv_write if parameters["format"] == "csv" else _xlsx_write
            write(whole, mark, head, counted)
        except BaseException:
            whole.unlink(missing_ok=True)
            raise
        audit_record(
            action=AuditAction.AUDIT_EXPORTED,
            actor=actor,
            subject=running.job,
            detail={
                "reason": parameters["reason"],
                "query": parameters["query"],
                "log": parameters["log"],
                "rows": counted.done,
                "file": path.name,
                "hash": _digest(whole),
            },
        )
        stamp = timezone.localtime().strftime("%Y%m%d-%H%M%S")
        running.result_path = str(path)
        running.result_name = f"{_title(parameters)} {actor.username} {stamp}{path.suffix}"
        running.progress(total, total, _("共导出 %d 条。") % counted.done)


class _Counted:
    """The lines, counted and reported on the way."""

    def __init__(self, running: RunningJob, lines: Iterable[Line], total: int) -> None:
        self.running, self.lines, self.total, self.done = running, lines, total, 0

    def __iter__(self) -> Iterator[Line]:
        for line in self.lines:
            if self.done % STEP == 0:
                self.running.progress(self.done, self.total, _("正在写出"))
            self.done += 1
            yield line


def _title(parameters: dict[str, Any]) -> str:
    return _("查阅记录") if parameters["log"] == "reads" else _("审计记录")


def _mark(actor: User, parameters: dict[str, Any]) -> str:
    """Who took it away, when and why: on top of the file and on every printed page."""
    return _("%(title)s · 导出人 %(person)s · %(at)s · 理由：%(reason)s") % {
        "title": _title(parameters),
        "person": actor,
        "at": timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"),
        "reason": parameters["reason"],
    }


def _found(actor: User, parameters: dict[str, Any]) -> tuple[Line, Iterator[Line], int]:
    search = AuditSearch.read(actor, dict(parse_qsl(parameters["query"])))
    prefixes = prefixes_of(actor, Permission.AUDIT_VIEW)
    if parameters["log"] == "reads":
        reads = reads_within(prefixes, search.reads)
        head = [_("时间"), _("人员"), _("普查对象代码"), _("表号"), _("方式"), _("区划"), _("编号")]
        lines = (
            (
                _time(read.at),
                read.actor_name,
                read.unit_code,
                read.form_code,
                read.way_label,
                read.division_code,
                str(read.pk),
            )
            for read in reads.iterator(chunk_size=STEP)
        )
        return head, lines, reads.count()
    events = events_within(prefixes, search.events)
    head = [_("时间"), _("人员"), _("行为"), _("对象"), _("区划"), _("详情"), _("编号")]
    told = (
        (
            _time(event.at),
            event.actor_name,
            event.action_label,
            event.subject_label,
            event.division_code,
            _("；").join(f"{name} {value}" for name, value in details_told(event.detail)),
            str(event.pk),
        )
        for event in events.iterator(chunk_size=STEP)
    )
    return head, told, events.count()


def _time(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _safe(text: str) -> str:
    """Words that a spreadsheet would take for a formula stay words."""
    return f"'{text}" if text[:1] in FORMULA and text else text


def _csv_write(whole: Path, mark: str, head: Line, lines: Iterable[Line]) -> None:
    with whole.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([_safe(mark)])
        rows.writerow(head)
        rows.writerows([_safe(cell) for cell in line] for line in lines)


def _xlsx_write(whole: Path, mark: str, head: Line, lines: Iterable[Line]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("审计"))
    sheet.oddFooter.center.text = mark.replace("&", "&&")[:200]
    sheet.freeze_panes = "A3"
    for column, width in zip("ABCDEFG", (20, 24, 18, 36, 15, 80, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append([mark])
    sheet.append(list(head))
    for line in lines:
        sheet.append([_safe(cell) for cell in line])
    book.save(whole)


def _digest(whole: Path) -> str:
    with whole.open("rb") as file:
        return sm3_hex_of(iter(lambda: file.read(PIECE), b""))
