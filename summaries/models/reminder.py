"""Who was reminded of overdue work, when, by whom; and when it was read."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise
from submissions.models.constraints import within
from summaries.enums import ReminderKind


class ReminderQuerySet(ScopedQuerySet["Reminder"]):
    """Reminders inside a jurisdiction."""


class Reminder(models.Model):
    """Append-only. `count` is how many forms were overdue when it was sent."""

    view_permission = Permission.REMINDER_SEND

    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="reminders"
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reminders",
        verbose_name=_("被催办人"),
    )
    kind = models.CharField(_("事项"), max_length=12, choices=ReminderKind.choices)
    count = models.PositiveIntegerField(_("份数"))
    note = models.CharField(_("留言"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("催办时间"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("催办人"),
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("催办")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("kind", ReminderKind),
            models.CheckConstraint(
                condition=Q(count__gt=0), name="summaries_reminder_of_something"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="reminder_division"),
            models.Index(fields=["recipient", "-id"], name="reminder_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.kind} {self.count}"


class ReminderReading(models.Model):
    """That its recipient has taken note of a reminder. Append-only."""

    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="reading")
    read_at = models.DateTimeField(_("阅知时间"))

    class Meta:
        verbose_name = _("催办阅知")

    def __str__(self) -> str:
        return f"{self.reminder_id}"
