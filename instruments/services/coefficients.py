"""Loading versions of the coefficient library, and putting one in force."""

import csv
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import canonical_json
from audit.services import audit_record
from instruments.coefficient_files import WRITTEN, RowError, opened, rows_read
from instruments.coefficient_selectors import version_in_force
from instruments.models import (
    CoefficientPublication,
    CoefficientSet,
    CoefficientVersion,
    Confidence,
)

NATION = Place("")
INDUSTRIAL = "industrial"
ERRORS_KEPT = 200
SPOOLED_IN_MEMORY = 16 * 2**20
_NAMES = ", ".join(WRITTEN)  # names of our own columns, nothing from outside
_STAGE = f"""CREATE TEMP TABLE coefficient_staging ON COMMIT DROP AS
    SELECT {_NAMES} FROM instruments_coefficient WITH NO DATA"""  # noqa: S608
_COPY = f"COPY coefficient_staging ({_NAMES}) FROM STDIN (FORMAT csv)"
_TAKE = f"""INSERT INTO instruments_coefficient (version_id, {_NAMES})
    SELECT %s, {_NAMES} FROM coefficient_staging ORDER BY line"""  # noqa: S608


@dataclass
class CoefficientsReport:
    """What a load read, and what it found wrong. With one error nothing is loaded."""

    is_dry_run: bool
    rows: int = 0
    low: int = 0
    faults: int = 0
    error_count: int = 0
    errors: list[RowError] = field(default_factory=list)
    version: CoefficientVersion | None = None
    is_new: bool = False


def coefficients_load(
    *,
    actor: User | None,
    path: Path,
    title: str,
    dry_run: bool = False,
    is_demonstration: bool = False,
) -> CoefficientsReport:
    """Load a file as a new version of the industrial set, not yet in force.

    All or nothing; the file is streamed and its rows copied. Equal content is the version there is
    already. `actor` None is the operator. Raises `NotAllowed` and, for an unreadable file, `Invalid`.
    """
    _check_permission(actor)
    report = CoefficientsReport(is_dry_run=dry_run)
    digest = Hash(SM3())
    sources: dict[str, None] = {}
    with tempfile.SpooledTemporaryFile(
        max_size=SPOOLED_IN_MEMORY, mode="w+", encoding="utf-8", newline=""
    ) as spool:
        writer = csv.writer(spool, quoting=csv.QUOTE_ALL)
        with opened(path) as file:
            for row, errors in rows_read(file):
                report.rows += 1
                _note(report, errors)
                if row is None:
                    continue
                report.low += row["confidence"] == Confidence.LOW
                report.faults += bool(row["fault"])
                sources[str(row["source"])] = None
                content = {name: row[name] for name in WRITTEN if name not in {"line", "fault"}}
                digest.update(canonical_json(content))
                writer.writerow([_copied(row[name]) for name in WRITTEN])
        if not report.rows:
            raise Invalid(_("系数文件没有数据行。"), code="no_rows")
        if report.error_count or dry_run:
            return report
        spool.seek(0)
        heading = {
            "title": title,
            "source": "；".join(sources),
            "content_hash": digest.finalize().hex(),
            "is_demonstration": is_demonstration,
        }
        _store(report, spool, heading, actor)
    return report


def _check_permission(actor: User | None) -> None:
    if actor is not None and not actor.has_perm(Permission.COEFFICIENT_PUBLISH, NATION):
        raise NotAllowed(_("只有国家级普查办可以导入和启用产排污系数。"))


def _note(report: CoefficientsReport, errors: list[RowError]) -> None:
    report.error_count += len(errors)
    report.errors += errors[: max(0, ERRORS_KEPT - len(report.errors))]


def _copied(value: object) -> object:
    """Arrays as PostgreSQL writes them."""
    return "{" + ",".join(value) + "}" if isinstance(value, list) else value


@transaction.atomic
def _store(
    report: CoefficientsReport,
    spool: tempfile.SpooledTemporaryFile[str],
    heading: dict[str, object],
    actor: User | None,
) -> None:
    series, _created = CoefficientSet.objects.select_for_update().get_or_create(
        name=INDUSTRIAL, defaults={"title": "工业源产排污系数"}
    )
    known = series.versions.filter(content_hash=heading["content_hash"]).first()
    if known is not None:
        report.version = known
        return
    newest = series.versions.order_by("-number").first()
    version = CoefficientVersion.objects.create(
        coefficient_set=series,
        number=newest.number + 1 if newest else 1,
        row_count=report.rows,
        low_count=report.low,
        fault_count=report.faults,
        loaded_by=actor,
        **heading,
    )
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(_COPY, spool)
        cursor.execute(_TAKE, [version.pk])
        cursor.execute("DROP TABLE coefficient_staging")
    audit_record(
        action=AuditAction.COEFFICIENTS_LOADED,
        actor=actor,
        subject=version,
        detail={"hash": version.content_hash, "rows": report.rows, "low": report.low},
        kept=version,
    )
    report.version, report.is_new = version, True


@transaction.atomic
def coefficients_publish(*, actor: User | None, version_id: int) -> CoefficientPublication:
    """Put a version in force for all accounting from now on. Values already derived stay.

    The version in force put in force again is the same publication.
    """
    _check_permission(actor)
    version = CoefficientVersion.objects.select_related("coefficient_set").get(pk=version_id)
    CoefficientSet.objects.select_for_update().get(pk=version.coefficient_set_id)
    current = version_in_force(version.coefficient_set.name)
    if current is not None and current.pk == version.pk:
        return version.publications.latest("pk")
    publication = CoefficientPublication.objects.create(
        version=version, published_at=timezone.now(), published_by=actor
    )
    audit_record(
        action=AuditAction.COEFFICIENTS_PUBLISHED,
        actor=actor,
        subject=version,
        detail={"hash": version.content_hash, "before": current.number if current else None},
        kept=publication,
    )
    return publication
