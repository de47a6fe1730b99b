"""The register's pages with so many units in the table, as people of a county, province and nation.

    .venv/bin/python -m benchmarks.register_pages --units 6000000

Starts servers of its own in a temporary folder. Prints the time of every page (the whole request in
one process, without the network), its queries, the ratio to `/healthz`, and the plans of the list's
queries.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run() -> None:
    """Prepare a database with divisions and industries, then fill and measure inside Django."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15, help="requests of every page")
    parser.add_argument("--folder", type=Path, help="keep the database here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = given.folder or Path(folder) / "data"
        manage = [str(ROOT / "portal"), "manage", "--data", str(data)]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = (
            "from benchmarks.measure_register_pages import main; "
            f"main({given.units}, {given.rounds})"
        )
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
