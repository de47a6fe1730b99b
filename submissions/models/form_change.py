"""A change of a published form or code list in the middle of a census: drafted, weighed, published."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.enums import ChangeKind, ReopenPolicy
from submissions.models.case import Case
from submissions.models.constraints import paired, within


class FormChange(models.Model):
    """A draft until `published_at`; then the record of why a version exists and what it did.

    `content` is the definition of the form, or the entries of the code list. `impact` holds for
    `impact_key` alone: the content and the version in force it was weighed against.
    """

    kind = models.CharField(_("类别"), max_length=10, choices=ChangeKind.choices)
    code = models.CharField(_("代码"), max_length=40)
    content = models.JSONField(_("内容"))
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(_("修改理由"))
    reopen = models.CharField(_("重新开放"), max_length=10, choices=ReopenPolicy.choices)
    created_at = models.DateTimeField(_("起草时间"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("起草人"),
    )
    amended_at = models.DateTimeField(_("修改时间"))
    impact = models.JSONField(_("影响"), null=True)
    impact_key = models.CharField(max_length=64, blank=True, default="")
    impact_at = models.DateTimeField(_("影响计算时间"), null=True)
    base_version = models.ForeignKey(
        "instruments.InstrumentVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    base_codelist = models.ForeignKey(
        "instruments.CodeListVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    version_number = models.PositiveIntegerField(_("发布的版本"), null=True)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    applied = models.JSONField(_("套用结果"), null=True)

    class Meta:
        verbose_name = _("普查表改版")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("kind", ChangeKind),
            within("reopen", ReopenPolicy),
            paired("published"),
            paired("withdrawn"),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.FORM, base_codelist__isnull=True)
                | Q(kind=ChangeKind.CODELIST, base_version__isnull=True),
                name="submissions_formchange_base_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.created_at:%Y-%m-%d}"

    @property
    def is_draft(self) -> bool:
        """Neither published nor withdrawn."""
        return self.published_at is None and self.withdrawn_at is None


class CaseReopening(models.Model):
    """A case whose submission or approval a change took back. The database refuses to change it."""

    change = models.ForeignKey(FormChange, on_delete=models.PROTECT, related_name="reopenings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reopenings")
    status = models.CharField(_("原状态"), max_length=12)
    review_level = models.CharField(_("原审核层级"), max_length=12, blank=True)
    reopened_at = models.DateTimeField(_("重新开放时间"))

    class Meta:
        verbose_name = _("因改版重新开放")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.reopened_at:%Y-%m-%d}"
