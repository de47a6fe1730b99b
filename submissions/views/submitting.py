"""Submitting a form, and the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import ReadWay
from submissions.form_page import FormPage
from submissions.models import Case, Submission
from submissions.reading import case_read
from submissions.services import case_submit
from submissions.verification import submission_is_intact


class CaseSubmit(ScopedView):
    """What stands in the way first, then the submission itself."""

    permission_required = Permission.CASE_SUBMIT

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The check before submitting: a page, or its inside for the grid's dialog."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user)
        page = FormPage(case, request.user)
        form = page.presenter()
        context = {
            "case": case,
            "form": form,
            "response": page.response,
            "hard": [f for f in form.problems if f.is_hard],
            "open": [f for f in form.problems if f.is_open],
            "blanks": form.blanks,
            "queries": page.open_queries,
        }
        context["is_ready"] = not any(
            context[name] for name in ("hard", "open", "blanks", "queries")
        )
        inside = bool(request.headers.get("HX-Request"))
        template = "submissions/_submit_check.html" if inside else "submissions/case_submit.html"
        return render(request, template, context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Freeze and number it; a refusal leads back to the check."""
        case = self.load(Case.objects.all(), pk=pk)
        base = request.POST.get("base_version", "")
        try:
            submission = case_submit(
                case_id=case.pk,
                actor=request.user,
                base_version=int(base) if base.isdecimal() and len(base) < 10 else None,
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("case_submit", pk=case.pk)
        return redirect("case_receipt", pk=case.pk, number=submission.number)


class CaseReceipt(ScopedView):
    """The receipt of one submission, to be printed and kept."""

    permission_required = Permission.CASE_VIEW

    def get(
        self, request: AuthenticatedHttpRequest, pk: int, number: int | None = None
    ) -> HttpResponse:
        """The named submission, or the newest; its hash is computed again and compared."""
        case = self.load(Case.objects.with_names(), pk=pk)
        submissions = list(
            Submission.objects.filter(case=case).select_related("submitted_by", "case")
        )
        chosen = next((s for s in submissions if s.number == number), None)
        if number is None and submissions:
            chosen = submissions[-1]
        if chosen is None:
            raise Http404
        case_read(case=case, actor=request.user, way=ReadWay.RECEIPT)
        context = {
            "case": case,
            "submission": chosen,
            "submissions": submissions,
            "is_intact": submission_is_intact(chosen),
            "form": FormPage(case, request.user).presenter(failures=[]),
        }
        return render(request, "submissions/case_receipt.html", context)
