"""Signing off many routine cases at once, beside one by one.

    .venv/bin/python -m benchmarks.bulk_sign_off --cases 10000

Starts servers of its own in a temporary folder; one county with so many cases that wait for its
reviewer. Prints the preview's time, decisions a second in the job, and of the same decisions by
posting the page.
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
    parser.add_argument("--cases", type=int, default=2000)
    cases = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as folder:
        manage = [str(ROOT / "portal"), "manage", "--data", f"{folder}/data"]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = f"from benchmarks.measure_bulk_sign_off import main; main({cases})"
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
