"""The only writers of audit rows: record an act, seal what is recorded, verify the seals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction

from audit.enums import AuditAction
from audit.hashing import canonical_json, sm3_hex
from audit.models import AuditEvent, AuditSeal

BLOCK_SIZE = 1000
SEALING_LOCK = 7_201_712_31  # pg_advisory_xact_lock key of the sealing worker


def audit_record(
    *,
    action: AuditAction,
    actor: Any,
    subject: models.Model | None = None,
    division_code: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one act, in the caller's transaction. One insert, no lock.

    `actor` is a user or None (an anonymous attempt, the system itself). The division is taken from
    the subject where the subject has one.
    """
    event = AuditEvent(
        action=action,
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor) if actor is not None else "",
        division_code=division_code or getattr(subject, "division_code", "") or "",
        detail=detail or {},
    )
    if subject is not None:
        event.subject_type = subject._meta.label_lower
        event.subject_id = str(subject.pk)
        event.subject_label = str(subject)[:200]
    event.save(force_insert=True)
    return event


def _seal_of(previous_seal: str, events: list[AuditEvent]) -> str:
    rows = b"\n".join(canonical_json(event.content()) for event in events)
    return sm3_hex(previous_seal.encode() + b"\n" + rows)


EVERY_TRANSACTION = 2**63 - 1


def _this_cluster() -> tuple[int, int]:
    """This cluster's identity, and the number below which every transaction of it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (pg_control_system()).system_identifier, "
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        cluster, horizon = cursor.fetchone()
    return int(cluster), int(horizon)


def _pending(cluster: int, below: int) -> models.QuerySet[AuditEvent]:
    """Final events of a cluster that no seal covers, in the sealing order."""
    events = AuditEvent.objects.filter(cluster=cluster, transaction_number__lt=below)
    last = AuditSeal.objects.filter(cluster=cluster).order_by("-number").first()
    if last is not None:
        events = events.filter(_after(last.last_transaction, last.last_event_id))
    return events.order_by("transaction_number", "pk")


@transaction.atomic
def audit_seal_block() -> int:
    """Seal the next block of final events; returns how many. Only one sealer runs at a time.

    Events are ordered by (transaction number, id): a number is given before any event of the
    transaction is written, and only transactions that have ended are sealed, so no event can
    appear later in front of a sealed one. Numbers belong to a database cluster. In a restored
    dump the old cluster's last events are sealed first (all its transactions have ended), and
    the chain goes on with this cluster's own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING_LOCK])
    last = AuditSeal.objects.order_by("-number").first()
    cluster, horizon = _this_cluster()
    events: list[AuditEvent] = []
    if last is not None and last.cluster != cluster:
        events = list(_pending(last.cluster, EVERY_TRANSACTION)[:BLOCK_SIZE])
    if not events:
        events = list(_pending(cluster, horizon)[:BLOCK_SIZE])
    if not events:
        return 0
    previous_seal = last.seal if last else ""
    AuditSeal.objects.create(
        number=last.number + 1 if last else 1,
        cluster=events[0].cluster,
        first_transaction=events[0].transaction_number,
        last_transaction=events[-1].transaction_number,
        last_event_id=events[-1].pk,
        event_count=len(events),
        previous_seal=previous_seal,
        seal=_seal_of(previous_seal, events),
    )
    return len(events)


def audit_seal_all() -> int:
    """Seal every final event, block by block; returns how many."""
    total = 0
    while count := audit_seal_block():
        total += count
    return total


@dataclass
class Verification:
    """What `audit_verify` found."""

    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Nothing was changed, removed, added or reordered."""
        return not self.faults


def _after(transaction_number: int, event_id: int) -> models.Q:
    """Events behind a place in the sealing order."""
    return models.Q(transaction_number__gt=transaction_number) | models.Q(
        transaction_number=transaction_number, pk__gt=event_id
    )


def _blocks() -> Iterator[tuple[AuditSeal, list[AuditEvent]]]:
    """Each seal with the events that now stand between the one before in its cluster and itself."""
    reached: dict[int, tuple[int, int]] = {}
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=200):
        end = (seal.last_transaction, seal.last_event_id)
        events = AuditEvent.objects.filter(cluster=seal.cluster).exclude(_after(*end))
        events = events.filter(_after(*reached.get(seal.cluster, (-1, -1))))
        yield seal, list(events.order_by("transaction_number", "pk"))
        reached[seal.cluster] = end


def audit_verify() -> Verification:
    """Recompute every seal. Reads the whole log once, a block at a time."""
    result = Verification()
    previous_seal = ""
    expected_number = 1
    for seal, events in _blocks():
        result.seals += 1
        result.sealed += len(events)
        if seal.number != expected_number:
            result.faults.append(f"seal {expected_number} is missing")
        if seal.previous_seal != previous_seal:
            result.faults.append(f"seal {seal.number} does not follow the seal before it")
        if len(events) != seal.event_count:
            result.faults.append(
                f"block {seal.number} holds {len(events)} events, {seal.event_count} were sealed"
            )
        elif _seal_of(seal.previous_seal, events) != seal.seal:
            result.faults.append(f"block {seal.number}: an event was changed or reordered")
        previous_seal = seal.seal
        expected_number = seal.number + 1
    result.unsealed = AuditEvent.objects.count() - result.sealed
    return result
