"""Notes beside a form: read, written and settled; and the list of those that name the reader."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from submissions.models import Case, NoteThread
from submissions.note_selectors import note_list, people_of, threads_of
from submissions.presenters.notes import ThreadPresenter
from submissions.services import note_write, thread_resolve

PART = "part"


def thread_number(text: str) -> int | None:
    """The number of a thread as a form or an address names it."""
    return int(text) if text.isdecimal() and len(text) < 16 else None


def notes_page(
    request: AuthenticatedHttpRequest, case: Case, *, refusal: Refusal | None = None
) -> HttpResponse:
    """The panel alone where the page's script asks for it, else a page of its own."""
    posted = request.POST if refusal else request.GET
    context = {
        "case": case,
        "threads": ThreadPresenter.all_of(case, threads_of(case)),
        "people": people_of(case),
        "may_write": request.user.has_perm(Permission.NOTE_WRITE, case),
        "refusal": refusal,
        "cell": posted.get("cell", "")[:160],
        "posted_thread": thread_number(posted.get("thread", "")) or 0,
        "text": posted.get("text", ""),
    }
    part = PART in request.GET
    template = "submissions/_notes.html" if part else "submissions/case_notes.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


class CaseNotes(ScopedView):
    """The threads of one form, and what is written to them."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About eight queries, whatever the number of notes."""
        return notes_page(request, self.load(Case.objects.with_names(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Write a note; a refusal shows the panel again with the sentence and the text."""
        case = self.load(Case.objects.with_names(), pk=pk)
        try:
            note_write(
                case_id=case.pk,
                actor=request.user,
                text=request.POST.get("text", ""),
                cell=request.POST.get("cell", ""),
                thread_id=thread_number(request.POST.get("thread", "")),
            )
        except Refusal as refusal:
            return notes_page(request, case, refusal=refusal)
        if PART in request.GET:
            return notes_page(request, case)
        return redirect("case_notes", pk=case.pk)


class ThreadResolve(ScopedView):
    """Call a thread settled."""

    permission_required = Permission.NOTE_WRITE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Back to the notes of the form."""
        thread = self.load(NoteThread.objects.select_related("case__unit", "case__exercise"), pk=pk)
        case = thread.case
        try:
            thread_resolve(thread_id=thread.pk, actor=request.user)
        except Refusal as refusal:
            return notes_page(request, case, refusal=refusal)
        if PART in request.GET:
            return notes_page(request, case)
        return redirect("case_notes", pk=case.pk)


class NoteList(ScopedView):
    """Open threads of the own jurisdiction, those that name the reader first asked for."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        mine = request.GET.get("all", "") != "1"
        threads, after = note_list(request.user, mine=mine, after=request.GET.get("after", ""))
        query = request.GET.copy()
        query["after"] = str(after or "")
        context = {
            "threads": ThreadPresenter.of_many(threads),
            "mine": mine,
            "next_query": query.urlencode() if after else "",
        }
        return render(request, "submissions/note_list.html", context)
