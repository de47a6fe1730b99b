"""Enumeration areas (普查小区) and who works in them, when."""

from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission, Role
from accounts.querysets import ScopedQuerySet

AREA_ROLES = (Role.ENUMERATOR, Role.SUPERVISOR)


class EnumerationAreaQuerySet(ScopedQuerySet["EnumerationArea"]):
    """Areas, scoped by the town or village they lie in."""

    def open(self) -> Self:
        """Areas in use."""
        return self.filter(closed_on__isnull=True)


class EnumerationArea(models.Model):
    """A town or village, or a part of one: what one enumerator works through.

    The code is the division's twelve digits and a serial of two (普查小区代码).
    """

    view_permission = Permission.UNIT_VIEW

    codes_by_division: ClassVar = ("code",)  # begins with the division's code

    code = models.CharField(_("普查小区代码"), max_length=14, unique=True, db_collation="C")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    name = models.CharField(_("名称"), max_length=100)
    opened_on = models.DateField(_("划分日期"), default=timezone.localdate)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    came_from = models.ManyToManyField("self", symmetrical=False, related_name="became")

    objects = EnumerationAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("普查小区")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__startswith=F("division_code")),
                name="registry_enumerationarea_code_begins_with_division",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="registry_area_place"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AreaAssignmentQuerySet(models.QuerySet["AreaAssignment"]):
    """Assignments by validity."""

    def in_force(self) -> Self:
        """In force today."""
        today = timezone.localdate()
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today),
            valid_from__lte=today,
            cancelled_at__isnull=True,
        )


class AreaAssignment(models.Model):
    """Who works in an area, from a day to a day. One enumerator, and one supervisor, at a time.

    A unit lies in one area and an area has one enumerator a day: so a unit is never open on two
    people's lists. The database holds the second half, the unit's one column the first.
    """

    area = models.ForeignKey(EnumerationArea, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="area_assignments"
    )
    role = models.CharField(
        _("职责"), max_length=20, choices=[(role.value, role.label) for role in AREA_ROLES]
    )
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"), null=True, blank=True)
    cancelled_at = models.DateTimeField(
        _("作废时间"), null=True, blank=True, help_text="Ended on the day it began: it had no day."
    )
    assigned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("分派时间"), default=timezone.now)

    objects: ClassVar[models.Manager["AreaAssignment"]] = AreaAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("普查小区分派")
        ordering: ClassVar = ["-valid_from", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=AREA_ROLES), name="registry_areaassignment_role_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="registry_areaassignment_period_in_order",
            ),
            ExclusionConstraint(
                name="registry_areaassignment_one_a_day",
                condition=Q(cancelled_at__isnull=True),
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "valid_from"], name="registry_area_of")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.user_id} {self.valid_from}"
