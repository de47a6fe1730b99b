"""One person's attempt at a practice set; it is no answer of any census."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet


class PracticeAttemptQuerySet(ScopedQuerySet["PracticeAttempt"]):
    """Attempts of the own jurisdiction."""


class PracticeAttempt(models.Model):
    """`cells` and `rows` as in a response. Marked once, when handed in."""

    view_permission = Permission.PRACTICE_VIEW

    set_code = models.CharField(_("练习"), max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("练习人"),
    )
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    cells = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    last_save_id = models.UUIDField(null=True)
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("交卷时间"), null=True)
    score = models.PositiveSmallIntegerField(_("得分"), null=True)
    marking = models.JSONField(null=True)

    objects = PracticeAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("练习成绩")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, score__isnull=True, marking__isnull=True)
                | Q(finished_at__isnull=False, score__lte=100, marking__isnull=False),
                name="submissions_practiceattempt_marked_iff_finished",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="practice_division"),
            models.Index(fields=["person", "-id"], name="practice_person"),
        ]

    def __str__(self) -> str:
        return f"{self.set_code} {self.person_id}"
