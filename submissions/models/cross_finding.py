"""What the checks over several units found at their last run."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.case import Case
from submissions.models.job import Job


class CrossFindingQuerySet(ScopedQuerySet["CrossFinding"]):
    """Findings of the own jurisdiction."""


class CrossFinding(models.Model):
    """Replaced by the next run over its division. `case` is None for a province as a whole."""

    view_permission = Permission.FINDING_REPORT_VIEW
    scope_unit_field = "case__unit_id"

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    check_id = models.CharField(_("核对"), max_length=20)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    other_case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    cells = models.JSONField(default=list)
    message_zh = models.TextField(_("内容"))
    message_en = models.TextField()
    found_at = models.DateTimeField(_("发现时间"))

    objects = CrossFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("跨单位核对问题")
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="crossfinding_division"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.case_id}"
