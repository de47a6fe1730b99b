"""The report of a closed sample: what was found, signed by whoever issued it. Append-only."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from review.models.quality_samples import QualitySample


class QualityReportQuerySet(ScopedQuerySet["QualityReport"]):
    """Reports inside a jurisdiction."""


class QualityReport(models.Model):
    """`content` is all that the Word and PDF files say; the signature is over its canonical JSON."""

    view_permission = Permission.QUALITY_VIEW

    sample = models.ForeignKey(QualitySample, on_delete=models.PROTECT, related_name="reports")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    code = models.CharField(_("报告编号"), max_length=40, unique=True, db_collation="C")
    content = models.JSONField()
    hash = models.CharField(_("校验值（SM3）"), max_length=64)
    key = models.ForeignKey("accounts.SigningKey", on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField(_("签名"))
    issued_at = models.DateTimeField(_("签发时间"), default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = QualityReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("质量核查报告")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="quality_report_division")
        ]

    def __str__(self) -> str:
        return self.code
