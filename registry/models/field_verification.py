"""What was found at the place of a unit (清查): append-only, with its evidence."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import FieldOutcome


class FieldVerificationQuerySet(ScopedQuerySet["FieldVerification"]):
    """Verifications, scoped by where the unit lay."""


class FieldVerification(models.Model):
    """One visit. The database refuses UPDATE and DELETE: who errs records another visit."""

    view_permission = Permission.UNIT_VIEW
    scope_unit_field = "unit_id"

    unit = models.ForeignKey(
        "registry.Unit", on_delete=models.PROTECT, related_name="verifications"
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    outcome = models.CharField(_("清查结果"), max_length=20, choices=FieldOutcome.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    duplicate_of = models.ForeignKey(
        "registry.Unit", on_delete=models.PROTECT, related_name="+", null=True
    )
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True)
    accuracy = models.PositiveIntegerField(_("定位精度（米）"), null=True)
    is_far = models.BooleanField(_("位置不像在本县"), default=False)
    photo = models.CharField(max_length=200, blank=True)
    photo_digest = models.CharField(_("照片校验值"), max_length=64, blank=True)
    observed_at = models.DateTimeField(_("核实时间"))
    verified_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("录入时间"), default=timezone.now)

    objects = FieldVerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("现场核实")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=FieldOutcome.values),
                name="registry_fieldverification_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__isnull=False, latitude__isnull=False),
                name="registry_fieldverification_whole_position",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="registry_verification_place"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.outcome} {self.at:%Y-%m-%d}"
