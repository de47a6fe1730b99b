"""A collection exercise: one round of the census, with its standard time and review levels."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.enums import ExerciseStatus, Level
from submissions.models.constraints import within
from submissions.phase_enums import ExerciseKind

MARKS = {
    ExerciseKind.PILOT: _("试点数据，不是普查结果"),
    ExerciseKind.TRAINING: _("培训练习，不是普查数据"),
    ExerciseKind.DEMONSTRATION: _("演示，数据均为虚构"),
}


class CollectionExercise(models.Model):
    """For example the Second National Census (standard time 2017-12-31 24:00)."""

    code = models.CharField(_("编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    standard_time = models.DateTimeField(_("标准时点"))
    levels = ArrayField(
        models.CharField(max_length=12, choices=Level.choices), verbose_name=_("审核层级")
    )
    status = models.CharField(
        _("状态"), max_length=12, choices=ExerciseStatus.choices, default=ExerciseStatus.OPEN
    )
    due_on = models.DateField(_("截止日期"), null=True, blank=True)
    kind = models.CharField(
        _("性质"),
        max_length=13,
        choices=ExerciseKind.choices,
        default=ExerciseKind.REAL,
        db_default=ExerciseKind.REAL,
    )
    has_phases = models.BooleanField(
        _("分阶段"),
        default=False,
        db_default=False,
        help_text="Without phases every work is open as long as the exercise is.",
    )
    requires_signature = models.BooleanField(
        _("审核须签名"), default=False, db_default=False, help_text="Every decision is signed."
    )
    review_days = models.JSONField(
        _("各级审核时限"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="Level → workdays it has for a form; a level that is not here has no limit.",
    )
    days_off = ArrayField(
        models.DateField(),
        verbose_name=_("放假日"),
        default=list,
        db_default=[],
        blank=True,
        help_text="Days of the State Council's holiday notice that are no workdays.",
    )
    extra_workdays = ArrayField(
        models.DateField(),
        verbose_name=_("调休上班日"),
        default=list,
        db_default=[],
        blank=True,
        help_text="Saturdays and Sundays on which the same notice has people work.",
    )

    class Meta:
        verbose_name = _("普查阶段")
        constraints: ClassVar = [
            within("status", ExerciseStatus),
            within("kind", ExerciseKind),
            models.CheckConstraint(
                condition=Q(levels__len__gt=0), name="submissions_exercise_has_a_level"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def top_level(self) -> Level:
        """Where a case is finalised."""
        return Level(self.levels[-1])

    @property
    def is_real(self) -> bool:
        """Whether its figures are figures of the census."""
        return self.kind == ExerciseKind.REAL

    @property
    def is_demo(self) -> bool:
        """Whether it is a demonstration."""
        return self.kind == ExerciseKind.DEMONSTRATION

    @property
    def mark(self) -> str:
        """What every page, print and file of an exercise that is not the real one says; or blank."""
        if self.is_real:
            return ""
        return str(MARKS[ExerciseKind(self.kind)])
