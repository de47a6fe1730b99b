"""Signing off the routine cases of the queue at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, NotAllowed, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.signing_session import open_until, signer_of
from accounts.views.base import ScopedView
from review.bulk import CASES_AT_MOST, bulk_preview
from review.bulk_reviewing import ready_keep
from review.forms import filter_query, queue_filter
from submissions.enums import JobKind
from submissions.jobs import job_start


class BulkReview(ScopedView):
    """Sign off the routine cases of the queue at once, after a preview."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """What would be approved, and what is left for a person."""
        narrowed = queue_filter(request.GET)
        context = {
            "preview": bulk_preview(
                actor=request.user, narrowed=narrowed, signs=signer_of(request) is not None
            ),
            "signing_until": open_until(request),
            "carried": filter_query(narrowed),
            "at_most": CASES_AT_MOST,
            "at": timezone.now(),
        }
        return render(request, "review/bulk_review.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start the work that was previewed."""
        narrowed = queue_filter(request.GET)
        here = f"{reverse('bulk_review')}?{filter_query(narrowed)}"
        if "confirmed" not in request.POST:
            messages.error(request, _("请先核对并勾选确认。"))
            return redirect(here)
        scopes = request.user.scopes_for(Permission.CASE_REVIEW)
        prefixes = [scope.prefix for scope in scopes if isinstance(scope, Jurisdiction)]
        signer = signer_of(request)
        preview = bulk_preview(actor=request.user, narrowed=narrowed, signs=signer is not None)
        try:
            if not prefixes:
                raise NotAllowed(_("您没有审核的区划，请逐份审核。"))
            if preview.token != request.POST.get("token", ""):
                raise Conflict(
                    _("预览以后待审核的普查表有变化，请重新预览。"), code="preview_changed"
                )
            job = job_start(
                kind=JobKind.BULK_REVIEW,
                parameters={
                    "list": ready_keep(preview, actor=request.user, signer=signer),
                    "token": preview.token,
                    "by": request.user.pk,
                },
                actor=request.user,
                division_code=min(prefixes, key=len).ljust(12, "0"),
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect(here)
        return redirect("job_detail", pk=job.pk)
