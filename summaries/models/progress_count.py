"""How many cases of a town stand where: exact, kept by triggers on the cases themselves."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise
from submissions.models.constraints import within
from summaries.enums import ProgressState


class ProgressCountQuerySet(ScopedQuerySet["ProgressCount"]):
    """Counters inside a jurisdiction."""


class ProgressCount(models.Model):
    """One row per exercise, town, form, state and level; rolled up on read.

    Only the triggers of `summaries.triggers` write it, in the transaction that moves the case.
    Never a row for the nation: every save of the country would wait for it.
    """

    view_permission = Permission.PROGRESS_VIEW

    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="progress_counts"
    )
    division_code = models.CharField(_("乡级区划"), max_length=12, db_collation="C")
    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    state = models.CharField(_("状态"), max_length=12, choices=ProgressState.choices)
    review_level = models.CharField(
        _("审核层级"), max_length=12, choices=Level.choices, blank=True, default=""
    )
    count = models.IntegerField(_("份数"))

    objects = ProgressCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("进度计数")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise", "division_code", "form_code", "state", "review_level"],
                name="summaries_progresscount_once",
            ),
            within("state", ProgressState),
            models.CheckConstraint(
                condition=models.Q(count__gte=0), name="summaries_progresscount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.form_code} {self.state}"
