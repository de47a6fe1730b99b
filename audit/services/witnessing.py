"""Comparing kept rows of other tables with the digests that the log has of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from audit.models import AuditEvent
from audit.witnesses import KEY, row_hash

CHUNK = 1000
# Events of transactions that were still open when the last run looked have lower ids than it saw.
OVERLAP = 10_000


@dataclass
class Witnessing:
    """What a run compared. `rows` is the highest key of each kind: the next run goes on there."""

    compared: int = 0
    event: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Keys:
    """A set of row keys, one bit each: millions fit in a megabyte."""

    def __init__(self) -> None:
        self.bits = bytearray()
        self.lowest = 0

    def add(self, key: int) -> None:
        place = key >> 3
        if place >= len(self.bits):
            self.bits.extend(bytes(place + 1 - len(self.bits) + 4096))
        self.bits[place] |= 1 << (key & 7)
        self.lowest = min(self.lowest or key, key)

    def __contains__(self, key: int) -> bool:
        place = key >> 3
        return place < len(self.bits) and bool(self.bits[place] & 1 << (key & 7))


def kept_rows_verify(*, since_event: int = 0, since_rows: dict[str, int]) -> Witnessing:
    """Every row the log has a digest of, and every row since the first of those that it has not.

    Rows from before there were digests are not judged. Streams the events once.
    """
    result = Witnessing(event=since_event, rows=dict(since_rows))
    known: dict[str, _Keys] = defaultdict(_Keys)
    for chunk in _chunks(max(0, since_event - OVERLAP)):
        result.event = max(result.event, chunk[-1][0])
        by_kind: dict[str, dict[int, str]] = defaultdict(dict)
        for _event, kept in chunk:
            known[kept["of"]].add(kept["pk"])
            by_kind[kept["of"]][kept["pk"]] = kept["hash"]
        for kind, digests in by_kind.items():
            result.compared += len(digests)
            result.faults += _changed(kind, digests)
    for kind in sorted({*known, *since_rows}):
        floor = since_rows.get(kind, known[kind].lowest - 1)
        rows = _model(kind)._base_manager.filter(pk__gt=floor).order_by("pk")
        for pk in rows.values_list("pk", flat=True).iterator(chunk_size=10_000):
            result.rows[kind] = pk
            if pk not in known[kind]:
                result.faults.append(f"{kind} {pk} was slipped in: the log does not know it")
    return result


def _model(kind: str) -> type[models.Model]:
    return apps.get_model(kind)


def _chunks(since: int) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    events = AuditEvent.objects.filter(pk__gt=since, detail__has_key=KEY).order_by("pk")
    chunk: list[tuple[int, dict[str, Any]]] = []
    for pk, detail in events.values_list("pk", "detail").iterator(chunk_size=CHUNK):
        chunk.append((pk, detail[KEY]))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _changed(kind: str, digests: dict[int, str]) -> Iterator[str]:
    rows = _model(kind)._base_manager.in_bulk(list(digests))
    for pk, digest in digests.items():
        row = rows.get(pk)
        if row is None:
            yield f"{kind} {pk} is missing"
        elif row_hash(row) != digest:
            yield f"{kind} {pk} was changed"
