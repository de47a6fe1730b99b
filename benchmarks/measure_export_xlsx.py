"""The steps of `benchmarks.export_xlsx`, run inside Django."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Item
from summaries.exports.columns import Column, FormTables, Table
from summaries.exports.reading import FormRow
from summaries.exports.staging import form_stage
from summaries.exports.workbooks import _headings, _rows, xlsx_write

COLUMNS = 40


def form() -> FormTables:
    """A form of 40 items: a fifth texts, a fifth coded, the rest decimals."""

    codes = CodeListValues(
        "list", "list", "", tuple({"code": f"{n:04d}", "label": f"第{n}类"} for n in range(600))
    )
    columns = []
    for number in range(COLUMNS):
        kind = {0: "text", 1: "code"}.get(number % 5, "decimal")
        scale = {"scale": 2} if kind == "decimal" else {}
        label = {"zh": f"指标{number}", "en": f"item {number}"}
        item = Item.from_dict(
            {"slug": f"i{number}", "code": f"{number:02d}", "label": label, "type": kind, **scale}
        )
        columns.append(Column(item, None, False, codes if kind == "code" else None))  # noqa: FBT003
    return FormTables("X1", "benchmark", (Table("X1", "", "benchmark", tuple(columns)),))


def stage(folder: Path, rows: int) -> None:
    """The staged file, as reading the database would leave it."""

    def made() -> Iterator[FormRow]:
        for number in range(rows):
            values = {}
            for column in range(COLUMNS):
                kind = column % 5
                values[f"i{column}"] = (
                    f"杭州第{number}号印染有限公司"
                    if kind == 0
                    else f"{(number + column) % 600:04d}"
                    if kind == 1
                    else f"{number % 100_000}.{column:02d}"
                )
            identity = [f"91330106MA{number:08d}", "n", "330106109000", "1752", "X1", "1"]
            yield FormRow([*identity, "final", "", ""], {"values": values, "rows": {}})

    form_stage(folder=folder, form=form(), rows=made(), export_number="DC-1", tick=lambda _n: None)


def ours(folder: Path) -> None:
    """The export's own writer."""

    xlsx_write(folder, form(), watermark="DC-1", notes=[("a", "b")], tick=lambda _n: None)


def openpyxl_write_only(folder: Path, rows: int) -> None:
    """The same cells through openpyxl's streaming mode."""

    table = form().tables[0]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("X1")
    sheet.append(_headings(table))
    for number, row in enumerate(_rows(folder, table, lambda _n: None)):
        if number == rows:
            break
        sheet.append(list(row.values()))
    book.save(folder / "baseline.xlsx")


def main(step: str, folder: str, rows: int) -> None:
    """Run one step and print its seconds and its peak memory in MB."""
    began, began_cpu = time.perf_counter(), time.process_time()
    if step == "stage":
        stage(Path(folder), rows)
    elif step == "ours":
        ours(Path(folder))
    else:
        openpyxl_write_only(Path(folder), rows)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - began,
                "cpu": time.process_time() - began_cpu,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )
