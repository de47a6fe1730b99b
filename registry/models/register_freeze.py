"""The frozen register: what it was at the standard moment, sealed by a digest. Append-only."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet


class RegisterFreezeQuerySet(ScopedQuerySet["RegisterFreeze"]):
    """Freezes, scoped by the division that is frozen."""


class RegisterFreeze(models.Model):
    """The units of a division as of `standard_moment`, as far as was known at `known_at`."""

    view_permission = Permission.UNIT_VIEW

    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    standard_moment = models.DateTimeField(_("标准时点"))
    known_at = models.DateTimeField(_("截至"))
    unit_count = models.PositiveIntegerField(_("普查对象数"))
    counties = models.JSONField(help_text="County → [number of units, digest].")
    digest = models.CharField(_("校验值"), max_length=64)
    frozen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(_("冻结时间"), default=timezone.now)

    objects = RegisterFreezeQuerySet.as_manager()

    class Meta:
        verbose_name = _("名录冻结")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["division_code"], name="registry_registerfreeze_once_a_division"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.standard_moment:%Y-%m-%d %H:%M}"
