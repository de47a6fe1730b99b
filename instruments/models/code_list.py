"""Code lists (代码表) and their published, immutable versions."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from instruments.models.published import PublishedQuerySet, refuse_change


class CodeList(models.Model):
    """One code list by name, e.g. `WW_METHOD` 废水处理方法."""

    name = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=120)

    class Meta:
        verbose_name = _("代码表")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.title}"


class CodeListVersion(models.Model):
    """One published list of entries: `[{"code", "label", "label_en", "confidence"}, …]`.

    The database refuses to change or remove it.
    """

    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    entries = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    series_fields = ("code_list",)
    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("代码表版本")
        ordering: ClassVar = ["code_list", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code_list", "number"], name="instruments_codelist_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_list.name} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)
