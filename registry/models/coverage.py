"""Quality blocks (质量核查小区): areas drawn at random, listed anew, compared with the register."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import BlockStage, EntrySide, EntryVerdict


class CoverageRoundQuerySet(ScopedQuerySet["CoverageRound"]):
    """Rounds, scoped by the division that they were drawn in."""


class CoverageRound(models.Model):
    """One draw. The database refuses UPDATE and DELETE: anybody can repeat it from the seed."""

    view_permission = Permission.COVERAGE_CHECK

    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    seed = models.CharField(_("随机种子"), max_length=64)
    blocks_wanted = models.PositiveSmallIntegerField(_("核查小区数"))
    frame = models.JSONField(help_text="Codes of the areas that could be drawn, in order.")
    frame_digest = models.CharField(_("抽样框校验值"), max_length=64)
    drawn_at = models.DateTimeField(_("抽取时间"), default=timezone.now)
    drawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    objects = CoverageRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("质量核查抽样")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(blocks_wanted__gte=1), name="registry_coverageround_draws_something"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.division_code} {self.drawn_at:%Y-%m-%d}"


class CoverageBlockQuerySet(ScopedQuerySet["CoverageBlock"]):
    """Blocks, scoped by where they lie."""


class CoverageBlock(models.Model):
    """One area of a round: listed on the ground first, compared afterwards, then closed."""

    view_permission = Permission.COVERAGE_CHECK

    round = models.ForeignKey(CoverageRound, on_delete=models.PROTECT, related_name="blocks")
    area = models.ForeignKey(
        "registry.EnumerationArea", on_delete=models.PROTECT, related_name="coverage_blocks"
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    stage = models.CharField(
        _("阶段"), max_length=12, choices=BlockStage.choices, default=BlockStage.LISTING
    )
    checker = models.ForeignKey(
        "accounts.User",
        verbose_name=_("核查人"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    listed_at = models.DateTimeField(_("清查完成时间"), null=True)
    closed_at = models.DateTimeField(_("核查完成时间"), null=True)
    closed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = CoverageBlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("核查小区")
        ordering: ClassVar = ["area__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "area"], name="registry_coverageblock_once_a_round"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=BlockStage.values), name="registry_coverageblock_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(stage=BlockStage.LISTING, listed_at__isnull=True)
                | Q(listed_at__isnull=False, checker__isnull=False),
                name="registry_coverageblock_listed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="registry_coverageblock_closed_at_and_by_together",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="registry_coverageblock_place")
        ]

    def __str__(self) -> str:
        return str(self.area)


class BlockEntry(models.Model):
    """A unit on one side of the comparison: found on the ground, or standing in the register."""

    block = models.ForeignKey(CoverageBlock, on_delete=models.PROTECT, related_name="entries")
    side = models.CharField(max_length=10, choices=EntrySide.choices)
    name = models.CharField(_("单位详细名称"), max_length=200)
    code = models.CharField(_("代码"), max_length=20, blank=True, db_collation="C")
    address = models.CharField(_("详细地址"), max_length=200, blank=True)
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="+", null=True)
    verdict = models.CharField(
        _("结论"), max_length=12, choices=EntryVerdict.choices, blank=True, default=""
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("核查记录")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["block", "unit"],
                condition=Q(side=EntrySide.REGISTER),
                name="registry_blockentry_unit_once",
            ),
            models.CheckConstraint(
                condition=Q(side__in=EntrySide.values)
                & (Q(verdict="") | Q(verdict__in=EntryVerdict.values)),
                name="registry_blockentry_side_and_verdict_known",
            ),
            models.CheckConstraint(
                condition=~Q(side=EntrySide.REGISTER) | Q(unit__isnull=False),
                name="registry_blockentry_register_side_is_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.verdict}"
