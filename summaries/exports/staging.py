"""The first step: every table of a form into one Parquet file of texts, in one reading.

Texts exactly as they were filled in: what cannot be read as a number is kept, and nothing is
rounded. The wanted format is written from these files, so a form is read from the database once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from summaries.exports.columns import FormTables, Table
from summaries.exports.reading import FormRow

BATCH = 5000  # rows in memory, and between two reports of how far it is


class _TableFile:
    """A Parquet file that is filled row by row."""

    def __init__(self, path: Path, table: Table) -> None:
        self.schema = pa.schema([(name, pa.string()) for name in table.names])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.rows: list[list[str]] = []
        self.written = 0

    def add(self, row: list[str]) -> None:
        self.rows.append(row)
        if len(self.rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            columns = [pa.array(values, pa.string()) for values in zip(*self.rows, strict=True)]
            self.writer.write_batch(pa.record_batch(columns, schema=self.schema))
            self.written += len(self.rows)
            self.rows = []

    def close(self) -> int:
        self.flush()
        self.writer.close()
        return self.written


def staged_path(folder: Path, table: Table) -> Path:
    """Where the texts of a table lie."""
    return folder / f"{table.name}.staged.parquet"


def form_stage(
    *,
    folder: Path,
    form: FormTables,
    rows: Iterable[FormRow],
    export_number: str,
    tick: Callable[[int], None],
) -> dict[str, int]:
    """Write all tables of the form; the number of rows of each, by the table's name.

    `tick` is told the number of forms read so far, now and then.
    """
    files = {table.name: _TableFile(staged_path(folder, table), table) for table in form.tables}
    try:
        for number, row in enumerate(rows, start=1):
            for table in form.tables:
                for cells in table.rows_of(row.document):
                    files[table.name].add([*row.identity, *cells, export_number])
            if number % BATCH == 0:
                tick(number)
    finally:
        written = {name: file.close() for name, file in files.items()}
    return written
