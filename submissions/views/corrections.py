"""Corrections after final approval: the list, one with both versions, asking, deciding."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.selectors import division_names
from submissions.correction_selectors import (
    cells_listed,
    correction_state,
    corrections_seen,
    side_by_side,
    submission_after,
)
from submissions.enums import CaseStatus
from submissions.models import Case, CorrectionRequest, Response
from submissions.phase_enums import CorrectionState, Verdict
from submissions.presenters.items import language
from submissions.selectors import submission_latest
from submissions.services import ProposedChange, correction_decide, correction_request

PAGE = 50


class CorrectionList(ScopedView):
    """Corrections of the jurisdiction, newest first."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        found = corrections_seen(request.user)
        after = request.GET.get("after", "")
        if after.isdecimal() and len(after) < 16:
            found = found.filter(pk__lt=int(after))
        if request.GET.get("waiting") == "1":
            found = found.undecided()
        rows = list(found[: PAGE + 1])
        names = division_names([row.division_code for row in rows])
        query = request.GET.copy()
        query["after"] = str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""
        context = {
            "lines": [
                (
                    row,
                    names.get(row.division_code, ""),
                    correction_state(row, submission_after(row)),
                )
                for row in rows[:PAGE]
            ],
            "waiting": request.GET.get("waiting") == "1",
            "next_query": query.urlencode() if len(rows) > PAGE else "",
            "at": timezone.now(),
        }
        return render(request, "submissions/correction_list.html", context)


class CorrectionDetail(ScopedView):
    """One correction: why, which cells, and before and after side by side."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the buttons of those who may decide."""
        return correction_page(
            request, self.load(CorrectionRequest.objects.all().with_names(), pk=pk)
        )


def correction_page(
    request: AuthenticatedHttpRequest,
    correction: CorrectionRequest,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The page of a correction; with the sentence where a decision was refused."""
    case = correction.case
    after = submission_after(correction)
    state = correction_state(correction, after)
    waits = state == CorrectionState.REQUESTED
    is_own = correction.requested_by_id == request.user.pk
    signs = case.exercise.top_level in request.user.levels_for(Permission.CASE_REVIEW, case)
    context = {
        "correction": correction,
        "case": case,
        "state": state,
        "after": after,
        "is_approved": state == CorrectionState.DONE,
        "lines": side_by_side(correction, after, language()),
        "may_decide": waits and signs and not is_own,
        "may_withdraw": waits and is_own,
        "level": case.exercise.top_level.label,
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/correction_detail.html", context, status=status)


class CorrectionDecide(ScopedView):
    """Approve, refuse or withdraw; the service asks who may."""

    permission_required = Permission.CASE_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`verdict`, `note`."""
        correction = self.load(CorrectionRequest.objects.all().with_names(), pk=pk)
        verdict = request.POST.get("verdict", "")
        try:
            if verdict not in Verdict.values:
                raise Invalid(_("请求不对。"))
            correction_decide(
                correction_id=correction.pk,
                verdict=Verdict(verdict),
                actor=request.user,
                note=request.POST.get("note", ""),
            )
        except Refusal as refusal:
            return correction_page(request, correction, refusal=refusal)
        messages.success(
            request, _("更正申请：%(verdict)s。") % {"verdict": Verdict(verdict).label}
        )
        return redirect("correction_detail", pk=correction.pk)


class CorrectionNew(ScopedView):
    """Ask that a final form be corrected."""

    permission_required = Permission.CORRECTION_REQUEST

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The form's cells with their values; those that are filled in are asked for."""
        return _request_page(request, self.load(Case.objects.with_names(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """A refusal shows the page again with its sentence and what was written."""
        case = self.load(Case.objects.with_names(), pk=pk)
        try:
            correction = correction_request(
                case_id=case.pk,
                reason=request.POST.get("reason", ""),
                actor=request.user,
                changes=_proposed(request),
            )
        except Refusal as refusal:
            return _request_page(request, case, refusal=refusal)
        messages.success(request, _("更正申请已提交，等待定稿的一级批准。"))
        return redirect("correction_detail", pk=correction.pk)


def _proposed(request: AuthenticatedHttpRequest) -> list[ProposedChange]:
    """The cells that were ticked, with what stands beside them."""
    if request.POST.get("scope") == "whole":
        return []
    changes = [
        ProposedChange(
            cell=cell.replace("\x00", "")[:160],
            value=request.POST.get(f"v:{cell}", "").replace("\x00", ""),
            reason=request.POST.get(f"r:{cell}", "").replace("\x00", ""),
        )
        for cell in request.POST.getlist("cell")
    ]
    if not changes:
        raise Invalid(
            _("请勾选要更正的指标；需要修改整张表的，请选择“整张表”。"), code="cells_required"
        )
    return changes


def _request_page(
    request: AuthenticatedHttpRequest, case: Case, *, refusal: Refusal | None = None
) -> HttpResponse:
    plain = Response.objects.get(case=case).plain()
    chosen, wanted = set(request.POST.getlist("cell")), request.GET.get("cell", "")
    lines = [
        {
            "line": line,
            "chosen": line.cell in chosen or line.cell == wanted,
            "typed": request.POST.get(f"v:{line.cell}", ""),
            "reason": request.POST.get(f"r:{line.cell}", ""),
        }
        for line in cells_listed(case.instrument_version_id, plain, language())
    ]
    context = {
        "case": case,
        "submission": submission_latest(case),
        "is_final": case.status == CaseStatus.FINAL,
        "lines": lines,
        "scope": request.POST.get("scope", "cells"),
        "reason": request.POST.get("reason", ""),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/correction_new.html", context, status=status)
