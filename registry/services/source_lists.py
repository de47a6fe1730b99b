"""Bringing in a list of an authority, and saying what its columns hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import ListAuthority, ListState, UnitKind
from registry.frame.columns import header_key
from registry.frame.files import Row, rows_streamed
from registry.models import SourceList
from registry.screening.columns import (
    HEADER_AMONG,
    ColumnChoice,
    columns_guessed,
    columns_problem,
    header_row_of,
)

SAMPLES = 3


@dataclass(frozen=True)
class BroughtFile:
    """An upload that is kept: its name, its path below MEDIA_ROOT, the hash of its content."""

    name: str
    path: str
    digest: str

    @property
    def whole(self) -> Path:
        """Where it lies."""
        return Path(settings.MEDIA_ROOT) / self.path


@transaction.atomic
def source_list_bring(
    *,
    actor: User,
    authority: str,
    file: BroughtFile,
    division_code: str,
    reference_date: date | None = None,
    default_kind: str = "",
) -> SourceList:
    """Take in a file. The same file of the same authority is the list that is there already.

    Raises `NotAllowed`, or `Invalid` for a file that cannot be read or an unknown choice.
    """
    if not actor.has_perm(Permission.FRAME_LOAD, Place(division_code)):
        raise NotAllowed(_("您的职责不包括导入名录。"))
    if authority not in ListAuthority.values:
        raise Invalid(_("请选择名录来源。"), code="authority", cell="authority")
    if default_kind and default_kind not in UnitKind.values:
        raise Invalid(_("请选择普查对象类别。"), code="kind", cell="default_kind")
    there = SourceList.objects.filter(
        authority=authority, division_code=division_code, digest=file.digest
    ).first()
    if there is not None:
        return there
    number, header = _header_of(file.whole)
    made = SourceList.objects.create(
        authority=authority,
        name=file.name,
        path=file.path,
        digest=file.digest,
        reference_date=reference_date,
        division_code=division_code,
        default_kind=default_kind,
        header=header,
        header_row=number,
        columns=columns_guessed(header, _remembered(actor, authority)),
        imported_by=actor,
    )
    audit_record(
        action=AuditAction.LIST_BROUGHT,
        actor=actor,
        division_code=division_code,
        detail={"list": made.pk, "authority": authority, "file": file.name, "digest": file.digest},
    )
    return made


def _header_of(path: Path) -> tuple[int, list[str]]:
    first = list(islice(rows_streamed(path), HEADER_AMONG))
    if len(first) < 2:
        raise Invalid(
            _("文件是空的。") if not first else _("文件只有列名，没有数据。"), code="file_empty"
        )
    number, cells = first[header_row_of([cells for _number, cells in first])]
    return number, [cell.strip() for cell in cells]


def _remembered(actor: User, authority: str) -> dict[str, str]:
    """Header → fact, as the last list of the authority was confirmed."""
    last = (
        SourceList.objects.visible_to(actor)
        .filter(authority=authority)
        .exclude(state=ListState.MAPPING)
        .first()
    )
    if last is None:
        return {}
    return {header_key(last.header[index]): field for field, index in last.columns.items()}


def columns_shown(source_list: SourceList) -> list[ColumnChoice]:
    """Every column with what stands in its first rows, for the person who confirms."""
    path = Path(settings.MEDIA_ROOT) / source_list.path
    rows: list[Row] = []
    for number, cells in rows_streamed(path):
        if number > source_list.header_row:
            rows.append((number, cells))
        if len(rows) == SAMPLES:
            break
    by_index = {index: field for field, index in source_list.columns.items()}
    return [
        ColumnChoice(
            index,
            header,
            by_index.get(index, ""),
            tuple(cells[index] if index < len(cells) else "" for _number, cells in rows),
        )
        for index, header in enumerate(source_list.header)
    ]


@transaction.atomic
def source_list_columns_set(*, actor: User, list_id: int, columns: Mapping[str, int]) -> SourceList:
    """Confirm what the columns hold; screening may begin. Raises `Missing`, `Invalid`, `Conflict`."""
    source_list = source_list_locked(actor=actor, list_id=list_id)
    if source_list.state != ListState.MAPPING:
        raise Conflict(_("此名录的列已经确认，正在筛选或已筛选。"), code="columns_confirmed")
    problem = columns_problem(columns, len(source_list.header))
    if problem:
        raise Invalid(problem, code="columns")
    source_list.columns = dict(columns)
    source_list.state = ListState.SCREENING
    source_list.save(update_fields=["columns", "state"])
    return source_list


def source_list_locked(*, actor: User, list_id: int) -> SourceList:
    """The list, where this person may see it, for writing. Raises `Missing`."""
    lists = SourceList.objects.select_for_update(no_key=True).visible_to(actor)
    found = lists.filter(pk=list_id).first()
    if found is None:
        raise Missing(_("没有这份名录，或不在您的管辖范围内。"))
    return found
