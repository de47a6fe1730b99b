"""Recomputing the log from its rows: seals, reads and anchors. Reads each row once."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from multiprocessing import get_context
from typing import NamedTuple

from django.db import connections, models

from audit.enums import AuditAction
from audit.hashing import sm3_hex_of
from audit.lines import event_line, read_line
from audit.models import AuditAnchor, AuditEvent, AuditSeal
from audit.services.sealing import (
    BEFORE_ALL,
    EVENTS,
    READS,
    Place,
    place_of,
    read_blocks,
    rows_between,
    seal_over,
)

SPAN = 20  # seals whose events are read with one query: 20,000 rows at a time in memory
SPOT_CHECKS = 20  # earlier blocks that an incremental run recomputes, drawn anew each time
# Takes a public key, a message and a signature; whether they fit and the key is the portal's own.
Judge = Callable[[bytes, bytes, bytes], bool]


@dataclass
class Verification:
    """What `audit_verify` found."""

    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    reads: int = 0
    anchors: int = 0
    last_seal: int = 0
    seal: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Nothing was changed, removed, added or reordered."""
        return not self.faults


class Block(NamedTuple):
    """A seal, with where its block begins: plain values, to be sent to another process."""

    number: int
    cluster: int
    after: Place
    upto: Place
    events: int
    previous_seal: str
    seal: str


def audit_verify(
    *,
    since_seal: int = 0,
    since_hash: str = "",
    processes: int = 1,
    published: Mapping[date, str] | None = None,
    judge: Judge | None = None,
) -> Verification:
    """Recompute every seal behind `since_seal`, the reads' digests and the anchors.

    `published` are anchors known from outside (day → seal or hash): the one witness against
    whoever rewrites the whole chain or cuts its end off. More than one process needs the rows to
    be committed.
    """
    result = Verification(last_seal=since_seal, seal=since_hash)
    blocks = _chain_check(result, since_seal, since_hash)
    if since_seal:
        blocks = [*_drawn(since_seal), *blocks]
    spans = [blocks[start : start + SPAN] for start in range(0, len(blocks), SPAN)]
    for count, faults in _spread(spans, processes):
        result.sealed += count
        result.faults += faults
    result.unsealed = _waiting()
    _reads_check(result, since_seal)
    _anchors_check(result, published or {}, judge)
    return result


def _chain_check(result: Verification, since: int, since_hash: str) -> list[Block]:
    """Numbers and links of the seals, which need no event; the blocks they speak of."""
    previous, expected = since_hash, since + 1
    if since and not AuditSeal.objects.filter(number=since, seal=since_hash).exists():
        result.faults.append(f"seal {since} is not the one that was verified before")
    blocks = []
    for block in _blocks(since):
        result.seals += 1
        if block.number != expected:
            result.faults.append(f"seal {expected} is missing")
        if block.previous_seal != previous:
            result.faults.append(f"seal {block.number} does not follow the seal before it")
        previous, expected = block.seal, block.number + 1
        blocks.append(block)
    result.last_seal, result.seal = expected - 1, previous
    return blocks


def _blocks(since: int) -> Iterator[Block]:
    reached = _reached_by(since)
    for seal in AuditSeal.objects.filter(number__gt=since).order_by("number").iterator(2000):
        end = (seal.last_transaction, seal.last_event_id)
        yield _block(seal, reached.get(seal.cluster, BEFORE_ALL))
        reached[seal.cluster] = end


def _block(seal: AuditSeal, after: Place) -> Block:
    upto = (seal.last_transaction, seal.last_event_id)
    return Block(
        seal.number, seal.cluster, after, upto, seal.event_count, seal.previous_seal, seal.seal
    )


def _reached_by(number: int) -> dict[int, Place]:
    """Cluster → where its seals up to a number end."""
    seals = AuditSeal.objects.filter(number__lte=number) if number else AuditSeal.objects.none()
    newest = seals.order_by("cluster", "-number").distinct("cluster")
    return {s.cluster: (s.last_transaction, s.last_event_id) for s in newest}


def _drawn(since: int) -> list[Block]:
    """Some of the blocks that were verified before, by lot."""
    numbers = random.SystemRandom().sample(range(1, since + 1), min(SPOT_CHECKS, since))
    found = []
    for seal in AuditSeal.objects.filter(number__in=numbers):
        after = _reached_by(seal.number - 1).get(seal.cluster, BEFORE_ALL)
        found.append(_block(seal, after))
    return found


def _spread(spans: list[list[Block]], processes: int) -> Iterator[tuple[int, list[str]]]:
    if processes <= 1 or len(spans) <= 1:
        yield from map(_span_check, spans)
        return
    connections.close_all()  # each process opens its own
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from pool.map(_span_check, spans, chunksize=4)


def _span_check(span: list[Block]) -> tuple[int, list[str]]:
    """Recompute the seals of some blocks; one query where they follow each other."""
    if not all(b.after == a.upto and b.cluster == a.cluster for a, b in pairwise(span)):
        checked = [_span_check([block]) for block in span]
        return sum(count for count, _ in checked), [f for _, faults in checked for f in faults]
    rows = rows_between(EVENTS, span[0].cluster, span[0].after, span[-1].upto)
    faults, start = [], 0
    for block in span:
        end = start
        while end < len(rows) and place_of(rows[end]) <= block.upto:
            end += 1
        count = end - start
        if count != block.events:
            faults.append(f"block {block.number} holds {count} events, {block.events} were sealed")
        elif seal_over(block.previous_seal, [event_line(r) for r in rows[start:end]]) != block.seal:
            faults.append(f"block {block.number}: an event was changed or reordered")
        start = end
    return len(rows), faults


def _waiting() -> int:
    """Events that no seal covers yet. One range of the index a cluster."""
    waiting, known = models.Q(), _reached_by(2**63 - 1)
    for cluster, (number, pk) in known.items():
        behind = models.Q(transaction_number__gt=number) | models.Q(
            transaction_number=number, pk__gt=pk
        )
        waiting |= models.Q(cluster=cluster) & behind
    waiting |= ~models.Q(cluster__in=list(known))
    return AuditEvent.objects.filter(waiting).count()


def _reads_check(result: Verification, since_seal: int) -> None:
    """Recompute the digests of the reads: all, or those of events that were not verified before."""
    reached: dict[int, Place] = {}
    old = _reached_by(since_seal)
    for event in read_blocks().order_by("at", "pk").iterator(500):
        told = event.detail
        cluster, after, upto = told["cluster"], tuple(told["after"]), tuple(told["to"])
        if after != reached.get(cluster, BEFORE_ALL):
            result.faults.append(f"reads of event {event.pk} do not follow those before")
        reached[cluster] = upto
        if (event.transaction_number, event.pk) <= old.get(event.cluster, BEFORE_ALL):
            continue
        rows = rows_between(READS, cluster, after, upto)
        result.reads += len(rows)
        if len(rows) != told["count"]:
            result.faults.append(
                f"reads of event {event.pk}: {len(rows)} stored, {told['count']} were sealed"
            )
        elif sm3_hex_of([b"\n".join(map(read_line, rows))]) != told["digest"]:
            result.faults.append(f"reads of event {event.pk}: a read was changed or reordered")


def _anchors_check(
    result: Verification, published: Mapping[date, str], judge: Judge | None
) -> None:
    logged = {
        event.detail["day"]: event.detail["hash"]
        for event in AuditEvent.objects.filter(action=AuditAction.DAY_ANCHORED)
    }
    previous, kept = "", {}
    anchors = list(AuditAnchor.objects.order_by("day"))
    seals = dict(
        AuditSeal.objects.filter(number__in=[a.seal_number for a in anchors]).values_list(
            "number", "seal"
        )
    )
    for anchor in anchors:
        result.anchors += 1
        result.faults += [
            f"anchor of {anchor.day} {fault}"
            for fault in _anchor_faults(anchor, previous, seals, logged, judge)
        ]
        previous = anchor.hash
        kept[anchor.day.isoformat()] = {anchor.hash, anchor.seal}
    for day in sorted(logged.keys() - kept.keys()):
        result.faults.append(f"anchor of {day} is missing")
    for published_day, value in published.items():
        if value.lower() not in kept.get(published_day.isoformat(), set()):
            result.faults.append(f"anchor of {published_day} is not the one that was published")


def _anchor_faults(
    anchor: AuditAnchor,
    previous: str,
    seals: Mapping[int, str],
    logged: Mapping[str, str],
    judge: Judge | None,
) -> Iterator[str]:
    if anchor.hash != anchor.content_hash():
        yield "was changed"
    if anchor.previous != previous:
        yield "does not follow the anchor before it"
    if seals.get(anchor.seal_number) != anchor.seal:
        yield f"is not seal {anchor.seal_number} of the log"
    if logged.get(anchor.day.isoformat()) != anchor.hash:
        yield "is not the one in the audit log"
    if anchor.public_key and judge is not None:
        parts = (bytes.fromhex(anchor.public_key), bytes.fromhex(anchor.signature))
        if not judge(parts[0], anchor.content_bytes(), parts[1]):
            yield "has a signature that does not fit, or is not the portal's"
