"""Recording an act: the only writer of `AuditEvent`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import models

from audit.enums import AuditAction
from audit.models import AuditEvent
from audit.witnesses import KEY, row_witness


def audit_record(
    *,
    action: AuditAction,
    actor: Any,
    subject: models.Model | None = None,
    division_code: str = "",
    detail: dict[str, Any] | None = None,
    kept: models.Model | None = None,
) -> AuditEvent:
    """Write one act, in the caller's transaction. One insert, no lock.

    `actor` is a user or None (an anonymous attempt, the system itself). The division is taken from
    the subject where the subject has one. `kept` is the append-only row that the act has made: its
    digest goes into the log.
    """
    event = _event(
        action=action,
        actor=actor,
        subject=subject,
        division_code=division_code,
        detail=detail or {},
        kept=kept,
    )
    event.save(force_insert=True)
    return event


class Act(NamedTuple):
    """One act of a batch: what was done to which subject, and the append-only row it has made."""

    action: AuditAction
    subject: models.Model
    detail: dict[str, Any]
    kept: models.Model | None = None


def audit_record_many(*, actor: Any, acts: Sequence[Act]) -> None:
    """Write the acts of one person in one insert, each an event of its own."""
    events = [_event(actor=actor, **act._asdict()) for act in acts]
    AuditEvent.objects.bulk_create(events, batch_size=1000)


def _event(
    *,
    action: AuditAction,
    actor: Any,
    subject: models.Model | None,
    detail: dict[str, Any],
    kept: models.Model | None,
    division_code: str = "",
) -> AuditEvent:
    event = AuditEvent(
        action=action,
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor) if actor is not None else "",
        division_code=division_code or getattr(subject, "division_code", "") or "",
        detail={**detail, **({KEY: row_witness(kept)} if kept is not None else {})},
    )
    if subject is not None:
        event.subject_type = subject._meta.label_lower
        event.subject_id = str(subject.pk)
        event.subject_label = str(subject)[:200]
    return event
