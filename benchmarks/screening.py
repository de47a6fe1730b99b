"""Three lists of so many rows each, screened into one register.

    .venv/bin/python -m benchmarks.screening --rows 1000000

Starts servers of its own in a temporary folder. Prints rows a second, memory, and precision and
recall against the labels, beside a plain pandas + rapidfuzz script on the same files.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = """
from pathlib import Path
from accounts.enums import Role
from accounts.models import RoleAssignment, User
from registry.models import Division
from benchmarks.measure_screening import main
user = User.objects.create(username="national.office", full_name="国家普查办", division_code="0" * 12)
RoleAssignment.objects.create(
    user=user, role=Role.OFFICE, division=Division.objects.current().get(level=0)
)
main({rows}, Path({folder!r}))
"""


def run() -> None:
    """Prepare a database with divisions and industries, then measure inside Django."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of each list, about")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        manage = [str(ROOT / "portal"), "manage", "--data", f"{folder}/data"]
        for command in (["migrate", "-v", "0"], ["reference_load"]):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        code = CODE.format(rows=rows, folder=folder)
        subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True)


if __name__ == "__main__":
    run()
