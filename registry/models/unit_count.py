"""How many units of a town are of which kind, status and source: exact, kept by triggers."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import UnitKind, UnitSource, UnitStatus


class UnitCountQuerySet(ScopedQuerySet["UnitCount"]):
    """Counters inside a jurisdiction."""


class UnitCount(models.Model):
    """One row per town, kind, status and source; rolled up on read.

    Only the triggers of `registry.triggers` write it, in the transaction that writes the unit.
    Never a row for the nation: every registration of the country would wait for it.
    """

    view_permission = Permission.UNIT_VIEW

    division_code = models.CharField(_("乡级区划"), max_length=12, db_collation="C")
    kind = models.CharField(_("普查对象类别"), max_length=20, choices=UnitKind.choices)
    status = models.CharField(_("运行状态"), max_length=20, choices=UnitStatus.choices)
    source = models.CharField(_("来源"), max_length=10, choices=UnitSource.choices)
    count = models.IntegerField(_("个数"))
    without_position = models.IntegerField(_("无经纬度"))
    without_industry = models.IntegerField(_("无行业代码"))
    without_code = models.IntegerField(_("无统一社会信用代码和组织机构代码"))

    objects = UnitCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("名录计数")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["division_code", "kind", "status", "source"],
                name="registry_unitcount_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    count__gte=0,
                    without_position__range=(0, models.F("count")),
                    without_industry__range=(0, models.F("count")),
                    without_code__range=(0, models.F("count")),
                ),
                name="registry_unitcount_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.kind} {self.status} {self.source}"
