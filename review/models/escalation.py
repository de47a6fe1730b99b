"""A level of sign-off has let its time go by: told to the level above, once a submission."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import Case, Submission
from submissions.models.constraints import within


class ReviewEscalationQuerySet(ScopedQuerySet["ReviewEscalation"]):
    """Escalations inside a jurisdiction."""


class ReviewEscalation(models.Model):
    """Append-only. `to_level` is blank where there is no level above."""

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(_("审核层级"), max_length=12, choices=Level.choices)
    to_level = models.CharField(_("上报层级"), max_length=12, choices=Level.choices, blank=True)
    due_on = models.DateField(_("审核期限"))
    escalated_at = models.DateTimeField(_("上报时间"))

    objects = ReviewEscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("超期上报")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            within("level", Level),
            models.UniqueConstraint(
                fields=["submission", "level"], name="review_escalation_once_a_submission"
            ),
        ]
        indexes: ClassVar = [
            # what was told about a jurisdiction
            models.Index(fields=["division_code", "id"], name="escalation_division"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level} {self.due_on}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id
