"""The reviewer's queue in every order, beside the plain oldest-first page.

    .venv/bin/python -m benchmarks.review_queue 100000

Starts servers of its own in a temporary folder; so many cases wait for the nation, and some for one
county. Prints the time of a first page and of one from the middle in each order, for both reviewers,
and its ratio to the same page oldest submission first.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run() -> None:
    """Prepare a database with divisions, then fill and measure inside Django."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        manage = [str(ROOT / "portal"), "manage", "--data", f"{folder}/data"]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = f"from benchmarks.measure_review_queue import main; main({rows})"
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
