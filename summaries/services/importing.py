"""An earlier release from a file: the figures of another census, to be compared with ours.

The file is CSV: table, division, axis, key, column, value, unit, and where they are known name and
reporting. Its tables are those of the repository, its columns a part of theirs; a value in another
unit of measure is turned into the column's, exactly.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.selectors import division_names
from summaries.arithmetic import EXACT, Line, Tally
from summaries.definitions import SummaryTable, tables_all
from summaries.enums import Axis, ReleaseOrigin
from summaries.models import ReleaseTable, SummaryRelease
from summaries.release_storing import covered
from summaries.selectors import exercise_current
from summaries.units import factor_between

NEEDED = ("table", "division", "axis", "key", "column", "value", "unit")
ROWS_AT_MOST = 200_000
SENTENCES_AT_MOST = 20
NATION = "0" * 12


@dataclass(frozen=True)
class ImportOrder:
    """What a person imports: the file's text, and what the figures are."""

    name: str
    division_code: str
    as_of: datetime
    note: str
    text: str


@dataclass
class _Read:
    """The tables of a file: table and division → axis → row → line, with names."""

    lines: dict[tuple[str, str], dict[str, dict[str, Line]]] = field(default_factory=dict)
    names: dict[tuple[str, str], dict[str, dict[str, list[str]]]] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def release_import(*, actor: User, order: ImportOrder) -> SummaryRelease:
    """Keep the figures as a release of their own. Raises `Invalid` with every wrong line,
    `Conflict`, `NotAllowed`."""
    if not actor.has_perm(Permission.SUMMARY_RELEASE, Place(order.division_code)):
        raise NotAllowed(_("您不能为这个区划导入汇总版本。"))
    exercise = exercise_current()
    if exercise is None:
        raise Invalid(_("没有正在进行的普查。"), code="no_exercise")
    read = _read(order)
    if read.faults:
        raise Invalid(
            _("；").join(read.faults[:SENTENCES_AT_MOST]), code="wrong_lines", cell="file"
        )
    known = tables_all()
    definitions = {code: _part(known[code], slugs) for code, slugs in sorted(read.columns.items())}
    contents = {key: _content(read, key) for key in sorted(read.lines)}
    places = division_names([division for _table, division in contents])
    release = SummaryRelease(
        origin=ReleaseOrigin.IMPORTED,
        exercise=exercise,
        name=order.name.strip(),
        division_code=order.division_code,
        division_name=places.get(order.division_code, order.division_code),
        as_of=order.as_of,
        definitions=definitions,
        note=order.note.strip(),
        created_at=timezone.now(),
        created_by=actor,
    )
    digests = {f"{table}@{place}": content_hash(c) for (table, place), c in contents.items()}
    release.content_hash = content_hash(covered(release, digests, {}))
    _store(release, contents, digests, places)
    return release


def _store(
    release: SummaryRelease,
    contents: dict[tuple[str, str], dict[str, Any]],
    digests: dict[str, str],
    places: dict[str, str],
) -> None:
    try:
        with transaction.atomic():
            release.save(force_insert=True)
            for (table, place), content in contents.items():
                ReleaseTable.objects.create(
                    release=release,
                    table_code=table,
                    division_code=place,
                    division_name=places.get(place, place),
                    content=content,
                    content_hash=digests[f"{table}@{place}"],
                )
            audit_record(
                action=AuditAction.RELEASE_IMPORTED,
                actor=release.created_by,
                subject=release,
                detail={"hash": release.content_hash, "tables": len(contents)},
            )
    except IntegrityError as error:
        raise Conflict(
            _("已有同名的版本，请换一个名称。"), code="name_taken", cell="name"
        ) from error


def _part(table: SummaryTable, slugs: set[str]) -> dict[str, Any]:
    """The table's definition with the columns that the file has."""
    columns = [column for column in table.raw["columns"] if column["slug"] in slugs]
    raw = {name: value for name, value in table.raw.items() if name != "relations"}
    return {**raw, "columns": columns}


def _content(read: _Read, key: tuple[str, str]) -> dict[str, Any]:
    axes = {
        axis: {row: line.as_dict() for row, line in sorted(rows.items())}
        for axis, rows in sorted(read.lines[key].items())
        if axis
    }
    total = read.lines[key].get("", {}).get("", Line())
    return {"total": total.as_dict(), "axes": axes, "names": read.names.get(key, {})}


def _read(order: ImportOrder) -> _Read:
    read = _Read()
    rows = csv.DictReader(io.StringIO(order.text.lstrip("\ufeff").replace("\x00", "")))
    missing = [name for name in NEEDED if name not in (rows.fieldnames or [])]
    if missing:
        read.faults.append(_("文件缺少这些列：%(names)s") % {"names": ", ".join(missing)})
        return read
    number = 1
    for number, row in enumerate(rows, start=2):
        if number > ROWS_AT_MOST:
            read.faults.append(_("文件超过 %d 行。") % ROWS_AT_MOST)
            break
        for fault in _take(read, order, row):
            read.faults.append(_("第 %(line)d 行：%(fault)s") % {"line": number, "fault": fault})
        if len(read.faults) >= SENTENCES_AT_MOST:
            break
    if number == 1:
        read.faults.append(_("文件没有数据。"))
    return read


def _take(read: _Read, order: ImportOrder, row: dict[str, Any]) -> Iterator[str]:
    """Add one row; yields what is wrong with it."""
    text = {name: (row.get(name) or "").strip() for name in (*NEEDED, "name", "reporting")}
    table = tables_all().get(text["table"])
    column = table.by_slug.get(text["column"]) if table else None
    if table is None or column is None or column.formula is not None:
        yield _("没有这张表或这个指标")
        return
    if text["axis"] and text["axis"] not in {"city", *Axis.values}:
        yield _("没有这种分组")
        return
    inside = text["division"].startswith(order.division_code.rstrip("0"))
    if not (inside and text["division"].isdecimal() and len(text["division"]) == len(NATION)):
        yield _("区划代码不对，或在版本的区划之外")
        return
    try:
        value = EXACT.multiply(Decimal(text["value"]), factor_between(text["unit"], column.unit))
    except (InvalidOperation, ValueError):
        yield _("数值或计量单位不对")
        return
    if not value.is_finite():
        yield _("数值或计量单位不对")
        return
    key = (table.code, text["division"])
    line = read.lines.setdefault(key, {}).setdefault(text["axis"], {})
    cells = line.setdefault(text["key"], Line()).cells
    if column.slug in cells:
        yield _("同一个数出现两次")
        return
    reporting = int(text["reporting"]) if text["reporting"].isdecimal() else 1
    cells[column.slug] = Tally(value, max(reporting, 1))
    read.columns.setdefault(table.code, set()).add(column.slug)
    if text["name"]:
        names = read.names.setdefault(key, {}).setdefault(text["axis"], {})
        names[text["key"]] = [text["key"], text["name"][:100]]
