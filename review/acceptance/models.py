"""Acceptance packs as they were frozen, what the level above decided, and the duty register.

All append-only: facts move on, a pack does not.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from review.enums import AcceptanceVerdict, DutyKind
from submissions.models import CollectionExercise
from submissions.models.constraints import within


class AcceptancePackQuerySet(ScopedQuerySet["AcceptancePack"]):
    """Packs, scoped by the division that is accepted."""


class AcceptancePack(models.Model):
    """The score of one division as of a moment, with the criteria it was scored by.

    `digest` is SM3 over division, exercise, moment, criteria and score.
    """

    view_permission = Permission.PROGRESS_VIEW

    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    criteria = models.JSONField(help_text="The file as it was.")
    criteria_hash = models.CharField(_("评分标准校验值"), max_length=64)
    score = models.JSONField(help_text="Total and lines: part, whole, points, veto.")
    as_of = models.DateTimeField(_("数据截至"))
    digest = models.CharField(_("校验值"), max_length=64)
    made_at = models.DateTimeField(_("固定时间"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AcceptancePackQuerySet.as_manager()

    class Meta:
        verbose_name = _("验收材料")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            # the packs of a division and below, newest first
            models.Index(fields=["division_code", "-id"], name="acceptancepack_division"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.division_name}"


class AcceptanceDecisionQuerySet(ScopedQuerySet["AcceptanceDecision"]):
    """Decisions, scoped as their packs."""


class AcceptanceDecision(models.Model):
    """What the level above decided about a pack, once; signed where a key was open."""

    view_permission = Permission.PROGRESS_VIEW

    pack = models.OneToOneField(AcceptancePack, on_delete=models.PROTECT, related_name="decision")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    verdict = models.CharField(_("验收结论"), max_length=8, choices=AcceptanceVerdict.choices)
    reason = models.TextField(_("理由"))
    rectify_by = models.DateField(_("整改期限"), null=True)
    decided_at = models.DateTimeField(_("决定时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    key = models.ForeignKey(
        "accounts.SigningKey", on_delete=models.PROTECT, null=True, related_name="+"
    )
    signature = models.BinaryField(_("签名"), default=b"")

    objects = AcceptanceDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("验收结论")
        constraints: ClassVar = [
            within("verdict", AcceptanceVerdict),
            models.CheckConstraint(condition=~Q(reason=""), name="review_acceptance_has_a_reason"),
            models.CheckConstraint(
                condition=Q(verdict=AcceptanceVerdict.PASS, rectify_by__isnull=True)
                | (~Q(verdict=AcceptanceVerdict.PASS) & Q(rectify_by__isnull=False)),
                name="review_acceptance_rectified_by_a_day",
            ),
            models.CheckConstraint(
                condition=Q(key__isnull=True, signature=b"")
                | (Q(key__isnull=False) & ~Q(signature=b"")),
                name="review_acceptance_signed_by_a_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.verdict}"


class DutyRecordQuerySet(ScopedQuerySet["DutyRecord"]):
    """Records of the four arrangements, scoped by their office."""


class DutyRecord(models.Model):
    """One arrangement of an office (四落实), with the document that proves it."""

    view_permission = Permission.PROGRESS_VIEW

    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    kind = models.CharField(_("类别"), max_length=12, choices=DutyKind.choices)
    title = models.CharField(_("内容"), max_length=200)
    file_path = models.CharField(max_length=200)
    file_name = models.CharField(_("文件"), max_length=200)
    file_digest = models.CharField(_("文件校验值"), max_length=64)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DutyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("四落实材料")
        ordering: ClassVar = ["kind", "pk"]
        constraints: ClassVar = [
            within("kind", DutyKind),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(file_digest=""), name="review_duty_is_proved"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="dutyrecord_division"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"
