"""Recording who read whose answers. See `docs/adr/0015`."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from audit.enums import WAYS_OUT, ReadWay
from audit.models import ReadEvent

JOINED_FOR = 3600  # seconds within which reads of the same form by the same person are one row


@dataclass(frozen=True)
class FormRead:
    """The form of a unit that was read; told by value, the log knows no tables."""

    unit_id: int
    unit_code: str
    case_id: int
    form_code: str
    division_code: str


# Of some units, those of which every single read is logged.
Singly = Callable[[list[int]], Collection[int]]


def reads_record(
    *,
    actor: Any,
    reads: Iterable[FormRead],
    way: ReadWay,
    singly: Singly = lambda _unit_ids: (),
) -> int:
    """Record reads; returns how many rows were written. One question to the cache, mostly no query.

    Within an hour the same form read by the same person in the same way is one row; what leaves
    the portal (`WAYS_OUT`) and units that are read `singly` (confidential ones) get a row each
    time. Without its cache the portal writes too many rows rather than too few.
    """
    asked = list(reads)
    if way not in WAYS_OUT:
        hour = int(timezone.now().timestamp()) // JOINED_FOR
        keys = {one.case_id: f"read:{actor.pk}:{one.case_id}:{way}:{hour}" for one in asked}
        asked = [one for one in asked if _is_first(keys[one.case_id])]
        apart = singly([one.unit_id for one in asked]) if asked else ()
        _forget([keys[one.case_id] for one in asked if one.unit_id in apart])
    rows = [
        ReadEvent(
            actor_id=actor.pk,
            actor_name=str(actor)[:150],
            unit_id=one.unit_id,
            unit_code=one.unit_code,
            case_id=one.case_id,
            form_code=one.form_code,
            division_code=one.division_code,
            way=way,
        )
        for one in asked
    ]
    if rows:
        ReadEvent.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _is_first(key: str) -> bool:
    try:
        return bool(cache.add(key, 1, timeout=JOINED_FOR))
    except (OSError, RedisError):
        return True


def _forget(keys: list[str]) -> None:
    """Let the next read of these be a first one as well."""
    if keys:
        with suppress(OSError, RedisError):
            cache.delete_many(keys)
