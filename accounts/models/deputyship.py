"""Who decides in whose place, for how long and why; and who is away."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def _ended_together() -> Q:
    return Q(ended_at__isnull=True, ended_by__isnull=True) | Q(
        ended_at__isnull=False, ended_by__isnull=False
    )


M = TypeVar("M", bound=models.Model)


class PeriodQuerySet(models.QuerySet[M]):
    """Rows with a first and a last day that may be ended before."""

    def in_force(self, day: date | None = None) -> Self:
        """In force on a day, today if none is given."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day, valid_to__gte=day, ended_at__isnull=True)

    def touching(self, first: date, last: date) -> Self:
        """In force on any day of a period, as far as it has not been ended."""
        return self.filter(valid_from__lte=last, valid_to__gte=first, ended_at__isnull=True)

    def not_over(self) -> Self:
        """In force today or later."""
        return self.filter(valid_to__gte=timezone.localdate(), ended_at__isnull=True)


class DeputyshipQuerySet(PeriodQuerySet["Deputyship"]):
    """Deputyships by the days on which they hold."""


class AbsenceQuerySet(PeriodQuerySet["Absence"]):
    """Absences by the days on which they hold."""


class Deputyship(models.Model):
    """A person reviews in the place of another: with that one's assignment, by their own name."""

    assignment = models.ForeignKey(
        "accounts.RoleAssignment", on_delete=models.PROTECT, related_name="deputyships"
    )
    deputy = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="deputyships"
    )
    reason = models.CharField(_("理由"), max_length=200)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"))
    named_at = models.DateTimeField(default=timezone.now)
    named_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager[Deputyship]] = DeputyshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("代理")
        ordering: ClassVar = ["valid_from", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="accounts_deputyship_period_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="accounts_deputyship_has_a_reason"
            ),
            models.CheckConstraint(
                condition=_ended_together(), name="accounts_deputyship_ended_at_and_by_together"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} → {self.assignment}"


class Absence(models.Model):
    """A person is away: then the level above may name a deputy, where there is none."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="absences")
    reason = models.CharField(_("事由"), max_length=200)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("销假时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager[Absence]] = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("缺勤")
        ordering: ClassVar = ["valid_from", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="accounts_absence_period_in_order"
            ),
            models.CheckConstraint(
                condition=_ended_together(), name="accounts_absence_ended_at_and_by_together"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.valid_from}–{self.valid_to}"
