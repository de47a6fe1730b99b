"""A county's request for more time, and what the level above said to it."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.constraints import within
from submissions.models.phase import ExercisePhase
from submissions.phase_enums import Verdict


class DeadlineExtensionQuerySet(ScopedQuerySet["DeadlineExtension"]):
    """Adjectives that narrow a list of extensions."""

    def undecided(self) -> Self:
        """Waiting for the level above."""
        return self.filter(decision__isnull=True)


class DeadlineExtension(models.Model):
    """The request; the database refuses to change it. Approved, it becomes a `PhaseDeadline`."""

    view_permission = Permission.CASE_VIEW

    phase = models.ForeignKey(ExercisePhase, on_delete=models.PROTECT, related_name="extensions")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    area_prefix = models.CharField(_("范围"), max_length=12, db_collation="C")
    due_on = models.DateField(_("延至"))
    due_before = models.DateField(_("原截止日期"), null=True)
    reason = models.TextField(_("理由"))
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeadlineExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("延期申请")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="submissions_extension_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="extension_division"),
        ]

    def __str__(self) -> str:
        return f"{self.area_prefix} {self.due_on}"


class ExtensionDecision(models.Model):
    """Once for each request, by the level above. The database refuses to change it."""

    extension = models.OneToOneField(
        DeadlineExtension, on_delete=models.PROTECT, related_name="decision"
    )
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices)
    note = models.TextField(_("意见"), blank=True)
    decided_at = models.DateTimeField(_("时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("延期结论")
        constraints: ClassVar = [
            within("verdict", Verdict),
            within("level", Level),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.REFUSE) | ~Q(note=""),
                name="submissions_extension_refusal_has_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.extension_id} {self.verdict}"
