"""Thousands of rows in one statement, as JSON that PostgreSQL unpacks.

The framework's bulk_update builds one CASE for every row and column: twenty times slower here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

Row = Mapping[str, Any]  # field → value


def rows_insert(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows that all name the same fields; what they leave out takes its column's default."""
    if not rows:
        return
    columns, types = _columns(model, rows[0])
    names = ", ".join(columns)
    table = model._meta.db_table
    _execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_to_recordset(%s) AS x({types})",  # noqa: S608  names of our own models
        rows,
        columns,
    )


def rows_update(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Set the fields that the rows name, by their `id`."""
    if not rows:
        return
    columns, types = _columns(model, rows[0])
    changes = ", ".join(f"{name} = x.{name}" for name in columns if name != "id")
    table = model._meta.db_table
    _execute(
        f"UPDATE {table} t SET {changes} FROM jsonb_to_recordset(%s) AS x({types}) WHERE t.id = x.id",  # noqa: S608  names of our own models
        rows,
        columns,
    )


def ids_reserved(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for rows that are about to be inserted. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _columns(model: type[models.Model], row: Row) -> tuple[dict[str, str], str]:
    """Column → field, and the columns with their types."""
    columns: dict[str, str] = {}
    types = []
    for name in row:
        field = model._meta.get_field(name)
        column = str(getattr(field, "column", name))
        columns[column] = name
        # of a foreign key, the type of the key; of a serial, that of a number
        kind = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)  # type: ignore[union-attr]
        types.append(f"{column} {kind}")
    return columns, ", ".join(types)


def _execute(sql: str, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    content = [{column: row[name] for column, name in columns.items()} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)])
