"""Sending reminders, and taking note of one's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.models import Division
from submissions.models import CollectionExercise
from summaries.models import Reminder, ReminderReading
from summaries.reminders.overdue import targets_of

NOTE_AT_MOST = 300


@dataclass(frozen=True)
class Sent:
    """What came of it."""

    sent: int
    skipped: int  # reminded of the same today already


@transaction.atomic
def reminders_send(
    *,
    actor: User,
    exercise: CollectionExercise,
    division: Division,
    keys: Collection[str],
    note: str = "",
) -> Sent:
    """Remind the people behind these targets, each of a thing once a day at most.

    The numbers are counted now: what was done meanwhile is not reminded of. Raises `Invalid`
    where nothing is chosen, `NotAllowed` outside the jurisdiction.
    """
    if not actor.has_perm(Permission.REMINDER_SEND, Place(division.code)):
        raise NotAllowed(_("您不能在这个区划催办。"))
    if not keys:
        raise Invalid(_("请勾选要催办的人或地方。"), code="nobody_chosen")
    note = note.replace("\x00", "").strip()
    if len(note) > NOTE_AT_MOST:
        raise Invalid(_("留言不能超过 300 字。"), code="note_too_long")
    now = timezone.now()
    chosen = [
        target
        for target in targets_of(actor=actor, exercise=exercise, division=division)
        if target.key in set(keys)
    ]
    today = set(
        Reminder.objects.filter(
            sent_at__date=timezone.localdate(), division_code__in={t.division_code for t in chosen}
        ).values_list("recipient", "kind", "division_code")
    )
    made, skipped = [], 0
    for target in chosen:
        for user in target.recipients:
            if (user.pk, str(target.kind), target.division_code) in today:
                skipped += 1
                continue
            made.append(
                Reminder(
                    exercise=exercise,
                    division_code=target.division_code,
                    recipient=user,
                    kind=target.kind,
                    count=target.count,
                    note=note,
                    sent_at=now,
                    sent_by=actor,
                )
            )
    Reminder.objects.bulk_create(made)
    if made:
        audit_record(
            action=AuditAction.REMINDER_SENT,
            actor=actor,
            subject=division,
            detail={"number": len(made), "explanation": note},
        )
    return Sent(len(made), skipped)


def reminder_read(*, actor: User, reminder_id: int) -> ReminderReading:
    """Take note of one's own reminder. Again where it has been read: nothing. Raises `Missing`."""
    reminder = Reminder.objects.filter(pk=reminder_id, recipient=actor).first()
    if reminder is None:
        raise Missing(_("没有这条催办。"))
    reading, _is_new = ReminderReading.objects.get_or_create(
        reminder=reminder, defaults={"read_at": timezone.now()}
    )
    return reading


def reminders_unread(*, actor: User) -> list[Reminder]:
    """One's own reminders that have not been taken note of, newest first. One query."""
    own = Reminder.objects.filter(recipient=actor, reading__isnull=True)
    return list(own.select_related("sent_by")[:10])
