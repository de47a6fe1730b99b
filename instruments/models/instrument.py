"""A census form and its published, immutable versions."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from instruments.models.published import PublishedQuerySet, refuse_change


class Instrument(models.Model):
    """One form (普查表) of one exercise's set, by its official code."""

    exercise_code = models.CharField(max_length=20, default="nps2")
    code = models.CharField(_("表号"), max_length=20)
    title = models.CharField(_("表名"), max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    sequence = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("普查表定义")
        ordering: ClassVar = ["sequence", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise_code", "code"], name="instruments_instrument_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class InstrumentVersion(models.Model):
    """One published definition. The database refuses to change or remove it."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    series_field = "instrument"
    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("普查表版本")
        ordering: ClassVar = ["instrument", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instrument", "number"], name="instruments_version_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="instruments_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument.code} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)
