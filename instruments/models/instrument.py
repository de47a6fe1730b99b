"""A census form and its published, immutable versions."""

from typing import Any, ClassVar, Self

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


class InstrumentVersionQuerySet(PublishedQuerySet["InstrumentVersion"]):
    """Adjectives that narrow a list of versions."""

    def national(self) -> Self:
        """The census's own definitions."""
        return self.filter(division_code="")

    def local(self) -> Self:
        """National definitions with the items a province added."""
        return self.exclude(division_code="")


class InstrumentVersion(models.Model):
    """One published definition. The database refuses to change or remove it.

    With a `division_code` it is a province's: the national `base` with the province's `extension`
    added, in a series of its own that is numbered apart.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # two digits of the province, blank for the nation's own
    division_code = models.CharField(
        _("省级区划"), max_length=2, blank=True, default="", db_default="", db_collation="C"
    )
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="local")
    extension = models.JSONField(_("地方附加内容"), null=True)

    series_fields = ("instrument", "division_code")
    objects = InstrumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("普查表版本")
        ordering: ClassVar = ["instrument", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instrument", "division_code", "number"],
                name="instruments_version_number_once_per_division",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="instruments_version_from_one"),
            models.CheckConstraint(
                condition=Q(division_code="", base__isnull=True, extension__isnull=True)
                | (~Q(division_code="") & Q(base__isnull=False, extension__isnull=False)),
                name="instruments_version_local_iff_extends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """The code of the form, with the province where it is a province's."""
        code = self.instrument.code
        return f"{code}/{self.division_code}" if self.division_code else code

    @property
    def added(self) -> dict[str, Any]:
        """What the province added, none for a national version."""
        return self.extension or {"sections": []}
