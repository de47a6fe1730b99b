"""Practice: the sets, an attempt on the real entry grid, handing in, the marks, the records."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Missing, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.selectors import division_names
from submissions.answers import finding_answer, progress_answer, save_answer
from submissions.forms import PostedForm
from submissions.models import PracticeAttempt
from submissions.practice.sets import PracticeSet, practice_sets
from submissions.practice_page import AttemptPage, MarkedError, marked_errors
from submissions.practice_selectors import attempt_of, attempts_of
from submissions.services import practice_begin, practice_finish, practice_save
from submissions.views.cells import save_asked

RECORDS_SHOWN = 200


class PracticeList(ScopedView):
    """The sets, the own attempts, and for an office the records of its people."""

    permission_required = Permission.PRACTISE

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Two queries."""
        attempts = attempts_of(request.user)
        context = {
            "sets": [
                (practice, _best(practice, attempts)) for practice in practice_sets().values()
            ],
            "attempts": [(attempt, practice_sets().get(attempt.set_code)) for attempt in attempts],
        }
        return render(request, "submissions/practice_list.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Begin, or go on with the attempt that is not handed in."""
        attempt = practice_begin(actor=request.user, set_code=request.POST.get("set", ""))
        return redirect("practice_attempt", pk=attempt.pk)


class PracticeRecords(ScopedView):
    """Who has practised what, with which score: for the office of their place."""

    permission_required = Permission.PRACTICE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The newest that were handed in. Three queries."""
        found = self.visible(PracticeAttempt.objects.filter(finished_at__isnull=False))
        attempts = list(found.select_related("person").order_by("-pk")[:RECORDS_SHOWN])
        places = division_names({attempt.division_code for attempt in attempts})
        rows = [
            (attempt, practice_sets().get(attempt.set_code), places.get(attempt.division_code, ""))
            for attempt in attempts
        ]
        return render(request, "submissions/practice_records.html", {"rows": rows})


class PracticeAttemptPage(ScopedView):
    """One's own attempt: on the grid until it is handed in, then with its marks."""

    permission_required = Permission.PRACTISE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About six queries."""
        return _shown(request, _own(request, pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The whole form, from a browser without scripts."""
        attempt = _own(request, pk)
        page = AttemptPage(attempt, request.user)
        base = PostedForm(request.POST, {}, {}).base_version
        form = PostedForm(request.POST, page.answers["values"], page.response.rows)
        changes = form.changes()
        try:
            if changes:
                practice_save(
                    actor=request.user,
                    attempt_id=pk,
                    save_id=form.save_id,
                    base_version=base,
                    changes=changes,
                )
        except Refusal as refusal:
            return _shown(request, attempt, posted=form.values, refusal=refusal)
        return redirect("practice_attempt", pk=pk)


class PracticeCells(ScopedView):
    """The grid's door: the same shape as a real form's."""

    permission_required = Permission.PRACTISE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Save changes."""
        result = practice_save(actor=request.user, attempt_id=pk, **save_asked(request))
        return JsonResponse({**save_answer(result), "authors": {}, "present": []})

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The findings; nobody else is at it."""
        page = AttemptPage(_own(request, pk), request.user)
        answer = {
            "version": page.response.version,
            "cells": {},
            "rows": page.response.rows,
            "findings": [finding_answer(failure) for failure in page.failures],
            "progress": progress_answer(page.response.case),
            "authors": {},
            "present": [],
        }
        return JsonResponse(answer)


class PracticeFinish(ScopedView):
    """Handing in."""

    permission_required = Permission.PRACTISE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Asks once more; alone for the dialog of the grid."""
        attempt = _own(request, pk)
        page = AttemptPage(attempt, request.user)
        part = "HX-Request" in request.headers
        template = (
            "submissions/_practice_finish.html" if part else "submissions/practice_finish.html"
        )
        return render(request, template, {"attempt": attempt, "open": len(page.failures)})

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Mark it, and show the marks."""
        practice_finish(actor=request.user, attempt_id=pk)
        return redirect("practice_attempt", pk=pk)


def _own(request: AuthenticatedHttpRequest, pk: int) -> PracticeAttempt:
    attempt = attempt_of(request.user, pk)
    if attempt is None:
        raise Missing(_("没有这次练习。"))
    return attempt


def _best(practice: PracticeSet, attempts: list[PracticeAttempt]) -> int | None:
    scores = [a.score for a in attempts if a.set_code == practice.code and a.score is not None]
    return max(scores, default=None)


def _shown(
    request: AuthenticatedHttpRequest,
    attempt: PracticeAttempt,
    *,
    posted: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    page = AttemptPage(attempt, request.user)
    marks: list[MarkedError] = marked_errors(page) if attempt.finished_at else []
    context: dict[str, Any] = {
        "attempt": attempt,
        "page": page,
        "form": page.presenter(posted),
        "marks": marks,
        "save_id": uuid.uuid4(),
        "refusal": refusal,
        "records": reverse("practice_list"),
    }
    if not attempt.finished_at and refusal is None:
        context["grid_data"] = page.grid_data(context["form"])
    status = refusal.status if refusal else 200
    return render(request, "submissions/practice_attempt.html", context, status=status)
