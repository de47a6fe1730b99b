"""The tree of statistical divisions (统计用区划代码), one edition a year."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scopes import prefix_of, prefix_range
from registry.enums import DivisionKind, DivisionLevel


class DivisionEdition(models.Model):
    """One year's codes; they change every year, so nothing refers to a code without its edition."""

    vintage = models.CharField(_("版本"), max_length=10, unique=True)
    cut_off = models.DateField(_("截止日期"))
    is_current = models.BooleanField(_("现行"), default=False)

    class Meta:
        verbose_name = _("区划版本")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="registry_divisionedition_one_current",
            ),
        ]

    def __str__(self) -> str:
        return self.vintage


class DivisionQuerySet(models.QuerySet["Division"]):
    """Divisions by edition and by place."""

    def current(self) -> Self:
        """Of the edition in force."""
        return self.filter(edition__is_current=True)

    def under(self, prefix: str) -> Self:
        """The division with this prefix and everything below it."""
        low, high = prefix_range(prefix)
        return self.filter(code__gte=low, code__lt=high) if high else self


class Division(models.Model):
    """A province, city, county, town or village; the nation is the root, level 0."""

    edition = models.ForeignKey(DivisionEdition, on_delete=models.PROTECT, related_name="divisions")
    code = models.CharField(_("区划代码"), max_length=12, db_collation="C")
    parent_code = models.CharField(max_length=12, blank=True, db_collation="C")
    level = models.PositiveSmallIntegerField(_("级别"), choices=DivisionLevel.choices)
    name = models.CharField(_("名称"), max_length=100)
    full_name = models.CharField(_("全称"), max_length=300)
    kind = models.CharField(
        _("类别"), max_length=12, choices=DivisionKind.choices, default=DivisionKind.OFFICIAL
    )
    former_prefixes = ArrayField(
        models.CharField(max_length=12),
        default=list,
        db_default=[],
        blank=True,
        help_text="Where what lies here lay before, outside of its own code: histories stay there.",
    )

    objects: ClassVar[models.Manager["Division"]] = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("区划")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "code"], name="registry_division_code_once_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{12}$"), name="registry_division_code_of_12_digits"
            ),
            models.CheckConstraint(
                condition=Q(level__in=DivisionLevel.values), name="registry_division_level_known"
            ),
        ]
        indexes: ClassVar = [
            # the next level of a cascading choice
            models.Index(
                fields=["edition", "parent_code", "code"], name="registry_division_children"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def division_code(self) -> str:
        """A division lies in itself: what a jurisdiction is asked about."""
        return self.code

    @property
    def prefix(self) -> str:
        """The significant digits: 0, 2, 4, 6, 9 or 12."""
        return prefix_of(self.code, self.level)
