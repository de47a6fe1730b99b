"""Prints the part of requirements.lock that running needs, without the tools of the tests.

    python census_portal/launcher/packages.py pyproject.toml requirements.lock [DROPPED …]

Follows the lock's own "via" comments from the dependencies that pyproject.toml names. Runs before
anything is installed, so it imports nothing but the standard library.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9._-]+")


def runtime_lock(pyproject: str, lock: str, dropped: Collection[str] = ()) -> str:
    """The blocks of the lock that the named dependencies reach, hashes and all."""
    declared = tomllib.loads(pyproject)["project"]["dependencies"]
    wanted = {_name(line) for line in declared} - set(dropped)
    # a package may have several blocks: one version for each range of Pythons
    blocks = [(_name(block), block) for block in re.split(r"^(?=[a-z0-9])", lock, flags=re.M)[1:]]
    more = wanted
    while more:
        asked = {name for name, block in blocks if _askers(block) & wanted}
        more = asked - wanted - set(dropped)
        wanted = wanted | more
    return "".join(block for name, block in blocks if name in wanted)


def _name(text: str) -> str:
    found = NAME.match(text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _askers(block: str) -> set[str]:
    comments = block.partition("# via")[2]
    return {line.strip(" #") for line in comments.splitlines()} - {""}


if __name__ == "__main__":
    project, full = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    sys.stdout.write(runtime_lock(project, full, sys.argv[3:]))
