"""Reading a list into rows: each becomes facts, or is refused with its reasons. Resumable."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from registry.bulk import rows_insert
from registry.enums import RowOutcome, UnitKind
from registry.frame.files import Row, merged_rows, rows_streamed
from registry.frame.report import RowError
from registry.frame.rows import data_read
from registry.identifiers import Problem
from registry.models import SourceList, SourceRow
from registry.policies import FieldProblem, data_problems
from registry.screening.places import Gazetteer
from registry.selectors import classifications_for
from registry.unit_data import UnitData, as_json, data_normalised

CHUNK = 5000
NO_CHARACTER = "\ufffd"
_LIVESTOCK = re.compile(r"^03[1-3]")  # GB/T 4754 group 031-033: animals kept
_FACILITY = re.compile(r"^(4620|7723|7724|7820)$")  # sewage, refuse and hazardous waste treatment


@dataclass
class _Read:
    """One row on its way in."""

    number: int
    cells: list[str]
    by_field: dict[str, str]
    data: UnitData
    problems: list[FieldProblem]


def source_list_read(
    source_list: SourceList, *, progress: Callable[[int], None], gazetteer: Gazetteer
) -> None:
    """Store every row of the file. A run that was cut off goes on behind the last stored chunk."""
    path = Path(settings.MEDIA_ROOT) / source_list.path
    hanging = merged_rows(path)
    begun = source_list.rows.order_by("-number").values_list("number", flat=True).first() or 0
    first = max(begun, source_list.header_row)
    rows = (row for row in rows_streamed(path) if row[0] > first)
    while chunk := list(islice(rows, CHUNK)):
        read = _facts_of(source_list, chunk, hanging, gazetteer)
        with transaction.atomic():
            rows_insert(SourceRow, [_stored(source_list, row) for row in read])
            source_list.rows_read += len(read)
            source_list.save(update_fields=["rows_read"])
        progress(source_list.rows_read)
    source_list.is_read = True
    source_list.save(update_fields=["is_read"])


def _facts_of(
    source_list: SourceList, rows: list[Row], hanging: frozenset[int], gazetteer: Gazetteer
) -> list[_Read]:
    found = [_one(source_list, row, hanging, gazetteer) for row in rows]
    classifications = classifications_for([one.data for one in found])
    for one in found:
        unread = {problem.field for problem in one.problems}
        one.problems += [
            problem
            for problem in data_problems(one.data, classifications)
            if problem.field not in unread
        ]
    return found


def _one(source_list: SourceList, row: Row, hanging: frozenset[int], gazetteer: Gazetteer) -> _Read:
    number, cells = row
    by_field = {
        field: cells[index] if index < len(cells) else ""
        for field, index in source_list.columns.items()
    }
    if by_field.get("kind", "").strip() == "":
        by_field["kind"] = _kind_of(source_list, by_field.get("industry_1", ""))
    if not by_field.get("status", "").strip():
        by_field.pop("status", None)
    code, place_problem = gazetteer.resolved(
        by_field.get("division_code", ""), by_field.get("address", "")
    )
    data, problems = data_read({**by_field, "division_code": code})
    if number in hanging:
        problems.append(_hanging())
    elif place_problem:
        problems.append(FieldProblem("division_code", place_problem))
    return _Read(number, cells, by_field, data_normalised(data), problems)


def _kind_of(source_list: SourceList, industry: str) -> str:
    """Authorities' lists seldom say which source a unit is: its industry does."""
    code = industry.strip()
    if _LIVESTOCK.match(code):
        return str(UnitKind.LIVESTOCK)
    if _FACILITY.match(code):
        return str(UnitKind.CENTRAL_FACILITY)
    return source_list.default_kind or str(UnitKind.INDUSTRIAL)


def _hanging() -> FieldProblem:
    return FieldProblem(
        "name",
        Problem(
            "merged_cells",
            _("本行与上面的行是合并单元格，内容只写在第一行。"),
            _("请取消合并单元格，逐行填写后再导入。"),
        ),
    )


def _stored(source_list: SourceList, row: _Read) -> dict[str, Any]:
    errors = [vars(RowError.of(row.number, problem, row.by_field)) for problem in row.problems]
    is_place = re.fullmatch("[0-9]{12}", row.data.division_code)
    return {
        "source_list": source_list.pk,
        "number": row.number,
        # a row that lies nowhere is its list's
        "division_code": row.data.division_code if is_place else source_list.division_code,
        "outcome": RowOutcome.REFUSED if any(map(_is_fatal, row.problems)) else RowOutcome.READ,
        "data": _without_nul(as_json(row.data)),
        "cells": [cell.replace("\0", NO_CHARACTER) for cell in row.cells] if errors else [],
        "problems": [_without_nul(error) for error in errors],
        "how": "",
    }


def _without_nul(plain: dict[str, Any]) -> dict[str, Any]:
    """JSON in PostgreSQL holds no NUL; the cell it stood in is refused for it."""
    return {
        name: value.replace("\0", NO_CHARACTER) if isinstance(value, str) else value
        for name, value in plain.items()
    }


def _is_fatal(found: FieldProblem) -> bool:
    """A list without industries (电力用户) still tells of units that the register knows."""
    return (found.field, found.problem.code) != ("industry_codes", "required")
