"""The anchor of every finished day: its last seal, chained to the anchor before."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from audit.enums import AuditAction
from audit.models import AuditAnchor, AuditSeal
from audit.services.recording import audit_record
from audit.services.sealing import SEALING_LOCK

# Takes the anchor's canonical bytes; returns the public key and the signature over them.
Sign = Callable[[bytes], tuple[bytes, bytes]]


def anchors_make(*, sign: Sign | None = None, today: date | None = None) -> list[AuditAnchor]:
    """Make the anchor of every finished day that has seals and none yet, oldest first."""
    before = today or timezone.localdate()
    made = []
    while anchor := _anchor_next(before, sign):
        made.append(anchor)
    return made


@transaction.atomic
def _anchor_next(before: date, sign: Sign | None) -> AuditAnchor | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING_LOCK])
    newest = AuditAnchor.objects.order_by("-day").first()
    seals = AuditSeal.objects.filter(sealed_at__lt=_midnight(before))
    if newest is not None:
        seals = seals.filter(
            number__gt=newest.seal_number, sealed_at__gte=_midnight(newest.day + timedelta(days=1))
        )
    first = seals.order_by("number").first()
    if first is None:
        return None
    day = timezone.localdate(first.sealed_at)
    of_day = seals.filter(sealed_at__lt=_midnight(day + timedelta(days=1)))
    last = of_day.order_by("-number").first()
    assert last is not None  # noqa: S101  `first` is one of them
    since = AuditSeal.objects.filter(
        number__gt=newest.seal_number if newest else 0, number__lte=last.number
    )
    counted = since.aggregate(total=Sum("event_count"))["total"]
    anchor = AuditAnchor(
        day=day,
        seal_number=last.number,
        seal=last.seal,
        event_count=(newest.event_count if newest else 0) + counted,
        previous=newest.hash if newest else "",
        made_at=timezone.now(),
    )
    anchor.hash = anchor.content_hash()
    if sign is not None:
        public, signature = sign(anchor.content_bytes())
        anchor.public_key, anchor.signature = public.hex(), signature.hex()
    anchor.save(force_insert=True)
    audit_record(
        action=AuditAction.DAY_ANCHORED,
        actor=None,
        subject=anchor,
        detail={"day": day.isoformat(), "number": anchor.seal_number, "hash": anchor.hash},
        kept=anchor,
    )
    return anchor


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())
