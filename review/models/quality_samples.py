"""A sample drawn to check the quality of submitted forms, and the lots that it judges."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from accounts.scopes import Confinement, Jurisdiction
from registry.prefixes import significant_digits
from review.quality.enums import LotOutcome, SamplePart, SampleStage
from review.quality.plan import QualityPlan
from submissions.models import CollectionExercise
from submissions.models.constraints import paired, within

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class ConfinedQuerySet(ScopedQuerySet[M]):
    """Rows of a sample: until it is closed, for the drawing and checking people of its level alone.

    The same question as `Jurisdiction.covers` asks of `confinement`.
    """

    sample_path = "sample__"

    def visible_to(self, user: User, permission: Permission | None = None) -> Self:
        """The rows inside the jurisdiction, of closed samples and of those of the own level."""
        rows = super().visible_to(user, permission)
        if not user.is_authenticated:
            return rows
        model: Any = self.model
        anywhere = Confinement("", Permission.QUALITY_CHECK)
        own = {
            prefix.ljust(12, "0")
            for scope in user.scopes_for(permission or model.view_permission)
            if isinstance(scope, Jurisdiction) and scope.role in anywhere.roles
            for prefix in scope.prefixes
        }
        return rows.filter(
            Q(**{f"{self.sample_path}stage": SampleStage.CLOSED})
            | Q(**{f"{self.sample_path}division_code__in": sorted(own)})
        )


class QualitySampleQuerySet(ConfinedQuerySet["QualitySample"]):
    """Samples."""

    sample_path = ""


class QualitySample(models.Model):
    """One draw of one level over its division.

    What was frozen (frame, plan, where the public number will come from) and, once drawn, the seed
    and what it drew never change: a trigger of the database refuses it.
    """

    view_permission = Permission.QUALITY_VIEW

    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    level = models.CharField(_("抽取层级"), max_length=12, choices=Level.choices)
    stage = models.CharField(
        _("阶段"), max_length=8, choices=SampleStage.choices, default=SampleStage.FROZEN
    )
    plan = models.JSONField(_("抽样方案"))
    frame_path = models.CharField(max_length=200)
    frame_digest = models.CharField(_("抽样框校验值"), max_length=64)
    frame_count = models.PositiveIntegerField(_("抽样框份数"))
    frozen_at = models.DateTimeField(_("冻结时间"), default=timezone.now)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    public_source = models.CharField(_("公开随机数来源"), max_length=100)
    public_at = models.DateTimeField(_("公布时间"))
    public_value = models.CharField(_("公开随机数"), max_length=64, blank=True)
    seed = models.CharField(_("随机种子"), max_length=64, blank=True)
    draw_digest = models.CharField(_("抽取结果校验值"), max_length=64, blank=True)
    drawn_at = models.DateTimeField(_("抽取时间"), null=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    closed_at = models.DateTimeField(_("完成时间"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = QualitySampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("质量核查样本")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("stage", SampleStage),
            within("level", Level),
            paired("drawn", seed="", public_value="", draw_digest=""),
            paired("closed"),
            models.CheckConstraint(
                condition=Q(stage=SampleStage.FROZEN, drawn_at__isnull=True)
                | Q(stage=SampleStage.DRAWN, drawn_at__isnull=False, closed_at__isnull=True)
                | Q(stage=SampleStage.CLOSED, drawn_at__isnull=False, closed_at__isnull=False),
                name="review_qualitysample_stage_follows",
            ),
            # the number must not be known when the frame is frozen
            models.CheckConstraint(
                condition=Q(public_at__gt=F("frozen_at")),
                name="review_qualitysample_number_is_public_later",
            ),
            # nobody freezes frame after frame until a number suits
            models.UniqueConstraint(
                fields=["exercise", "division_code"],
                condition=Q(stage=SampleStage.FROZEN),
                name="review_qualitysample_one_undrawn",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="quality_sample_division")
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.division_code} {self.frozen_at:%Y-%m-%d}"

    @property
    def confinement(self) -> Confinement | None:
        """Who alone may see it now."""
        if self.stage == SampleStage.CLOSED:
            return None
        return Confinement(significant_digits(self.division_code), Permission.QUALITY_CHECK)

    @cached_property
    def quality_plan(self) -> QualityPlan:
        """The plan that it was frozen with."""
        return QualityPlan(self.plan)


class QualityLotQuerySet(ConfinedQuerySet["QualityLot"]):
    """Lots."""


class QualityLot(models.Model):
    """Forms of one class in one division, judged as a whole (批); or units that left the register."""

    view_permission = Permission.QUALITY_VIEW

    sample = models.ForeignKey(QualitySample, on_delete=models.PROTECT, related_name="lots")
    part = models.CharField(_("类别"), max_length=8, choices=SamplePart.choices)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    unit_kind = models.CharField(_("普查对象类别"), max_length=20, blank=True)
    size = models.PositiveIntegerField(_("批量"))
    letter = models.CharField(_("样本量字码"), max_length=1, blank=True)
    aql = models.CharField(_("接收质量限"), max_length=6, blank=True)
    sample_size = models.PositiveIntegerField(_("样本量"))
    acceptance_number = models.PositiveSmallIntegerField(_("接收数"))
    strata = models.JSONField(help_text="Stratum → [in the frame, drawn].")
    outcome = models.CharField(
        _("批结论"), max_length=8, choices=LotOutcome.choices, default=LotOutcome.PENDING
    )
    nonconforming = models.PositiveIntegerField(_("不合格数"), null=True)
    decided_at = models.DateTimeField(_("判定时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    due_on = models.DateField(_("整改期限"), null=True)
    returned_count = models.PositiveIntegerField(_("已退回"), null=True)
    kept = models.JSONField(
        default=list, help_text="Cases that could not be returned: [case, why]."
    )

    objects = QualityLotQuerySet.as_manager()

    class Meta:
        verbose_name = _("核查批")
        ordering: ClassVar = ["part", "division_code", "unit_kind"]
        constraints: ClassVar = [
            within("part", SamplePart),
            within("outcome", LotOutcome),
            paired("decided"),
            models.UniqueConstraint(
                fields=["sample", "part", "division_code", "unit_kind"],
                name="review_qualitylot_once_a_sample",
            ),
            models.CheckConstraint(
                condition=Q(outcome=LotOutcome.PENDING, decided_at__isnull=True)
                | Q(
                    ~Q(outcome=LotOutcome.PENDING),
                    decided_at__isnull=False,
                    nonconforming__isnull=False,
                ),
                name="review_qualitylot_decided_with_its_number",
            ),
            # the table decides, not the person
            models.CheckConstraint(
                condition=Q(outcome=LotOutcome.PENDING)
                | Q(outcome=LotOutcome.ACCEPTED, nonconforming__lte=F("acceptance_number"))
                | Q(outcome=LotOutcome.REJECTED, nonconforming__gt=F("acceptance_number")),
                name="review_qualitylot_outcome_follows_the_number",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="quality_lot_division")
        ]

    def __str__(self) -> str:
        return f"#{self.sample_id}-{self.pk}"

    @property
    def confinement(self) -> Confinement | None:
        """As its sample."""
        return self.sample.confinement
