"""What an export reads: the forms of a division from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.enums import Permission
from accounts.scopes import prefix_range
from instruments.evaluation.definition import Definition
from instruments.models import InstrumentVersion
from instruments.selectors import definition_for
from registry.prefixes import significant_digits
from review.selectors import submissions_in_force
from submissions.enums import CaseStatus
from submissions.models import Case, Submission
from submissions.models.case import CaseQuerySet
from submissions.models.response import value_in_force
from submissions.selectors import cases_within
from summaries.models import DataExport

CHUNK = 2000
CODES_OF_WITHDRAWN = 5000


@dataclass(frozen=True)
class FormRow:
    """One form: what identifies it, and its plain answers."""

    identity: list[str]
    document: dict[str, Any]


@contextmanager
def snapshot() -> Iterator[datetime]:
    """Everything read inside is of one moment, which is given.

    Inside a transaction that is open already (tests) it is that transaction's own view.
    """
    is_nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_nested:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
        yield at


def versions_used(export: DataExport, form_code: str) -> list[Definition]:
    """The versions that the forms were filled on, newest national one first. One query."""
    used = _cases(export, form_code).order_by().values_list("instrument_version").distinct()
    versions = InstrumentVersion.objects.filter(pk__in=used)
    ordered = sorted(versions, key=lambda v: (bool(v.division_code), -v.number))
    return [definition_for(version.pk) for version in ordered]


def count_of(export: DataExport, form_code: str, as_of: datetime) -> int:
    """How many forms the database has that the export must hold."""
    if export.approval_level:
        return _submissions(export, form_code, as_of).count()
    return _working(export, form_code).count()


def rows_of(export: DataExport, form_code: str, as_of: datetime) -> Iterator[FormRow]:
    """The forms, one by one, by a server-side cursor: memory does not grow with their number."""
    if export.approval_level:
        yield from _rows_approved(export, form_code, as_of)
    else:
        yield from _rows_working(export, form_code)


def withdrawn_since(export: DataExport, form_code: str, as_of: datetime) -> list[str]:
    """Units whose form stood approved at `since` and does no more: to be taken out of a copy."""
    if not export.approval_level or export.since is None:
        return []
    before = _within(export, form_code, export.since).order_by()
    now = set(_within(export, form_code, as_of).values_list("case_id", flat=True))
    gone = [(case, code) for case, code in before.values_list("case_id", "case__unit__code")]
    return sorted(code for case, code in gone if case not in now)[:CODES_OF_WITHDRAWN]


def _cases(export: DataExport, form_code: str) -> CaseQuerySet:
    """All cases of the form in the division; the actor's own jurisdiction is asked once more."""
    seen = Case.objects.visible_to(export.job.requested_by, Permission.DATA_EXPORT)
    seen = seen.filter(exercise=export.exercise, form_code=form_code)
    return cases_within(seen, significant_digits(export.division_code))


def _working(export: DataExport, form_code: str) -> CaseQuerySet:
    """The owed forms as they stand; of a change, also those that have ceased to be owed."""
    cases = _cases(export, form_code)
    if export.since is None:
        return cases.owed().exclude(status=CaseStatus.VOID)
    at = export.since
    return cases.filter(
        Q(response__updated_at__gt=at) | Q(updated_at__gt=at) | Q(status_changed_at__gt=at)
    )


def _within(export: DataExport, form_code: str, as_of: datetime) -> QuerySet[Submission]:
    submissions = submissions_in_force(
        exercise=export.exercise, level=export.approval_level, as_of=as_of
    ).filter(case__form_code=form_code)
    low, high = prefix_range(significant_digits(export.division_code))
    if high is None:
        return submissions
    return submissions.filter(case__division_code__gte=low, case__division_code__lt=high)


def _submissions(export: DataExport, form_code: str, as_of: datetime) -> QuerySet[Submission]:
    """The approved submissions; of a change, those that were not in force at `since`.

    Which of a case's submissions is in force is settled first, apart from what is left out: an
    older one never comes in for one that has not changed.
    """
    now = _within(export, form_code, as_of)
    if export.since is None:
        return now
    before = _within(export, form_code, export.since)
    changed = Submission.objects.filter(pk__in=now.values("pk"))
    return changed.exclude(pk__in=before.values("pk")).order_by("case_id")


def _identity(row: dict[str, Any], prefix: str, number: int) -> list[str]:
    at = row["submitted_at"]
    industries = row[f"{prefix}unit__industry_codes"]
    return [
        row[f"{prefix}unit__code"],
        row[f"{prefix}unit__name"],
        row[f"{prefix}division_code"],
        industries[0] if industries else "",
        row[f"{prefix}form_code"],
        str(number),
        row[f"{prefix}status"],
        row[f"{prefix}review_level"],
        at.astimezone().isoformat(timespec="seconds") if at else "",
    ]


_FIELDS = (
    "unit__code",
    "unit__name",
    "unit__industry_codes",
    "division_code",
    "form_code",
    "status",
    "review_level",
)


def _rows_working(export: DataExport, form_code: str) -> Iterator[FormRow]:
    fields = (
        *_FIELDS,
        "submitted_at",
        "instrument_version__number",
        "response__cells",
        "response__rows",
        "is_owed",
    )
    cases = _working(export, form_code).order_by("pk").values(*fields)
    for row in cases.iterator(chunk_size=CHUNK):
        if not row["is_owed"]:
            row["status"] = "not_owed"
        values = {
            path: value_in_force(cell) for path, cell in (row["response__cells"] or {}).items()
        }
        document = {"values": values, "rows": row["response__rows"] or {}}
        yield FormRow(_identity(row, "", row["instrument_version__number"]), document)


def _rows_approved(export: DataExport, form_code: str, as_of: datetime) -> Iterator[FormRow]:
    fields = (
        *(f"case__{name}" for name in _FIELDS),
        "submitted_at",
        "instrument_version__number",
        "document",
    )
    for row in _submissions(export, form_code, as_of).values(*fields).iterator(chunk_size=CHUNK):
        identity = _identity(row, "case__", row["instrument_version__number"])
        yield FormRow(identity, row["document"])
