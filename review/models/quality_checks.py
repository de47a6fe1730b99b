"""One drawn form, enumerated again without the first answers; and what came out different."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.scopes import Confinement
from registry.models import Unit
from review.models.quality_samples import ConfinedQuerySet, QualityLot, QualitySample
from review.quality.enums import CheckStage, DifferenceVerdict, RemovedOutcome
from submissions.models import Case, Submission
from submissions.models.constraints import paired, within


class QualityCheckQuerySet(ConfinedQuerySet["QualityCheck"]):
    """Checks."""


class QualityCheck(models.Model):
    """`cells` and `rows` are the checker's own answers, as in a response; `document` freezes them.

    The first answers are those of `submission`, the one in force when the frame was frozen. A unit
    that left the register is checked by its `outcome` alone.
    """

    view_permission = Permission.QUALITY_VIEW

    sample = models.ForeignKey(QualitySample, on_delete=models.PROTECT, related_name="checks")
    lot = models.ForeignKey(QualityLot, on_delete=models.PROTECT, related_name="checks")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", null=True)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="+", null=True
    )
    code = models.CharField(_("抽样代码"), max_length=40, db_collation="C")
    stratum = models.CharField(_("层"), max_length=40)
    rank = models.PositiveIntegerField(_("抽取次序"))
    stage = models.CharField(
        _("阶段"), max_length=8, choices=CheckStage.choices, default=CheckStage.DRAWN
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("核查人"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    opened_at = models.DateTimeField(_("开始时间"), null=True)
    version = models.PositiveIntegerField(default=1)
    cells = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    last_save_id = models.UUIDField(null=True)
    last_saved_at = models.DateTimeField(null=True)
    seconds = models.JSONField(
        _("各部分用时"), default=dict, help_text="Section → seconds between its saves."
    )
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True)
    photo = models.CharField(max_length=200, blank=True)
    photo_digest = models.CharField(_("照片校验值"), max_length=64, blank=True)
    answered_at = models.DateTimeField(_("独立填报完成时间"), null=True)
    document = models.JSONField(null=True)
    document_hash = models.CharField(_("独立填报校验值"), max_length=64, blank=True)
    outcome = models.CharField(
        _("核查结果"), max_length=12, choices=RemovedOutcome.choices, blank=True
    )
    note = models.CharField(_("核查说明"), max_length=500, blank=True)
    tallies = models.JSONField(
        default=dict, help_text="Item → [errors, checked], once the check is closed."
    )
    key_errors = models.PositiveIntegerField(_("关键指标差错"), null=True)
    key_checked = models.PositiveIntegerField(null=True)
    other_errors = models.PositiveIntegerField(_("其他指标差错"), null=True)
    other_checked = models.PositiveIntegerField(null=True)
    is_nonconforming = models.BooleanField(_("不合格"), null=True)
    closed_at = models.DateTimeField(_("完成时间"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = QualityCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("质量核查")
        ordering: ClassVar = ["lot", "rank"]
        constraints: ClassVar = [
            within("stage", CheckStage),
            paired("closed"),
            models.UniqueConstraint(
                fields=["sample", "code"], name="review_qualitycheck_once_a_sample"
            ),
            models.CheckConstraint(
                condition=Q(stage=CheckStage.DRAWN, checker__isnull=True, opened_at__isnull=True)
                | Q(~Q(stage=CheckStage.DRAWN), checker__isnull=False, opened_at__isnull=False),
                name="review_qualitycheck_opened_by_its_checker",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True, submission__isnull=True)
                | Q(case__isnull=False, submission__isnull=False),
                name="review_qualitycheck_case_with_its_submission",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=RemovedOutcome.values),
                name="review_qualitycheck_outcome_is_known",
            ),
            # the first answers come beside the checker's own only when these are frozen
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(stage__in=[CheckStage.DRAWN, CheckStage.OPEN], document__isnull=True)
                | Q(
                    stage__in=[CheckStage.COMPARED, CheckStage.CLOSED],
                    document__isnull=False,
                    answered_at__isnull=False,
                ),
                name="review_qualitycheck_compared_once_answered",
            ),
            models.CheckConstraint(
                condition=Q(stage=CheckStage.CLOSED, is_nonconforming__isnull=False)
                | Q(~Q(stage=CheckStage.CLOSED), is_nonconforming__isnull=True),
                name="review_qualitycheck_judged_iff_closed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="quality_check_division"),
            # what a person has open, for the units that are closed to them meanwhile
            models.Index(fields=["checker", "stage"], name="quality_check_open"),
        ]

    def __str__(self) -> str:
        # never the unit: audit events carry this label
        return f"#{self.sample_id}-{self.lot_id}-{self.rank}"

    @property
    def confinement(self) -> Confinement | None:
        """As its sample."""
        return self.sample.confinement

    @property
    def is_of_form(self) -> bool:
        """A form that is enumerated again; else a unit that left the register."""
        return self.case_id is not None


class QualityDifference(models.Model):
    """One cell in which the two answers differ beyond the tolerance, and whose error it is."""

    check_made = models.ForeignKey(
        QualityCheck, on_delete=models.PROTECT, related_name="differences"
    )
    cell = models.CharField(_("指标位置"), max_length=160)
    item = models.CharField(_("指标"), max_length=80)
    is_key = models.BooleanField(_("关键指标"))
    first = models.TextField(_("原填报"), blank=True)
    own = models.TextField(_("核查填报"), blank=True)
    verdict = models.CharField(
        _("裁定"), max_length=14, choices=DifferenceVerdict.choices, blank=True
    )
    reason = models.CharField(_("裁定理由"), max_length=300, blank=True)
    adjudicated_at = models.DateTimeField(_("裁定时间"), null=True)
    adjudicated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("核查差异")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            paired("adjudicated", verdict="", reason=""),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(verdict__in=DifferenceVerdict.values),
                name="review_qualitydifference_verdict_is_known",
            ),
            models.UniqueConstraint(
                fields=["check_made", "cell"], name="review_qualitydifference_once_a_cell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_made_id} {self.cell}"
