"""One large form: opened, one cell saved, submitted; and the rules alone on one record.

    .venv/bin/python -m benchmarks.filling --boilers 20 --rounds 20

Makes the demonstration census in a temporary folder and takes a G103-1 (boilers as columns) of it,
filled with `--boilers` boilers that no rule objects to. Times are of the whole request in one
process, without the network; queries are counted beside them. Baselines of the same run: the empty
answer of the same process (`/healthz`) for pages, and reading the same record from JSON for rules.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make a demonstration, measure, forget it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boilers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        manage = [str(ROOT / "portal"), "manage", "--data", str(Path(folder) / "data")]
        environment = {**os.environ, "PORTAL_DEBUG": "1", "PYTHONPATH": str(ROOT)}
        for command in (["migrate"], ["reference_load"], ["instruments_publish"], ["demo_load"]):
            subprocess.run(
                [*manage, *command], check=True, stdout=subprocess.DEVNULL, env=environment
            )
        code = (
            "from benchmarks import measure_filling as m; "
            f"m.measure({options.boilers}, {options.rounds})"
        )
        done = subprocess.run(
            [*manage, "shell", "--no-imports", "-c", code], check=False, env=environment
        )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
