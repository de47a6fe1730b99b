"""A change of the division tree (区划变更), and which codes succeed which."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import DivisionChangeState, DivisionLevel


class DivisionChangeQuerySet(ScopedQuerySet["DivisionChange"]):
    """Changes, scoped by the code that the division had."""


class DivisionChange(models.Model):
    """A division renamed, recoded or put under another one, by a document of the government.

    Written by `registry.services.division_changes` only.
    """

    view_permission = Permission.UNIT_VIEW
    scope_division_field = "old_code"

    old_code = models.CharField(_("原区划代码"), max_length=12, db_collation="C")
    old_name = models.CharField(_("原全称"), max_length=300)
    new_code = models.CharField(_("新区划代码"), max_length=12, db_collation="C")
    new_name = models.CharField(_("新名称"), max_length=100)
    level = models.PositiveSmallIntegerField(_("级别"), choices=DivisionLevel.choices)
    document = models.CharField(_("批准文件"), max_length=200)
    effective_on = models.DateField(_("生效日期"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=DivisionChangeState.choices,
        default=DivisionChangeState.REQUESTED,
    )
    carried = models.JSONField(
        _("随之变更"), default=dict, help_text="What was carried over: model → number of rows."
    )
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    decision_note = models.CharField(_("批准意见"), max_length=200, blank=True)
    applied_at = models.DateTimeField(_("完成时间"), null=True)

    objects = DivisionChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("区划变更")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=DivisionChangeState.values),
                name="registry_divisionchange_state_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="registry_divisionchange_decided_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="registry_divisionchange_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(state=DivisionChangeState.APPLIED) | Q(applied_at__isnull=False),
                name="registry_divisionchange_applied_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["old_code"],
                condition=Q(
                    state__in=[DivisionChangeState.REQUESTED, DivisionChangeState.APPROVED]
                ),
                name="registry_divisionchange_one_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["old_code", "id"], name="registry_divisionchange_place")
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} {self.new_name}"

    @property
    def division_code(self) -> str:
        """Where it lay when it was asked for: what a jurisdiction is asked about."""
        return self.old_code

    @property
    def is_move(self) -> bool:
        """Whether the code changes, not the name alone."""
        return self.old_code != self.new_code


class DivisionSuccession(models.Model):
    """Codes that begin with `old_prefix` are now codes that begin with `new_prefix`.

    Always direct: a code that moved twice has one row. Rows without a change are the towns of the
    兵团, which the statistical bureau codes inside Xinjiang: each is counted once, at the 兵团.
    """

    old_prefix = models.CharField(max_length=12, primary_key=True, db_collation="C")
    new_prefix = models.CharField(max_length=12, db_collation="C")
    change = models.ForeignKey(
        DivisionChange, on_delete=models.PROTECT, related_name="successions", null=True
    )

    class Meta:
        verbose_name = _("区划代码沿革")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(old_prefix=F("new_prefix")),
                name="registry_divisionsuccession_to_another_code",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_prefix} → {self.new_prefix}"
