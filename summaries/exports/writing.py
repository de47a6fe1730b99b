"""The second step: the wanted format from the staged texts, a batch at a time."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.values import parse
from summaries.exports.columns import Column, Table
from summaries.exports.staging import BATCH, staged_path

Tick = Callable[[int], None]
NUMBERS = frozenset({ItemType.DECIMAL, ItemType.INTEGER})
MALFORMED = "malformed"  # Parquet: the items whose text is no value of their type


def batches(folder: Path, table: Table) -> Iterator[dict[str, list[str]]]:
    """The staged rows as columns of texts."""
    with pq.ParquetFile(staged_path(folder, table)) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            yield batch.to_pydict()


def csv_write(folder: Path, table: Table, tick: Tick) -> list[Path]:
    """One gzip file, UTF-8 with a byte order mark; texts exactly as filled in."""
    path = folder / f"{table.name}.csv.gz"
    names = table.names
    with (
        gzip.open(path, "wb", compresslevel=4) as packed,
        io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as file,
    ):
        lines = csv.writer(file)
        lines.writerow(names)
        for columns in batches(folder, table):
            lines.writerows(zip(*(columns[name] for name in names), strict=True))
            tick(len(columns[names[0]]))
    return [path]


def parquet_write(folder: Path, table: Table, tick: Tick) -> list[Path]:
    """Typed by the form's definition; what is no value of its type is null and named in a column."""
    path = folder / f"{table.name}.parquet"
    typed = {column.name: column for column in table.columns}
    fields = [(name, _arrow_type(typed.get(name))) for name in table.names]
    schema = pa.schema([*fields, (MALFORMED, pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for columns in batches(folder, table):
            length = len(columns[table.names[0]])
            wrong: list[list[str]] = [[] for _row in range(length)]
            arrays = [
                pa.array(_typed(typed.get(name), columns[name], wrong), kind)
                for name, kind in fields
            ]
            told = pa.array([",".join(names) or None for names in wrong], pa.string())
            writer.write_batch(pa.record_batch([*arrays, told], schema=schema))
            tick(length)
    return [path]


def _arrow_type(column: Column | None) -> pa.DataType:
    if column is None or column.is_masked:
        return pa.string()
    item = column.item
    if item.type == ItemType.DECIMAL:
        return pa.decimal128(max(item.digits, item.scale + 1), item.scale)
    plain = {ItemType.INTEGER: pa.int64(), ItemType.YEAR: pa.int16(), ItemType.DATE: pa.date32()}
    return plain.get(item.type, pa.string())


def _typed(column: Column | None, texts: list[str], wrong: list[list[str]]) -> list[Any]:
    if column is None or column.is_masked:
        return [text or None for text in texts]
    values = []
    for place, text in enumerate(texts):
        value = _value(column.item, text)
        if value is None and text:
            wrong[place].append(column.name)
        values.append(value)
    return values


def _value(item: Item, text: str) -> Any:
    """The value in its Parquet type; None for blank and for what cannot be read."""
    if not text:
        return None
    parsed = parse(item, text)
    if parsed.problem is not None or parsed.value is None:
        return None
    if item.type == ItemType.DECIMAL:
        return Decimal(int(parsed.value)).scaleb(-item.scale)
    if item.type in {ItemType.INTEGER, ItemType.YEAR}:
        return int(parsed.value)
    return date.fromisoformat(parsed.canonical) if item.type == ItemType.DATE else text
