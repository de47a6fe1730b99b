"""A collection exercise: one round of the census, with its standard time and review levels."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.enums import ExerciseStatus, Level
from submissions.models.constraints import within


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
    is_demo = models.BooleanField(_("演示"), default=False)
    requires_signature = models.BooleanField(
        _("审核须签名"), default=False, db_default=False, help_text="Every decision is signed."
    )

    class Meta:
        verbose_name = _("普查阶段")
        constraints: ClassVar = [
            within("status", ExerciseStatus),
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
