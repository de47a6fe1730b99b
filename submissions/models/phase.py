"""Phases of an exercise (普查阶段), their opening and closing, and their deadlines."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.models.constraints import within
from submissions.models.exercise import CollectionExercise
from submissions.phase_enums import PhaseKind, PhaseMove, Work


class ExercisePhase(models.Model):
    """One phase as the exercise's plan has it: which works it opens, what must hold to begin and end.

    The names of criteria are keys of `submissions.phase_criteria.CRITERIA`.
    """

    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="phases"
    )
    position = models.PositiveSmallIntegerField(_("次序"))
    kind = models.CharField(_("阶段"), max_length=12, choices=PhaseKind.choices)
    works = ArrayField(
        models.CharField(max_length=12, choices=Work.choices), verbose_name=_("开放的工作")
    )
    entry_criteria = ArrayField(models.CharField(max_length=40), verbose_name=_("开始条件"))
    exit_criteria = ArrayField(models.CharField(max_length=40), verbose_name=_("结束条件"))

    class Meta:
        verbose_name = _("阶段")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise", "kind"], name="submissions_phase_once_an_exercise"
            ),
            models.UniqueConstraint(
                fields=["exercise", "position"], name="submissions_phase_position_once"
            ),
            within("kind", PhaseKind),
        ]

    def __str__(self) -> str:
        return str(PhaseKind(self.kind).label)


class PhaseAct(models.Model):
    """A phase begun or ended in an area. Append-only: the newest act that covers a place decides.

    `area_prefix` holds the significant digits of the area, none for the nation. It is public to
    everybody who may enter: a phase binds all, so the row is not scoped.
    """

    phase = models.ForeignKey(ExercisePhase, on_delete=models.PROTECT, related_name="acts")
    move = models.CharField(_("行为"), max_length=5, choices=PhaseMove.choices)
    area_prefix = models.CharField(_("范围"), max_length=12, blank=True, db_collation="C")
    figures = models.JSONField(_("条件"), default=dict)
    is_forced = models.BooleanField(_("条件未满足"), default=False)
    reason = models.TextField(_("理由"), blank=True)
    agreed = models.ForeignKey(
        "submissions.TwoPersonRequest", on_delete=models.PROTECT, null=True, related_name="+"
    )
    acted_at = models.DateTimeField(_("时间"))
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("阶段的开始与结束")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            within("move", PhaseMove),
            models.CheckConstraint(
                condition=Q(is_forced=False) | Q(agreed__isnull=False),
                name="submissions_phaseact_forced_by_two",
            ),
        ]
        indexes: ClassVar = [
            # the newest act of a phase over a place
            models.Index(fields=["phase", "area_prefix", "-id"], name="phaseact_area"),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.move} {self.area_prefix or '-'}"


class PhaseDeadline(models.Model):
    """The last day of a phase's filling in an area. Append-only; the nearest area's newest holds."""

    phase = models.ForeignKey(ExercisePhase, on_delete=models.PROTECT, related_name="deadlines")
    area_prefix = models.CharField(_("范围"), max_length=12, blank=True, db_collation="C")
    due_on = models.DateField(_("截止日期"))
    reason = models.TextField(_("理由"), blank=True)
    extension = models.OneToOneField(
        "submissions.DeadlineExtension",
        on_delete=models.PROTECT,
        null=True,
        related_name="deadline",
    )
    set_at = models.DateTimeField(_("时间"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("截止日期")
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            # the newest deadline of a phase over a place
            models.Index(fields=["phase", "area_prefix", "-id"], name="phasedeadline_area"),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.area_prefix or '-'} {self.due_on}"


class CalendarDay(models.Model):
    """A day that the published list of holidays does not have, or has otherwise."""

    day = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("工作日"))
    name = models.CharField(_("说明"), max_length=40)

    class Meta:
        verbose_name = _("工作日历")
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
