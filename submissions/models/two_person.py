"""Acts that need two people (双人复核): asked for by one, confirmed and thereby done by another."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.constraints import within
from submissions.phase_enums import TwoPersonKind, Verdict


class TwoPersonRequestQuerySet(ScopedQuerySet["TwoPersonRequest"]):
    """Adjectives that narrow a list of requests."""

    def undecided(self, on: date) -> Self:
        """Not decided, and not lapsed on a day."""
        return self.filter(outcome__isnull=True, expires_on__gte=on)


class TwoPersonRequest(models.Model):
    """What is asked, why, and what it would do (`preview`). The database refuses to change it.

    `parameters` are exactly what the act is carried out with.
    """

    view_permission = Permission.CASE_VIEW

    kind = models.CharField(_("行为"), max_length=16, choices=TwoPersonKind.choices)
    parameters = models.JSONField(_("参数"))
    division_code = models.CharField(_("区划"), max_length=12, blank=True, db_collation="C")
    label = models.CharField(_("内容"), max_length=200)
    reason = models.TextField(_("理由"))
    preview = models.JSONField(_("影响"), default=dict)
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    expires_on = models.DateField(_("复核截止"))

    objects = TwoPersonRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("双人复核")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("kind", TwoPersonKind),
            models.CheckConstraint(
                condition=~Q(reason=""), name="submissions_twoperson_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="twoperson_division"),
        ]

    def __str__(self) -> str:
        return self.label


class TwoPersonOutcome(models.Model):
    """What became of a request, once. An approval is written in the transaction that does the act."""

    request = models.OneToOneField(
        TwoPersonRequest, on_delete=models.PROTECT, related_name="outcome"
    )
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    note = models.TextField(_("意见"), blank=True)
    result = models.JSONField(_("结果"), default=dict)
    decided_at = models.DateTimeField(_("时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("双人复核结论")
        constraints: ClassVar = [
            within("verdict", Verdict),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.REFUSE) | ~Q(note=""),
                name="submissions_twoperson_refusal_has_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.verdict}"
