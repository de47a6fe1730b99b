"""Writing a workbook of so many rows of 40 columns: the export's writer beside openpyxl's.

    .venv/bin/python -m benchmarks.export_xlsx 1000000

Each writer runs in a process of its own over the same staged Parquet file, because peak memory is a
process's. Prints rows a second, peak memory, and the ratio to openpyxl's write-only mode, which is
given a tenth of the rows where there are more than 100,000.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

BASELINE_AT_MOST = 100_000


SET_UP = "import django; django.setup(); from benchmarks.measure_export_xlsx import main; main{}"


def measured(what: str, folder: str, rows: int) -> dict[str, float]:
    """Run one step in a process of its own."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "census_portal.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SET_UP.format((what, folder, rows))],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PORTAL_DEBUG": "1"},
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run() -> None:
    """The steps one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=50_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        baseline_rows = min(given.rows, BASELINE_AT_MOST)
        speeds = {}
        steps = (("stage", given.rows), ("ours", given.rows), ("openpyxl", baseline_rows))
        for what, rows in steps:
            found = measured(what, folder, rows)
            speeds[what] = rows / found["cpu"]
            print(
                f"{what:9} {rows:>9} rows {found['seconds']:8.1f} s {found['cpu']:8.1f} s of CPU "
                f"{speeds[what]:8.0f} rows/s of CPU, peak {found['peak']:6.0f} MB"
            )
        print(f"ours is {speeds['ours'] / speeds['openpyxl']:.1f} times as fast as openpyxl")


if __name__ == "__main__":
    run()
