"""Notes (批注): what people say to each other beside a cell, kept for ever."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from submissions.models.case import Case
from submissions.models.constraints import paired


class NoteThreadQuerySet(ScopedQuerySet["NoteThread"]):
    """Adjectives that narrow a list of threads."""

    def open(self) -> Self:
        """Threads that nobody has called settled."""
        return self.filter(resolved_at__isnull=True)

    def naming(self, user_id: int) -> Self:
        """Threads in which somebody wrote @ and this person."""
        return self.filter(notes__mentions__contains=[user_id]).distinct()


class NoteThread(models.Model):
    """A conversation about one cell; `cell` empty: about the form as a whole.

    Unlike an `ItemQuery` it blocks nothing: it is not a reviewer's act.
    """

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="note_threads")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    cell = models.CharField(_("指标"), max_length=160, blank=True)
    opened_at = models.DateTimeField(_("提出时间"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(_("解决时间"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = NoteThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("批注")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [paired("resolved")]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "id"], name="notethread_division"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.cell}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id


class Note(models.Model):
    """One entry of a thread. The database refuses to change or remove it."""

    thread = models.ForeignKey(NoteThread, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("内容"))
    written_at = models.DateTimeField(_("时间"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    mentions = ArrayField(
        models.BigIntegerField(), default=list, help_text="Accounts named with @ in the text."
    )

    class Meta:
        verbose_name = _("批注内容")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="submissions_note_has_a_text"),
        ]
        indexes: ClassVar = [GinIndex(fields=["mentions"], name="note_mentions")]

    def __str__(self) -> str:
        return self.text[:40]
