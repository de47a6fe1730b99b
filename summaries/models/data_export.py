"""One export of data: who asked for what and why, as of when, and what was written."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise, Job
from submissions.models.constraints import within
from summaries.enums import ExportFormat


class DataExportQuerySet(ScopedQuerySet["DataExport"]):
    """Exports inside a jurisdiction."""


class DataExport(models.Model):
    """`approval_level` blank means the working data; `since` set means what changed after it.

    `manifest` says what the file holds (forms, rows counted and written, hashes). The row stays
    when the file has been deleted: who took what away is kept.
    """

    view_permission = Permission.DATA_EXPORT

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="data_export")
    number = models.CharField(_("导出编号"), max_length=30, unique=True, db_collation="C")
    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="data_exports"
    )
    form_codes = ArrayField(
        models.CharField(max_length=12), verbose_name=_("普查表"), help_text="In the forms' order."
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    approval_level = models.CharField(
        _("审核层级"), max_length=12, choices=Level.choices, blank=True, default=""
    )
    file_format = models.CharField(_("格式"), max_length=10, choices=ExportFormat.choices)
    since = models.DateTimeField(_("只含此后的变化"), null=True, blank=True)
    reason = models.CharField(_("用途"), max_length=300)
    is_masked = models.BooleanField(_("遮盖保密指标"), default=True)
    requested_at = models.DateTimeField(_("申请时间"))
    manifest = models.JSONField(null=True)
    path = models.CharField(max_length=300, blank=True)
    size = models.BigIntegerField(_("字节数"), default=0)
    file_hash = models.CharField(_("文件摘要（SM3）"), max_length=64, blank=True)
    completed_at = models.DateTimeField(_("完成时间"), null=True)
    kept_until = models.DateField(_("保留至"), null=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据导出")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("file_format", ExportFormat),
            models.CheckConstraint(
                condition=Q(approval_level="") | Q(approval_level__in=Level.values),
                name="summaries_dataexport_level_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="summaries_dataexport_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(form_codes__len__gt=0), name="summaries_dataexport_has_a_form"
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, manifest__isnull=True, file_hash="")
                | (
                    Q(completed_at__isnull=False, manifest__isnull=False, kept_until__isnull=False)
                    & ~Q(file_hash="")
                ),
                name="summaries_dataexport_completed_with_its_manifest",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="dataexport_division"),
            # files that have been kept long enough
            models.Index(
                fields=["kept_until"], name="dataexport_kept_until", condition=~Q(path="")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def watermark(self) -> str:
        """What ties every copy of the file to who took it away, and when."""
        at = self.requested_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        person = self.job.requested_by
        return f"{self.number} {person.full_name}({person.username}) {at}"
