"""A question a reviewer pins to a cell; it must be answered before the case is submitted again."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.case import Case
from submissions.models.constraints import paired
from submissions.models.submission import Submission


class ItemQueryQuerySet(ScopedQuerySet["ItemQuery"]):
    """Adjectives that narrow a list of queries."""

    def unanswered(self) -> Self:
        """Queries that block the next submission."""
        return self.filter(answered_at__isnull=True)


class ItemQuery(models.Model):
    """`cell` is a cell path; empty: the query is about the form as a whole."""

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="queries")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="queries")
    cell = models.CharField(_("指标"), max_length=160, blank=True)
    text = models.TextField(_("疑问"))
    raised_at = models.DateTimeField(_("提出时间"))
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    addressed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("答复"), blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ItemQueryQuerySet.as_manager()

    class Meta:
        verbose_name = _("疑问")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            paired("answered", answer=""),
            models.CheckConstraint(condition=~Q(text=""), name="submissions_itemquery_has_a_text"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="itemquery_division"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.cell}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id
