"""A change of the register (名录变更单): what happened to a unit, who asked, who approved."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import FrameChangeKind, FrameChangeState, UnitPart


class FrameChangeQuerySet(ScopedQuerySet["FrameChange"]):
    """Changes, scoped by where the unit lay when it was asked for."""


class FrameChange(models.Model):
    """One act on the register. Written by `registry.services.frame_changes` only."""

    view_permission = Permission.UNIT_VIEW

    kind = models.CharField(_("变更类型"), max_length=20, choices=FrameChangeKind.choices)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=FrameChangeState.choices,
        default=FrameChangeState.REQUESTED,
    )
    facts = models.JSONField(
        _("变更内容"), default=dict, help_text="What is said anew; of a birth or split, the units."
    )
    before = models.JSONField(
        default=dict, help_text="Unit → its facts before the change, for undoing it."
    )
    reason = models.CharField(_("理由"), max_length=200)
    evidence = models.CharField(_("证明材料"), max_length=200, blank=True)
    file = models.CharField(max_length=200, blank=True, default="", db_default="")
    file_digest = models.CharField(
        _("附件校验值"), max_length=64, blank=True, default="", db_default=""
    )
    effective_on = models.DateField(_("发生日期"))
    level = models.CharField(_("批准层级"), max_length=12, choices=Level.choices)
    is_change_order = models.BooleanField(_("冻结后变更单"))
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    decision_note = models.CharField(_("批准意见"), max_length=200, blank=True)
    undone_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    objects = FrameChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("名录变更单")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=FrameChangeKind.values, state__in=FrameChangeState.values),
                name="registry_framechange_kind_and_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[FrameChangeState.APPROVED, FrameChangeState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="registry_framechange_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("requested_by"))
                | Q(state=FrameChangeState.WITHDRAWN),
                name="registry_framechange_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(state=FrameChangeState.UNDONE)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="registry_framechange_undone_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "state", "id"], name="registry_framechange_place")
        ]

    def __str__(self) -> str:
        return f"{FrameChangeKind(self.kind).label} #{self.pk}"


class FrameChangeUnit(models.Model):
    """A unit that a change concerns: its lineage is read from these."""

    change = models.ForeignKey(FrameChange, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(
        "registry.Unit", on_delete=models.PROTECT, related_name="frame_changes"
    )
    part = models.CharField(_("关系"), max_length=10, choices=UnitPart.choices)

    class Meta:
        verbose_name = _("变更涉及的对象")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["change", "unit"], name="registry_framechangeunit_once_a_change"
            ),
            models.CheckConstraint(
                condition=Q(part__in=UnitPart.values), name="registry_framechangeunit_part_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.unit_id}"
