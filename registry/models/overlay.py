"""Overlays (叠加区域): zones, parks and basins that lie across divisions and add up to nothing."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import OverlayKind


class OverlayQuerySet(ScopedQuerySet["Overlay"]):
    """Overlays, scoped by the division whose office keeps them."""


class Overlay(models.Model):
    """A set of units by place and by name. A unit lies in one division and any number of these."""

    view_permission = Permission.UNIT_VIEW

    kind = models.CharField(_("类别"), max_length=10, choices=OverlayKind.choices)
    code = models.CharField(_("代码"), max_length=30, unique=True, db_collation="C")
    name = models.CharField(_("名称"), max_length=100)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    places = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("整体划入的乡级、村级区划"),
        default=list,
        blank=True,
        help_text="Codes as they were given; `registry.successions` knows what replaced them.",
    )
    units = models.ManyToManyField(
        "registry.Unit", verbose_name=_("单独划入的对象"), related_name="overlays", blank=True
    )
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    objects = OverlayQuerySet.as_manager()

    class Meta:
        verbose_name = _("叠加区域")
        ordering: ClassVar = ["kind", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=OverlayKind.values), name="registry_overlay_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="registry_overlay_has_code_and_name"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="registry_overlay_place")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
