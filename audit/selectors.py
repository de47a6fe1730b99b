"""Reading the log. Who may see which rows is asked above: this app knows nobody's rights."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from audit.enums import ROUTINE_ACTIONS, AuditAction
from audit.models import AuditAnchor, AuditEvent, AuditSeal, ReadEvent
from audit.unusual import UNUSUAL

Anchor = AuditAnchor  # for those above, who may not import the models
M = TypeVar("M", bound=models.Model)
Place = tuple[datetime, int]  # time and id: where a page of the screen begins
READERS_AT_MOST = 200
NEWEST_FIRST = ("-at", "-pk")


@dataclass(frozen=True)
class EventFilter:
    """What an auditor narrows the log to; an empty part is not asked for."""

    actions: tuple[str, ...] = ()
    actor_ids: tuple[int, ...] | None = None
    subjects: tuple[tuple[str, str], ...] | None = None  # (type, id)
    division: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class ReadFilter:
    """The same for the log of reads."""

    actor_ids: tuple[int, ...] | None = None
    unit_ids: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    ways: tuple[str, ...] = field(default=())


def events_for(subject: models.Model) -> QuerySet[AuditEvent]:
    """The acts on one subject, newest first."""
    return AuditEvent.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-pk")


def details_of(subject: models.Model, action: AuditAction) -> list[dict[str, Any]]:
    """What was recorded with every act of one kind on one subject, oldest first."""
    events = events_for(subject).filter(action=action).order_by("pk")
    return list(events.values_list("detail", flat=True))


def details_by_subject(
    kind: type[models.Model], keys: Sequence[int], actions: Sequence[AuditAction]
) -> dict[int, list[dict[str, Any]]]:
    """The same of many subjects of one kind. One query."""
    found: dict[int, list[dict[str, Any]]] = {}
    events = AuditEvent.objects.filter(
        subject_type=kind._meta.label_lower,
        subject_id__in=[str(key) for key in keys],
        action__in=actions,
    ).order_by("pk")
    for subject, detail in events.values_list("subject_id", "detail"):
        found.setdefault(int(subject), []).append(detail)
    return found


def details_of_action(
    action: AuditAction, kind: str = "", since: int = 0
) -> QuerySet[AuditEvent, tuple[str, dict[str, Any]]]:
    """Subject and detail of every act of one kind, oldest first; to be streamed."""
    events = AuditEvent.objects.filter(action=action, pk__gt=since).order_by("at", "pk")
    if kind:
        events = events.filter(subject_type=kind)
    return events.values_list("subject_id", "detail")


def newest_event_id() -> int:
    """The highest id of the log; 0 where it is empty."""
    return AuditEvent.objects.aggregate(newest=models.Max("pk"))["newest"] or 0


def _within(prefixes: Sequence[str]) -> Q:
    """The empty prefix is the nation."""
    if "" in prefixes:
        return Q()
    within = Q(pk__in=[])
    for prefix in prefixes:
        within |= Q(division_code__startswith=prefix)
    return within


def events_within(
    prefixes: Sequence[str], narrowed: EventFilter | None = None
) -> QuerySet[AuditEvent]:
    """The acts inside the jurisdictions, newest first."""
    wanted = narrowed or EventFilter()
    events = AuditEvent.objects.filter(_within(prefixes))
    if wanted.actions:
        events = events.filter(action__in=wanted.actions)
    else:
        events = events.exclude(action__in=ROUTINE_ACTIONS)
    if wanted.actor_ids is not None:
        events = events.filter(actor_id__in=wanted.actor_ids)
    if wanted.subjects is not None:
        events = events.filter(_any_of(wanted.subjects))
    if wanted.division:
        events = events.filter(division_code__startswith=wanted.division)
    return _in_time(events, wanted.since, wanted.until).order_by(*NEWEST_FIRST)


def event_within(prefixes: Sequence[str], pk: int) -> AuditEvent | None:
    """One act, where it lies inside the jurisdictions."""
    return AuditEvent.objects.filter(_within(prefixes), pk=pk).first()


def seal_of(event: AuditEvent) -> AuditSeal | None:
    """The seal that covers an event; None until it is sealed."""
    here = (event.transaction_number, event.pk)
    ends = Q(last_transaction__gt=here[0]) | Q(last_transaction=here[0], last_event_id__gte=here[1])
    return AuditSeal.objects.filter(ends, cluster=event.cluster).order_by("number").first()


def _any_of(subjects: Sequence[tuple[str, str]]) -> Q:
    by_type: dict[str, list[str]] = {}
    for kind, key in subjects:
        by_type.setdefault(kind, []).append(key)
    found = Q(pk__in=[])
    for kind, keys in by_type.items():
        found |= Q(subject_type=kind, subject_id__in=keys)
    return found


def _in_time(rows: QuerySet[M], since: datetime | None, until: datetime | None) -> QuerySet[M]:
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return rows


def reads_within(prefixes: Sequence[str], narrowed: ReadFilter) -> QuerySet[ReadEvent]:
    """The reads inside the jurisdictions, newest first. Whoever was let in to one unit passes `[""]`."""
    reads = ReadEvent.objects.filter(_within(prefixes))
    if narrowed.actor_ids is not None:
        reads = reads.filter(actor_id__in=narrowed.actor_ids)
    if narrowed.unit_ids is not None:
        reads = reads.filter(unit_id__in=narrowed.unit_ids)
    if narrowed.ways:
        reads = reads.filter(way__in=narrowed.ways)
    return _in_time(reads, narrowed.since, narrowed.until).order_by(*NEWEST_FIRST)


def readers_of(unit_id: int) -> list[dict[str, Any]]:
    """Everybody who read the answers of a unit, who read last first: name, reads, first and last."""
    people = ReadEvent.objects.filter(unit_id=unit_id).values("actor_id", "actor_name")
    counted = people.annotate(
        reads=models.Count("pk"), first=models.Min("at"), last=models.Max("at")
    )
    return [dict(row) for row in counted.order_by("-last")[:READERS_AT_MOST]]


def page_before(rows: QuerySet[M], place: Place | None, size: int) -> list[M]:
    """One page behind a place, and one row more where there are more. One range of an index."""
    if place is not None:
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    return list(rows[: size + 1])


def latest_seal() -> AuditSeal | None:
    """The newest seal: printed, it anchors everything before it."""
    return AuditSeal.objects.order_by("-number").first()


def anchors(*, before: str = "") -> QuerySet[AuditAnchor]:
    """Every anchor, newest first; only those before a day where one is named."""
    found = AuditAnchor.objects.order_by("-day")
    try:
        return found.filter(day__lt=date.fromisoformat(before))
    except ValueError:
        return found


def anchor_found(value: str) -> AuditAnchor | None:
    """The anchor of a day (`2018-03-01`), or with a hash or seal of 64 hexadecimal characters."""
    try:
        return AuditAnchor.objects.filter(day=date.fromisoformat(value)).first()
    except ValueError:
        found = AuditAnchor.objects.filter(Q(hash=value) | Q(seal=value))
        return found.order_by("-day").first()


def seal_stands(anchor: AuditAnchor) -> bool:
    """Whether the seal that an anchor names is still in the log."""
    return AuditSeal.objects.filter(number=anchor.seal_number, seal=anchor.seal).exists()


# Acts of a wider place that bind everybody inside it.
BINDING = frozenset(
    {
        AuditAction.PHASE_FORCED,
        AuditAction.PHASE_REOPENED,
        AuditAction.CALENDAR_CHANGED,
        AuditAction.CHANGE_PUBLISHED,
        AuditAction.COEFFICIENTS_PUBLISHED,
        AuditAction.TWO_PERSON_CONFIRMED,
        AuditAction.CASES_UNLOCKED,
        AuditAction.CASES_VOIDED,
    }
)
BULK_JOBS = ("bulk_review",)


def unusual() -> Q:
    """Acts that depart from the ordinary course: by kind, or for how they were done."""
    in_bulk = Q(action=AuditAction.JOB_STARTED, detail__kind__in=BULK_JOBS)
    return Q(action__in=UNUSUAL) | in_bulk


def unusual_within(prefixes: Sequence[str]) -> QuerySet[AuditEvent]:
    """The unusual acts in the jurisdictions, and those above that bind them, newest first."""
    inside = events_within(prefixes)
    above = {
        code
        for prefix in prefixes
        for length in (0, 2, 4, 6, 9)
        if length < len(prefix)
        for code in (prefix[:length], prefix[:length].ljust(12, "0"))
    }
    binding = AuditEvent.objects.filter(division_code__in=above, action__in=BINDING)
    return (inside.filter(unusual()) | binding).order_by("-pk")


def unusual_of(subjects: Sequence[tuple[str, str]]) -> QuerySet[AuditEvent]:
    """The unusual acts on these subjects (type, id), newest first."""
    on = Q(pk__in=[])
    for subject_type, subject_id in subjects:
        on |= Q(subject_type=subject_type, subject_id=subject_id)
    return AuditEvent.objects.filter(on).filter(unusual()).order_by("-pk")
