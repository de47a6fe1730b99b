"""What has changed since a snapshot: read from the journal by PostgreSQL's own snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from submissions.models import FactChange


@dataclass(frozen=True)
class Moment:
    """The transaction's own snapshot and its time: what it sees is what was committed by then."""

    snapshot: str
    at: datetime


@dataclass(frozen=True)
class Changes:
    """Cases and units to read again, and provinces where all is to be read again."""

    cases: frozenset[int]
    units: frozenset[int]
    provinces: frozenset[str]


def moment_now() -> Moment:
    """Of the transaction that is open. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text, statement_timestamp()")
        snapshot, at = cursor.fetchone()
    return Moment(snapshot, at)


def changes_since(snapshot: str) -> Changes:
    """What transactions have done that `snapshot` did not see, also those that had begun before it
    and committed after it. One query, by index from the oldest transaction then running.
    """
    found: dict[str, set[int]] = {"c": set(), "u": set(), "p": set()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT kind, key FROM submissions_factchange "
            "WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint "
            "AND NOT pg_visible_in_snapshot(xid::text::xid8, %s::pg_snapshot)",
            [snapshot, snapshot],
        )
        for kind, key in cursor.fetchall():
            found[kind].add(key)
    provinces = frozenset(f"{key:02d}" for key in found[FactChange.PROVINCE])
    return Changes(frozenset(found[FactChange.CASE]), frozenset(found[FactChange.UNIT]), provinces)


def changes_forget(snapshots: Sequence[str]) -> int:
    """Remove what every one of these snapshots has seen; how many entries."""
    if not snapshots:
        return 0
    seen = " AND ".join(
        "pg_visible_in_snapshot(xid::text::xid8, %s::pg_snapshot)" for _ in snapshots
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM submissions_factchange WHERE {seen}", list(snapshots))
        return int(cursor.rowcount)
