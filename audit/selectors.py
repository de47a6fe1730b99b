"""Reading the log."""

from typing import Any

from django.db import models
from django.db.models import QuerySet

from audit.enums import AuditAction
from audit.models import AuditEvent, AuditSeal


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
