"""The reviewer's queue, the page of one case, decisions and questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, NotAllowed, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.middleware import wants_json
from accounts.scopes import Jurisdiction
from accounts.services.signing_keys import key_in_force
from accounts.signing_session import open_until, signer_of
from accounts.views.base import ScopedView
from audit.enums import ReadWay
from audit.selectors import anchor_found
from instruments.selectors import definition_data, form_titles
from registry.selectors import division_names
from registry.views.division import DivisionView
from review.answers import query_view
from review.bulk import CASES_AT_MOST, bulk_preview
from review.bulk_reviewing import ready_keep
from review.enums import Decision
from review.forms import DecisionForm, filter_query, place_read, place_written, queue_filter
from review.pages import CaseReviewPage, asked_views
from review.quality.report_signing import report_verified
from review.receipts import receipt_pdf
from review.return_reasons import return_report
from review.selectors import Place, decisions_of, queries_of, queue_next, queue_of, queue_page
from review.services import decision_record, query_answer
from review.signing import submission_verified
from submissions.anchor_notice import anchor_is_intact
from submissions.cross_checking import cross_findings_of
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import Case, ItemQuery, Submission
from submissions.presenters.form import FormPresenter
from submissions.reading import case_read
from submissions.retired_answers import retired_answers
from submissions.selectors import submission_latest

PAGE = 50


class ReviewQueue(ScopedView):
    """What waits for this person's decision, oldest first."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset, and how many there are."""
        narrowed = queue_filter(request.GET)
        queue = queue_of(request.user, narrowed)
        place = place_read(request.GET.get("after", ""))
        rows = queue_page(queue, place, PAGE)
        page = rows[:PAGE]
        carried = filter_query(narrowed)
        after = ""
        if len(rows) > PAGE and page[-1].submitted_at:
            after = place_written(Place(page[-1].submitted_at, page[-1].pk))
        query = request.GET.copy()
        query["after"] = after
        names = division_names([case.division_code for case in page])
        context = {
            "rows": [(case, names.get(case.division_code, case.division_code)) for case in page],
            "total": queue.count(),
            "narrowed": narrowed,
            "forms": list(form_titles()),
            "carried": carried,
            "next_query": query.urlencode() if after else "",
            "first_query": (carried or "q=") if place else "",
            "at": timezone.now(),
        }
        return render(request, "review/review_queue.html", context)


class CaseReview(ScopedView):
    """One submitted form, to be decided about."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About twenty queries, whatever the size of the form."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user, way=ReadWay.REVIEW)
        posted = DecisionForm()
        if cell := request.GET.get("ask", ""):
            posted = posted.with_one_more(cell[:160])
        return review_page(request, case, posted)


def review_page(
    request: AuthenticatedHttpRequest,
    case: Case,
    posted: DecisionForm,
    *,
    refusal: Refusal | None = None,
    decision: str = "",
) -> HttpResponse:
    """The page of a case; with what was posted and the sentence where a decision was refused."""
    narrowed = queue_filter(request.GET)
    page = CaseReviewPage(case, request.user)
    queue = queue_of(request.user, narrowed)
    context: dict[str, Any] = {
        "case": case,
        "page": page,
        "form": page.form,
        "retired": retired_answers(case.response),
        "cross_findings": cross_findings_of(case),
        "posted": posted,
        "refusal": refusal,
        "refused_decision": decision,
        "carried": filter_query(narrowed),
        "total": queue.count(),
        "next_case": queue_next(queue, case),
        "signing_until": open_until(request),
        "may_sign": key_in_force(request.user) is not None,
    }
    status = refusal.status if refusal else 200
    return render(request, "review/case_review.html", context, status=status)


class _CaseDecide(ScopedView):
    """A decision; a refusal shows the page again with its sentence beside the button."""

    is_abstract = True
    http_method_names = ["post"]

    def decide(
        self, request: AuthenticatedHttpRequest, pk: int, decision: Decision
    ) -> HttpResponse:
        """Record it and go on to the next case of the queue."""
        case = self.load(Case.objects.with_names(), pk=pk)
        posted = DecisionForm.read(request.POST)
        if request.POST.get("op") == "ask":
            return review_page(request, case, posted.with_one_more())
        if decision != Decision.RETURN and case.review_level == case.exercise.top_level:
            decision = Decision.FINALISE
        following = queue_next(queue_of(request.user, queue_filter(request.GET)), case)
        try:
            recorded = decision_record(
                case_id=case.pk,
                decision=decision,
                actor=request.user,
                reason_codes=posted.reason_codes if decision == Decision.RETURN else (),
                note=posted.note,
                queries=posted.questions if decision == Decision.RETURN else (),
                submission_id=posted.submission_id,
                signer=signer_of(request),
            )
        except Refusal as refusal:
            return review_page(request, case, posted, refusal=refusal, decision=decision.value)
        messages.success(
            request,
            _("%(unit)s %(form)s：%(decision)s。")
            % {
                "unit": case.unit.name,
                "form": case.form_code,
                "decision": recorded.get_decision_display(),
            },
        )
        return redirect(self._onward(request, following))

    def _onward(self, request: AuthenticatedHttpRequest, following: Case | None) -> str:
        query = filter_query(queue_filter(request.GET))
        page = reverse("case_review", args=[following.pk]) if following else reverse("review_queue")
        return f"{page}?{query}" if query else page


class CaseApprove(_CaseDecide):
    """Approve; at the top this makes the form final."""

    permission_required = Permission.CASE_REVIEW

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The level is the case's own."""
        return self.decide(request, pk, Decision.APPROVE)


class CaseReturn(_CaseDecide):
    """Send it back with coded reasons and questions."""

    permission_required = Permission.CASE_REVIEW

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Or add one more question to the form, where there are no scripts."""
        return self.decide(request, pk, Decision.RETURN)


class CaseDecisions(ScopedView):
    """What every level decided and asked, for whoever may see the form."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """A page, or its inside for the page of the form."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user)
        inside = bool(request.headers.get("HX-Request"))
        template = "review/_decisions.html" if inside else "review/case_decisions.html"
        newest = submission_latest(case)
        answers = newest.document if newest else {"values": {}, "rows": {}}
        form = FormPresenter(definition_data(case.instrument_version_id), answers)
        asked = asked_views(queries_of(case), form, reverse("case_fill", args=[case.pk]))
        context = {"case": case, "decisions": decisions_of(case), "asked": asked}
        return render(request, template, context)


class QueryAnswer(ScopedView):
    """The filler's answer to a question."""

    permission_required = Permission.QUERY_ANSWER
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Store it; the page goes back to the question."""
        query = self.load(ItemQuery.objects.select_related("case"), pk=pk)
        try:
            query = query_answer(
                query_id=query.pk, actor=request.user, text=request.POST.get("text", "")
            )
        except Refusal as refusal:
            if wants_json(request):
                raise
            messages.error(request, refusal.message)
        else:
            if wants_json(request):
                return JsonResponse(query_view(query))
            messages.success(request, _("答复已保存。"))
        return redirect(f"{reverse('case_fill', args=[query.case_id])}#q-{query.pk}")


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


class BulkReview(ScopedView):
    """Sign off the routine cases of the queue at once, after a preview."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """What would be approved, and what is left for a person."""
        narrowed = queue_filter(request.GET)
        context = {
            "preview": bulk_preview(actor=request.user, narrowed=narrowed),
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
        preview = bulk_preview(actor=request.user, narrowed=narrowed)
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
                    "list": ready_keep(preview),
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
