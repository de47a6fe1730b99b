"""What the launcher says when it cannot go on."""

ADVICE = """\
Use the servers of the system instead:
  Debian, Ubuntu:  apt-get install postgresql redis-server     then start again, or
  any machine:     DATABASE_URL=postgresql://user:password@host/name REDIS_URL=redis://host:6379/0 ./portal up
"""


class LauncherError(Exception):
    """A sentence for the person at the terminal; no traceback is shown."""


class StackBusy(LauncherError):
    """Another launcher holds the data folder."""
