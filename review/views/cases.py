"""The page of one case, decisions about it, claims and questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.middleware import wants_json
from accounts.services.signing_keys import key_in_force
from accounts.signing_session import open_until, signer_of
from accounts.views.base import ScopedView
from audit.enums import ReadWay
from instruments.selectors import definition_data
from review.answers import query_view
from review.claiming import (
    case_claim,
    case_hand_back,
    case_take_back,
    claims_held,
    may_take_back,
)
from review.enums import Decision
from review.forms import DecisionForm, filter_query, queue_filter
from review.pages import CaseReviewPage, asked_views
from review.queue_order import ORDERS
from review.selectors import (
    COUNTED_AT_MOST,
    decisions_of,
    queries_of,
    queue_next,
    queue_of,
    queue_previous,
    queue_size,
)
from review.services import decision_record, query_answer
from submissions.cross_checking import cross_findings_of
from submissions.models import Case, ItemQuery
from submissions.presenters.form import FormPresenter
from submissions.reading import case_read
from submissions.retired_answers import retired_answers
from submissions.selectors import submission_latest


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
    order = ORDERS[narrowed.order]
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
        "total": queue_size(queue),
        "counted_at_most": COUNTED_AT_MOST,
        "next_case": queue_next(queue, order, case),
        "previous_case": queue_previous(queue, order, case),
        "claim": claims_held([case]).get(case.pk),
        "may_take_back": may_take_back(request.user, case),
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
        narrowed = queue_filter(request.GET)
        following = queue_next(queue_of(request.user, narrowed), ORDERS[narrowed.order], case)
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


class CaseClaims(ScopedView):
    """Take a case in hand, put it back, or take it away from whoever has it."""

    permission_required = Permission.CASE_VIEW
    http_method_names = ["post"]
    acts: ClassVar[dict[str, Callable[..., object]]] = {
        "claim": case_claim,
        "hand_back": case_hand_back,
        "take_back": case_take_back,
    }

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: claim, hand_back or take_back. Back to the case, or to the claims."""
        case = self.load(Case.objects.with_names(), pk=pk)
        act = request.POST.get("act", "")
        try:
            if act not in self.acts:
                raise Invalid(_("请选择一项操作。"))
            self.acts[act](case_id=case.pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        if not request.user.has_perm(Permission.CASE_REVIEW, case):
            return redirect("claims")
        query = filter_query(queue_filter(request.GET))
        page = reverse("case_review", args=[case.pk])
        return redirect(f"{page}?{query}" if query else page)


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
