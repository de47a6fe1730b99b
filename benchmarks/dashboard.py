"""The dashboard with so many units in the register and a form of each.

    .venv/bin/python -m benchmarks.dashboard 6000000

Starts servers of its own in a temporary folder (kept with `--folder`). Prints the time of the
dashboard's page for the nation (its batch counted by beat, as it is), a province and a county, and
of the findings, beside the plain GROUP BY over the forms that the counters save.
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
    parser.add_argument("units", type=int, nargs="?", default=50_000)
    parser.add_argument("--rounds", type=int, default=7, help="requests of every page")
    parser.add_argument("--folder", type=Path, help="keep the database here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data = given.folder or Path(folder) / "data"
        manage = [str(ROOT / "portal"), "manage", "--data", str(data)]
        for command in (["migrate", "-v", "0"], ["reference_load"], ["instruments_publish"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = f"from benchmarks.measure_dashboard import main; main({given.units}, {given.rounds})"
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
