"""What of a release may be shown outside: the rules of disclosure control and the marks they set."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from summaries.models.release import ReleaseTable, SummaryRelease


class ReleasePublication(models.Model):
    """Append-only. `audit` is the outcome of the attack by linear programming."""

    release = models.ForeignKey(
        SummaryRelease, on_delete=models.PROTECT, related_name="publications"
    )
    rules = models.JSONField()
    audit = models.JSONField()
    content_hash = models.CharField(_("内容摘要"), max_length=64)
    published_at = models.DateTimeField(_("生成时间"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("发布版")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.release_id} #{self.pk}"


class PublicationTable(models.Model):
    """The marks of one table of one area: axis → row → column → P (primary) or S. Append-only."""

    publication = models.ForeignKey(
        ReleasePublication, on_delete=models.PROTECT, related_name="tables"
    )
    table = models.ForeignKey(ReleaseTable, on_delete=models.PROTECT, related_name="marks")
    marks = models.JSONField()

    class Meta:
        verbose_name = _("发布版的表")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["publication", "table"], name="summaries_publicationtable_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.table_id}"
