"""Reading the log."""

from typing import Any

from django.db import models
from django.db.models import QuerySet

from audit.enums import AuditAction
from audit.models import AuditEvent, AuditSeal
from audit.unusual import UNUSUAL


def events_for(subject: models.Model) -> QuerySet[AuditEvent]:
    """The acts on one subject, newest first."""
    return AuditEvent.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-pk")


def details_of(subject: models.Model, action: AuditAction) -> list[dict[str, Any]]:
    """What was recorded with every act of one kind on one subject, oldest first."""
    events = events_for(subject).filter(action=action).order_by("pk")
    return list(events.values_list("detail", flat=True))


def events_within(prefixes: list[str]) -> QuerySet[AuditEvent]:
    """The acts inside the jurisdictions, newest first. The empty prefix is the nation."""
    if "" in prefixes:
        return AuditEvent.objects.order_by("-pk")
    within = models.Q(pk__in=[])
    for prefix in prefixes:
        within |= models.Q(division_code__startswith=prefix)
    return AuditEvent.objects.filter(within).order_by("-pk")


def latest_seal() -> AuditSeal | None:
    """The newest seal: printed, it anchors everything before it."""
    return AuditSeal.objects.order_by("-number").first()


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


def unusual() -> models.Q:
    """Acts that depart from the ordinary course: by kind, or for how they were done."""
    in_bulk = models.Q(action=AuditAction.JOB_STARTED, detail__kind__in=BULK_JOBS)
    return models.Q(action__in=UNUSUAL) | in_bulk


def unusual_within(prefixes: list[str]) -> QuerySet[AuditEvent]:
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


def unusual_of(subjects: list[tuple[str, str]]) -> QuerySet[AuditEvent]:
    """The unusual acts on these subjects (type, id), newest first."""
    on = models.Q(pk__in=[])
    for subject_type, subject_id in subjects:
        on |= models.Q(subject_type=subject_type, subject_id=subject_id)
    return AuditEvent.objects.filter(on).filter(unusual()).order_by("-pk")
