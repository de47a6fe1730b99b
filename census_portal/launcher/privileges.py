"""Whom the servers run as: PostgreSQL refuses root, so root starts it as `nobody`."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from census_portal.launcher.errors import LauncherError

SERVER_ACCOUNT = "nobody"


@dataclass(frozen=True)
class Identity:
    """The account of the PostgreSQL server where it is not our own."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What makes `subprocess` start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may walk down to the folder (as "other", or as its owner)."""
        resolved = folder.resolve()
        for step in (resolved, *resolved.parents):
            if not step.exists():
                continue
            status = step.stat()
            bit = 0o100 if status.st_uid == self.uid else 0o001
            if not status.st_mode & bit:
                return False
        return True


def server_identity() -> Identity | None:
    """The account to step down to; None where we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        raise LauncherError(
            f"PostgreSQL does not run as root, and there is no account {SERVER_ACCOUNT!r}; "
            "start ./portal as an ordinary user."
        ) from None
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)
