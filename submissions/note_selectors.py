"""Reading notes: the threads of a form, its people, and what names a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import User
from submissions.models import Case, ItemQuery, NoteThread, ResponseRevision, Submission

PAGE = 50
PEOPLE_AT_MOST = 20


def threads_of(case: Case) -> QuerySet[NoteThread]:
    """The threads of a form with their notes, the open ones first. Two queries."""
    return (
        NoteThread.objects.filter(case=case)
        .select_related("opened_by", "resolved_by")
        .prefetch_related("notes__written_by")
        .order_by("resolved_at", "pk")
    )


def people_of(case: Case) -> list[User]:
    """Who has had to do with the form: offered where somebody types @. One query."""
    sources = (
        ResponseRevision.objects.filter(response__case=case).values("actor"),
        Submission.objects.filter(case=case).values("submitted_by"),
        ItemQuery.objects.filter(case=case).values("raised_by"),
        NoteThread.objects.filter(case=case).values("notes__written_by"),
    )
    ids = sources[0].union(*sources[1:])
    return list(
        User.objects.filter(pk__in=ids, is_active=True).order_by("username")[:PEOPLE_AT_MOST]
    )


def note_list(actor: User, *, mine: bool, after: str) -> tuple[Sequence[NoteThread], int | None]:
    """Open threads this person may see, newest first, and where the next page begins."""
    threads = NoteThread.objects.visible_to(actor).open()
    if mine:
        threads = threads.naming(actor.pk)
    if after.isdecimal() and len(after) < 16:
        threads = threads.filter(pk__lt=int(after))
    found = list(
        threads.select_related("case__unit", "case__instrument_version", "opened_by", "resolved_by")
        .prefetch_related("notes__written_by")
        .order_by("-pk")[: PAGE + 1]
    )
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def mentions_count(actor: User) -> int:
    """How many open threads name this person. One query."""
    return NoteThread.objects.visible_to(actor).open().naming(actor.pk).count()
