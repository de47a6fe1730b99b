"""Sealing what is final, in order, block by block: events into seals, reads into events."""

from dataclasses import dataclass

from django.db import connection, models, transaction

from audit.enums import AuditAction
from audit.hashing import sm3_hex_of
from audit.lines import EVENT_COLUMNS, READ_COLUMNS, Line, Row, event_line, read_line
from audit.models import AuditEvent, AuditSeal, ReadEvent
from audit.services.recording import audit_record

BLOCK_SIZE = 1000
READ_BLOCK_SIZE = 10_000
SEALING_LOCK = 7_201_712_31  # pg_advisory_xact_lock key of the sealing worker
EVERY_TRANSACTION = 2**63 - 1
Place = tuple[int, int]  # transaction number and id: where a row stands in the sealing order
BEFORE_ALL: Place = (-1, -1)


@dataclass(frozen=True)
class Log:
    """A table whose rows are sealed in the order (transaction number, id) of their cluster."""

    table: str
    columns: str
    line: Line


EVENTS = Log(AuditEvent._meta.db_table, EVENT_COLUMNS, event_line)
READS = Log(ReadEvent._meta.db_table, READ_COLUMNS, read_line)


def rows_between(
    log: Log, cluster: int, after: Place, upto: Place, limit: int | None = None
) -> list[Row]:
    """The rows behind one place up to another. One range of one index."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {log.columns} FROM {log.table} WHERE cluster = %s "  # noqa: S608  constants
            "AND (transaction_number, id) > (%s, %s) AND (transaction_number, id) <= (%s, %s) "
            "ORDER BY transaction_number, id" + (f" LIMIT {int(limit)}" if limit else ""),
            [cluster, *after, *upto],
        )
        rows: list[Row] = cursor.fetchall()
    return rows


def seal_over(previous_seal: str, lines: list[bytes]) -> str:
    """SM3 over the seal before and the block's lines."""
    return sm3_hex_of([previous_seal.encode(), b"\n", b"\n".join(lines)])


def place_of(row: Row) -> Place:
    """Where a row stands."""
    return row[3], row[0]


def this_cluster() -> tuple[int, int]:
    """This cluster's identity, and the number below which every transaction of it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (pg_control_system()).system_identifier, "
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        cluster, horizon = cursor.fetchone()
    return int(cluster), int(horizon)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING_LOCK])


def _pending(log: Log, cluster: int, after: Place, below: int, limit: int) -> list[Row]:
    return rows_between(log, cluster, after, (below - 1, EVERY_TRANSACTION), limit)


def _sealed_up_to(cluster: int) -> Place:
    last = AuditSeal.objects.filter(cluster=cluster).order_by("-number").first()
    return (last.last_transaction, last.last_event_id) if last else BEFORE_ALL


@transaction.atomic
def audit_seal_block() -> int:
    """Seal the next block of final events; returns how many. Only one sealer runs at a time.

    Events are ordered by (transaction number, id): a number is given before any event of the
    transaction is written, and only transactions that have ended are sealed, so no event can
    appear later in front of a sealed one. Numbers belong to a database cluster. In a restored
    dump the old cluster's last events are sealed first (all its transactions have ended), and
    the chain goes on with this cluster's own.
    """
    _lock()
    last = AuditSeal.objects.order_by("-number").first()
    cluster, horizon = this_cluster()
    rows: list[Row] = []
    if last is not None and last.cluster != cluster:
        old = last.cluster
        rows = _pending(EVENTS, old, _sealed_up_to(old), EVERY_TRANSACTION, BLOCK_SIZE)
    if not rows:
        rows = _pending(EVENTS, cluster, _sealed_up_to(cluster), horizon, BLOCK_SIZE)
    if not rows:
        return 0
    previous_seal = last.seal if last else ""
    AuditSeal.objects.create(
        number=last.number + 1 if last else 1,
        cluster=rows[0][2],
        first_transaction=place_of(rows[0])[0],
        last_transaction=place_of(rows[-1])[0],
        last_event_id=rows[-1][0],
        event_count=len(rows),
        previous_seal=previous_seal,
        seal=seal_over(previous_seal, [event_line(row) for row in rows]),
    )
    return len(rows)


def audit_seal_all() -> int:
    """Seal every final event, block by block; returns how many."""
    total = 0
    while count := audit_seal_block():
        total += count
    return total


@transaction.atomic
def reads_seal_block() -> int:
    """Write the digest of the next block of final reads into the log; returns how many reads.

    The event is sealed in its turn, so one chain covers both tables.
    """
    _lock()
    cluster, horizon = this_cluster()
    blocks = read_blocks()
    last = blocks.order_by("-at", "-pk").first()
    rows: list[Row] = []
    if last is not None and last.detail["cluster"] != cluster:
        old = int(last.detail["cluster"])
        rows = _pending(READS, old, tuple(last.detail["to"]), EVERY_TRANSACTION, READ_BLOCK_SIZE)
    after = BEFORE_ALL
    if not rows:
        own = blocks.filter(detail__cluster=cluster).order_by("-at", "-pk").first()
        after = tuple(own.detail["to"]) if own else BEFORE_ALL
        rows = _pending(READS, cluster, after, horizon, READ_BLOCK_SIZE)
    elif last is not None:
        after = tuple(last.detail["to"])
    if not rows:
        return 0
    audit_record(
        action=AuditAction.READS_SEALED,
        actor=None,
        detail={
            "cluster": rows[0][2],
            "after": list(after),
            "to": list(place_of(rows[-1])),
            "count": len(rows),
            "digest": sm3_hex_of([b"\n".join(read_line(row) for row in rows)]),
        },
    )
    return len(rows)


def read_blocks() -> models.QuerySet[AuditEvent]:
    """The events that hold the digests of the reads."""
    return AuditEvent.objects.filter(action=AuditAction.READS_SEALED)


def reads_seal_all() -> int:
    """Seal every final read, block by block; returns how many."""
    total = 0
    while count := reads_seal_block():
        total += count
    return total
