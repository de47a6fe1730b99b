"""Verifying, searching and writing the audit log, at a size that is given.

    .venv/bin/python -m benchmarks.audit_verification 300000

Starts servers of its own in a temporary folder and fills the log with so many acts and a third as
many reads. Prints rows verified a second against the loop over models that was there before, the
audit screen's pages, and what noting a read costs a page.
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
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        manage = [str(ROOT / "portal"), "manage", "--data", f"{folder}/data"]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = f"from benchmarks.measure_audit_verification import main; main({rows})"
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
