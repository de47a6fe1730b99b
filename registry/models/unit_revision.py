"""What the register said about a unit, and when: append-only."""

from typing import ClassVar

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet


class UnitRevisionQuerySet(ScopedQuerySet["UnitRevision"]):
    """Revisions, scoped by where the unit was said to lie."""


class UnitRevision(models.Model):
    """The unit's facts as they stood after one act. The database refuses UPDATE and DELETE.

    Two times: `at`, when it was entered, and `valid_from`, since when it is so in the world.
    """

    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("序号"))
    data = models.JSONField()
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    effective_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    valid_from = models.GeneratedField(
        expression=Coalesce("effective_at", "at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    division_code = models.GeneratedField(
        expression=KT("data__division_code"),
        output_field=models.CharField(max_length=12, db_collation="C"),
        db_persist=True,
    )

    objects = UnitRevisionQuerySet.as_manager()

    view_permission = Permission.UNIT_VIEW
    scope_unit_field = "unit_id"

    class Meta:
        verbose_name = _("普查对象修订")
        ordering: ClassVar = ["unit_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "number"], name="registry_unitrevision_number_once"
            ),
        ]
        indexes: ClassVar = [
            # the register of a place as of a moment
            models.Index(fields=["division_code", "unit"], name="registry_revision_place"),
            models.Index(fields=["unit", "valid_from", "number"], name="registry_revision_as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} #{self.number}"
