"""Reading answers out of PostgreSQL into typed DuckDB tables, a chunk at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection as database

from accounts.scopes import prefix_range
from instruments.evaluation.definition import Definition, Item
from instruments.evaluation.language.duckdb import named
from instruments.selectors import definition_for
from submissions.enums import IN_FORCE_ORDER, CaseStatus, FactBasis
from submissions.facts.shapes import CASE_COLUMNS, LISTS, ROW_COLUMNS, Shape
from submissions.facts.typing import table_type

CHUNK = 10_000
_SLOTS = tuple(str(slot) for slot in IN_FORCE_ORDER)
_FIXED = tuple(name for name in CASE_COLUMNS if name not in LISTS)
_ROW_FIXED = tuple(name for name in ROW_COLUMNS if name not in LISTS)

_WORKING = """
SELECT c.id, c.unit_id, c.division_code, c.instrument_version_id, c.status, c.review_level,
       c.is_owed, r.version, r.head_hash, r.cells::text, r.rows::text
FROM submissions_case c JOIN submissions_response r ON r.case_id = c.id
WHERE {where}
"""
# in force: the last submission of a form that is under review or final
_SUBMITTED = """
SELECT c.id, c.unit_id, c.division_code, s.instrument_version_id, c.status, c.review_level,
       c.is_owed, s.response_version, s.revision_hash, s.document->>'values', s.document->>'rows'
FROM submissions_case c JOIN LATERAL (
  SELECT * FROM submissions_submission s WHERE s.case_id = c.id ORDER BY s.number DESC LIMIT 1
) s ON true
WHERE {where}
"""
_IN_FORCE = (CaseStatus.UNDER_REVIEW, CaseStatus.FINAL)

Raw = tuple[Any, ...]
Sql = tuple[str, list[Any]]


def statuses_of(basis: FactBasis) -> list[str]:
    """The statuses of the cases that a basis holds."""
    return [str(s) for s in (_IN_FORCE if basis == FactBasis.SUBMITTED else CaseStatus)]


def sql_of_province(basis: FactBasis, exercise_id: int, form_code: str, province: str) -> Sql:
    """The statement that reads a form of a province; every status, so that its index serves."""
    low, high = prefix_range(province)
    where = (
        "c.exercise_id = %s AND c.form_code = %s AND c.status = ANY(%s) "
        "AND c.division_code >= %s AND c.division_code < %s"
    )
    return _statement(basis, where, [exercise_id, form_code, statuses_of(basis), low, high])


def sql_of_cases(basis: FactBasis, exercise_id: int, form_code: str, ids: Sequence[int]) -> Sql:
    """The statement that reads some cases of a form."""
    where = "c.exercise_id = %s AND c.form_code = %s AND c.status = ANY(%s) AND c.id = ANY(%s::bigint[])"
    return _statement(basis, where, [exercise_id, form_code, statuses_of(basis), list(ids)])


def _statement(basis: FactBasis, where: str, parameters: list[Any]) -> Sql:
    text = _SUBMITTED if basis == FactBasis.SUBMITTED else _WORKING
    return text.format(where=where), parameters


def rows_read(sql: str, parameters: list[Any]) -> Iterator[list[Raw]]:
    """Chunks of rows over a server-side cursor: memory stays small whatever the province."""
    with database.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield rows


@dataclass
class _Texts:
    """The raw texts of one table: columns that are filled in place by place."""

    fixed: Mapping[str, list[Any]]
    cells: Mapping[str, list[str | None]]
    length: int = 0

    @classmethod
    def empty(cls, fixed: Sequence[str], items: Sequence[Item]) -> _Texts:
        return cls({name: [] for name in fixed}, {item.slug: [] for item in items})

    def add(self, *fixed: Any) -> int:
        """A new row; its place."""
        for column, value in zip(self.fixed.values(), fixed, strict=True):
            column.append(value)
        for cells in self.cells.values():
            cells.append(None)
        self.length += 1
        return self.length - 1

    def arrow(self, kinds: Mapping[str, str]) -> pa.Table:
        types = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_()}
        return pa.table(
            {
                **{name: pa.array(held, types[kinds[name]]) for name, held in self.fixed.items()},
                **{slug: pa.array(held, pa.string()) for slug, held in self.cells.items()},
            }
        )


@dataclass
class Extraction:
    """Typed tables of one form in DuckDB: `name("")` and one a repeat group, appended to."""

    connection: duckdb.DuckDBPyConnection
    shape: Shape
    is_plain: bool  # submissions hold plain texts, responses cells with their provenance
    prefix: str = "out"
    cases: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Empty tables of the shape."""
        for group in self.shape.tables:
            columns = ", ".join(f"{named(n)} {k}" for n, k in self.shape.columns(group).items())
            self.connection.execute(f"CREATE OR REPLACE TABLE {self.table(group)} ({columns})")

    def table(self, group: str = "") -> str:
        """The quoted name of a table."""
        return named(f"{self.prefix}.{group}" if group else self.prefix)

    def add_all(self, chunks: Iterable[list[Raw]]) -> None:
        """Type and append every chunk."""
        for rows in chunks:
            by_version: dict[int, list[Raw]] = defaultdict(list)
            for row in rows:
                by_version[row[3]].append(row)
            for version_id, of_version in by_version.items():
                self._add(definition_for(version_id), of_version)
            self.cases += len(rows)

    def _add(self, definition: Definition, rows: list[Raw]) -> None:
        texts = {"": _Texts.empty(_FIXED, definition.group_items(""))}
        for group in definition.groups:
            texts[group.slug] = _Texts.empty(_ROW_FIXED, definition.group_items(group.slug))
        for row in rows:
            self._spread(row, texts)
        for name, held in texts.items():
            self._append(name, held, definition.group_items(name))

    def _spread(self, row: Raw, texts: Mapping[str, _Texts]) -> None:
        """Put the cells of one case in their columns."""
        values, ids = self._plain(json.loads(row[9])), json.loads(row[10])
        place = texts[""].add(*row[:9], len(values))
        places = {
            (group, row_id): texts[group].add(row[0], row_id, number)
            for group, held in ids.items()
            if group in texts
            for number, row_id in enumerate(dict.fromkeys(held))
        }
        top = texts[""].cells
        for path, value in values.items():
            column = top.get(path)
            if column is not None:
                column[place] = value
            elif "/" in path:
                self._put_in_row(path, value, texts, places)

    @staticmethod
    def _put_in_row(
        path: str, value: str, texts: Mapping[str, _Texts], places: Mapping[tuple[str, str], int]
    ) -> None:
        group, _, rest = path.partition("/")
        row_id, _, slug = rest.rpartition("/")
        place = places.get((group, row_id))
        column = texts[group].cells.get(slug) if place is not None else None
        if column is not None and place is not None:
            column[place] = value

    def _plain(self, cells: dict[str, Any]) -> dict[str, str]:
        """Values in force, blanks left out: what `Response.plain` gives."""
        if self.is_plain:
            return cells
        values = {}
        for path, cell in cells.items():
            for slot in _SLOTS:
                if slot in cell:
                    text = str(cell[slot]["v"])
                    if text:
                        values[path] = text
                    break
        return values

    def _append(self, group: str, texts: _Texts, items: Sequence[Item]) -> None:
        if not texts.length:
            return
        fixed, kinds = (_ROW_FIXED, ROW_COLUMNS) if group else (_FIXED, CASE_COLUMNS)
        self.connection.register("texts", texts.arrow(kinds))
        table_type(
            self.connection,
            source="texts",
            target="typed",
            items=items,
            columns=self.shape.tables[group],
            kept=fixed,
        )
        self.connection.unregister("texts")
        self.connection.execute(f"INSERT INTO {self.table(group)} BY NAME FROM typed")
