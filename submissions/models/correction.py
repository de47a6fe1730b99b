"""A correction after final approval (定稿后更正): asked for, decided, and climbing again."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.case import Case
from submissions.models.constraints import within
from submissions.models.submission import Submission
from submissions.phase_enums import Verdict


class CorrectionRequestQuerySet(ScopedQuerySet["CorrectionRequest"]):
    """Adjectives that narrow a list of corrections."""

    def undecided(self) -> Self:
        """Waiting for the level that signed last."""
        return self.filter(decision__isnull=True)

    def with_names(self) -> Self:
        """With everything a line or a state needs, in the same query."""
        return self.select_related(
            "case__unit", "case__exercise", "submission", "requested_by", "decision__decided_by"
        )


class CorrectionRequest(models.Model):
    """Which approved submission is to be corrected, why, and where. Never changed.

    `changes` lists cells with the proposed value and the reason each; empty, the whole form is
    meant and `reason` says why.
    """

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("理由"))
    changes = models.JSONField(_("拟更正的指标"), default=list)
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("定稿后更正")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="submissions_correction_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="correction_division"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.submission_id}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id

    @property
    def cells(self) -> frozenset[str]:
        """The cells that may be changed; empty for the whole form."""
        changes: list[dict[str, Any]] = self.changes
        return frozenset(change["cell"] for change in changes)


class CorrectionDecision(models.Model):
    """Once for each request, by the level that signed last. The database refuses to change it."""

    correction = models.OneToOneField(
        CorrectionRequest, on_delete=models.PROTECT, related_name="decision"
    )
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices, blank=True)
    note = models.TextField(_("意见"), blank=True)
    decided_at = models.DateTimeField(_("时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("更正结论")
        constraints: ClassVar = [
            within("verdict", Verdict),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.REFUSE) | ~Q(note=""),
                name="submissions_correction_refusal_has_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} {self.verdict}"
