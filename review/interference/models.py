"""Scans for signs of interference, what they found, and what looking into it came to.

All three are append-only: a scan can be repeated for the same moment and compared, and nobody can
make a sign disappear.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from review.enums import LookConclusion
from submissions.models import CollectionExercise
from submissions.models.constraints import within


class InterferenceRunQuerySet(ScopedQuerySet["InterferenceRun"]):
    """Scans, scoped by the division that was scanned."""


class InterferenceRun(models.Model):
    """One scan of one division, true as of a moment. `digest` is SM3 over all its findings."""

    view_permission = Permission.INTERFERENCE_VIEW

    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateTimeField(_("数据截至"))
    parameters = models.JSONField(help_text="Threshold and limits: the same give the same again.")
    sizes = models.JSONField(help_text="How many rows of each kind were read.")
    judged = models.JSONField(help_text="Signal → how many subjects it judged.")
    finding_count = models.PositiveIntegerField(_("迹象数"))
    digest = models.CharField(_("校验值"), max_length=64)
    made_at = models.DateTimeField(_("扫描时间"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = InterferenceRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("干预迹象扫描")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            # the scans of a division, newest first
            models.Index(fields=["division_code", "-id"], name="interferencerun_division"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.division_code}"


class InterferenceFindingQuerySet(ScopedQuerySet["InterferenceFinding"]):
    """Findings, scoped by where their subject belongs."""


class InterferenceFinding(models.Model):
    """A subject that stands out in one signal. Facts to be looked into, not an accusation."""

    view_permission = Permission.INTERFERENCE_VIEW

    run = models.ForeignKey(InterferenceRun, on_delete=models.PROTECT, related_name="findings")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    rank = models.PositiveIntegerField(_("序号"))
    signal = models.CharField(_("迹象"), max_length=20)
    subject = models.CharField(_("对象"), max_length=40, db_collation="C")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    chance = models.FloatField(_("偶然概率"), help_text="Of an honest subject, 0 to 1.")
    adjusted = models.FloatField(_("校正后"), help_text="After Benjamini and Hochberg, 0 to 1.")
    size = models.PositiveIntegerField(_("样本量"))
    figures = models.JSONField()
    facts = models.JSONField()

    objects = InterferenceFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("干预迹象")
        ordering: ClassVar = ["run", "rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "signal", "subject"], name="review_interference_once_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(chance__gte=0, chance__lte=1, adjusted__gte=0, adjusted__lte=1),
                name="review_interference_chances_are_shares",
            ),
        ]
        indexes: ClassVar = [
            # one run's list; its findings inside a division
            models.Index(fields=["run", "rank"], name="interference_run_rank"),
            models.Index(fields=["division_code", "id"], name="interference_division"),
            # what earlier scans said of the same subject
            models.Index(fields=["signal", "subject"], name="interference_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.signal} {self.subject}"


class InterferenceNoteQuerySet(ScopedQuerySet["InterferenceNote"]):
    """Conclusions, scoped as their findings."""


class InterferenceNote(models.Model):
    """What somebody found who looked into it."""

    view_permission = Permission.INTERFERENCE_VIEW

    finding = models.ForeignKey(InterferenceFinding, on_delete=models.PROTECT, related_name="notes")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    conclusion = models.CharField(_("结论"), max_length=16, choices=LookConclusion.choices)
    text = models.TextField(_("核实情况"))
    written_at = models.DateTimeField(_("时间"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = InterferenceNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("迹象核实结论")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            within("conclusion", LookConclusion),
            models.CheckConstraint(
                condition=~Q(text=""), name="review_interferencenote_has_a_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.conclusion}"
