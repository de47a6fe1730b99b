"""A finding that stands: a rule, type, list or required check that the answers do not meet."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.enums import FailureKind, Severity
from submissions.models.case import Case
from submissions.models.constraints import paired, within
from submissions.models.rule_waiver import RuleWaiver


class EditFailureQuerySet(ScopedQuerySet["EditFailure"]):
    """Adjectives that narrow a list of findings."""

    def hard(self) -> Self:
        """Findings that stop a submission."""
        return self.filter(severity=Severity.HARD)

    def blocking(self) -> Self:
        """Findings that no waiver sets aside today. The one door to what a waiver does: a waiver
        ends with its last day, whether or not anything has touched the finding since.
        """
        return self.filter(Q(waived_until=None) | Q(waived_until__lt=timezone.localdate()))

    def waived(self) -> Self:
        """Findings that a waiver sets aside today."""
        return self.filter(waived_until__gte=timezone.localdate())

    def unexplained(self) -> Self:
        """Soft findings that still ask for an explanation."""
        return self.filter(severity=Severity.SOFT, explanation="")

    def explained(self) -> Self:
        """Soft findings with their explanation."""
        return self.exclude(explanation="")


class EditFailure(models.Model):
    """`row_key` is the repeat row or cell the finding speaks of, so one rule has one finding a row."""

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="failures")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    rule_id = models.CharField(_("审核关系"), max_length=80, db_collation="C")
    row_key = models.CharField(max_length=160, blank=True, db_collation="C")
    kind = models.CharField(_("类别"), max_length=16, choices=FailureKind.choices)
    severity = models.CharField(_("级别"), max_length=4, choices=Severity.choices)
    cells = ArrayField(models.CharField(max_length=160), verbose_name=_("指标"))
    row = models.CharField(_("行"), max_length=80, blank=True)
    message_zh = models.TextField(_("问题"))
    message_en = models.TextField(blank=True)
    explanation = models.TextField(_("说明"), blank=True)
    # the same for texts that say the same: see `explanation_texts.explanation_key`
    explanation_key = models.CharField(
        max_length=64, blank=True, default="", db_default="", db_collation="C"
    )
    explained_at = models.DateTimeField(_("说明时间"), null=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # while a waiver of the rule is in force: which one, and its last day
    waiver = models.ForeignKey(
        RuleWaiver, on_delete=models.PROTECT, null=True, related_name="failures"
    )
    waived_until = models.DateField(_("豁免至"), null=True)
    first_seen_at = models.DateTimeField(_("首次出现"))

    objects = EditFailureQuerySet.as_manager()

    class Meta:
        verbose_name = _("审核问题")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "rule_id", "row_key"], name="submissions_failure_once"
            ),
            within("kind", FailureKind),
            within("severity", Severity),
            paired("explained", explanation="", explanation_key=""),
            models.CheckConstraint(
                condition=Q(waiver=None, waived_until=None)
                | Q(waiver__isnull=False, waived_until__isnull=False, kind=FailureKind.RULE),
                name="submissions_failure_only_a_rule_is_waived",
            ),
            models.CheckConstraint(
                condition=Q(explanation="") | Q(severity=Severity.SOFT),
                name="submissions_failure_only_soft_is_explained",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="failure_division"),
            # whether a filler has used this text before
            models.Index(
                fields=["explained_by", "explanation_key"],
                name="failure_text_of_filler",
                condition=~Q(explanation=""),
            ),
            # texts repeated within a division; its findings by rule
            models.Index(
                fields=["division_code", "explanation_key"],
                name="failure_text_of_division",
                condition=~Q(explanation=""),
            ),
            models.Index(fields=["rule_id", "division_code"], name="failure_rule"),
            # what the night brings to an end
            models.Index(
                fields=["waived_until"],
                name="failure_waived_until",
                condition=Q(waived_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.row_key}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id

    @property
    def is_waived(self) -> bool:
        """Whether a waiver sets it aside today."""
        return self.waived_until is not None and self.waived_until >= timezone.localdate()
