"""Verifying a receipt; the coded reasons of returns."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.downloads import download_answer
from accounts.enums import Level, Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.selectors import anchor_found
from registry.views.division import DivisionView
from review.quality.report_signing import report_verified
from review.receipts import receipt_pdf
from review.return_reasons import return_report
from review.signing import submission_verified
from submissions.anchor_notice import anchor_is_intact
from submissions.models import Case, Submission


class Verify(ScopedView):
    """Whether a receipt's content and signatures still fit. Shows no answer of any form."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`code`: the number on a receipt, or the day or value of an anchor."""
        code = request.GET.get("code", "").strip().replace("\0", "")[:64]
        anchor = anchor_found(code.lower())
        context = {
            "code": code,
            "found": submission_verified(code.upper()) if code and not anchor else None,
            "report": report_verified(code.upper()[:40]) if code and not anchor else None,
            "anchor": anchor,
            "anchor_is_intact": anchor is not None and anchor_is_intact(anchor),
        }
        return render(request, "review/verify.html", context)


class CaseReceiptPdf(ScopedView):
    """The receipt of one submission as a page to keep (copy of record)."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int, number: int) -> HttpResponse:
        """With every level's decision and signature so far."""
        case = self.load(Case.objects.with_names(), pk=pk)
        submission = (
            Submission.objects.filter(case=case, number=number)
            .select_related(
                "case__unit", "case__exercise", "submitted_by", "instrument_version__instrument"
            )
            .first()
        )
        if submission is None:
            raise Http404
        address = request.build_absolute_uri(f"{reverse('verify')}?code={submission.receipt_code}")
        return download_answer(
            receipt_pdf(submission, address), "application/pdf", f"{submission.receipt_code}.pdf"
        )


class ReturnReasons(DivisionView):
    """The coded reasons of returns, by division."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`level`: the returns of one level of sign-off."""
        division = self.division()
        level = request.GET.get("level", "")
        context = {
            **self.heading(division),
            "report": return_report(actor=request.user, division=division, level=level),
            "levels": Level.choices,
            "level": level,
        }
        return render(request, "review/return_reasons.html", context)
