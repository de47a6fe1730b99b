"""Scanning a county and a province for signs of interference: reading, judging, keeping.

    .venv/bin/python -m benchmarks.interference_scan --units 20000

Starts servers of its own in a temporary folder; one province with so many G102 of 20 numbers, ten
revisions and one decision each, one person a 40 units. The baseline beside it is reading the same
values row by row through the ORM.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run() -> None:
    """Prepare a database with divisions and forms, then fill and measure inside Django."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5_000)
    units = parser.parse_args().units
    with tempfile.TemporaryDirectory() as folder:
        manage = [str(ROOT / "portal"), "manage", "--data", f"{folder}/data"]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = f"from benchmarks.measure_interference_scan import main; main({units})"
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
