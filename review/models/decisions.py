"""What the levels of sign-off decided: append-only, the product's own history of a case."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from review.enums import Decision, ReturnReason
from submissions.models import Case, Submission
from submissions.models.constraints import within


class ReviewDecisionQuerySet(ScopedQuerySet["ReviewDecision"]):
    """Decisions inside a jurisdiction."""


class ReviewDecision(models.Model):
    """One decision of one level about one submission. The database refuses UPDATE and DELETE."""

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    level = models.CharField(_("审核层级"), max_length=12, choices=Level.choices)
    decision = models.CharField(_("结论"), max_length=10, choices=Decision.choices)
    reason_codes = ArrayField(
        models.CharField(max_length=20, choices=ReturnReason.choices),
        default=list,
        verbose_name=_("退回原因"),
    )
    note = models.TextField(_("意见"), blank=True)
    decided_at = models.DateTimeField(_("审核时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="In whose place, where a deputy decided.",
    )

    objects = ReviewDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("审核结论")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            within("level", Level),
            within("decision", Decision),
            models.CheckConstraint(
                condition=Q(decision=Decision.RETURN, reason_codes__len__gt=0)
                | (~Q(decision=Decision.RETURN) & Q(reason_codes__len=0)),
                name="review_decision_a_return_has_reasons",
            ),
            models.CheckConstraint(
                condition=Q(reason_codes__contained_by=list(ReturnReason.values)),
                name="review_decision_reasons_are_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason_codes__contains=[ReturnReason.OTHER]) | ~Q(note=""),
                name="review_decision_other_reason_is_written",
            ),
        ]
        indexes: ClassVar = [
            # the return reasons of a jurisdiction, counted
            models.Index(fields=["division_code", "id"], name="decision_division"),
            # summaries: the submissions that a level has approved
            models.Index(fields=["submission", "decision", "level"], name="decision_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level} {self.decision}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id

    @property
    def reason_labels(self) -> list[str]:
        """The reasons in words."""
        return [str(ReturnReason(code).label) for code in self.reason_codes]


class DecisionSignature(models.Model):
    """The SM2 signature of whoever decided, over `review.signing.signed_content`. Append-only."""

    decision = models.OneToOneField(
        ReviewDecision, on_delete=models.PROTECT, related_name="signature"
    )
    key = models.ForeignKey(
        "accounts.SigningKey", on_delete=models.PROTECT, related_name="signatures"
    )
    signature = models.BinaryField(_("签名"))

    class Meta:
        verbose_name = _("审核签名")

    def __str__(self) -> str:
        return f"{self.decision_id} {bytes(self.signature).hex()[:16]}"
