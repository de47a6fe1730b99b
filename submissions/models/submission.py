"""A frozen, numbered, hashed copy of a response at the moment it was submitted."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.case import Case


class Submission(models.Model):
    """Append-only; the database refuses UPDATE and DELETE. `document` is the plain answers."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(_("提交序号"))
    instrument_version = models.ForeignKey(
        "instruments.InstrumentVersion", on_delete=models.PROTECT, related_name="+"
    )
    response_version = models.PositiveIntegerField(_("填报版本"))
    document = models.JSONField()
    explanations = models.JSONField(default=list)
    waivers = models.JSONField(default=list)
    revision_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(_("摘要"), max_length=64)
    receipt_code = models.CharField(_("回执编号"), max_length=40, unique=True, db_collation="C")
    submitted_at = models.DateTimeField(_("提交时间"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("提交")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "number"], name="submissions_submission_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.receipt_code

    def content(self) -> dict[str, Any]:
        """What the hash covers: the answers, the explanations, the waivers, the form's version, and
        the last hash of the revisions that led here.
        """
        return {
            "case": self.case_id,
            "number": self.number,
            "instrument_version": self.instrument_version_id,
            "response_version": self.response_version,
            "revisions": self.revision_hash,
            "document": self.document,
            "explanations": self.explanations,
            # only where there are any: copies from before there were waivers keep their hash
            **({"waivers": self.waivers} if self.waivers else {}),
            "submitted_at": self.submitted_at.isoformat(),
            "submitted_by": self.submitted_by_id,
        }
