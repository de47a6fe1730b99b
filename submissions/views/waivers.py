"""Waivers: the list, one with its history, asking for one, deciding about one."""

from __future__ import annotations

from datetime import date

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
from submissions.enums import WaiverAct, WaiverState
from submissions.models import Case, EditFailure, RuleWaiver
from submissions.presenters.findings import FindingView
from submissions.presenters.items import language
from submissions.services import waiver_decide, waiver_request
from submissions.waiver_selectors import (
    RULE_ID,
    WaiverSearch,
    decisions_of_waiver,
    rule_message,
    waiver_counts,
    waiver_page,
    waivers_found,
)


class WaiverList(ScopedView):
    """Waivers of the own jurisdiction, and for those who oversee it their number by rule."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        search = WaiverSearch.read(request.GET)
        page, after = waiver_page(waivers_found(request.user, search), request.GET.get("after", ""))
        oversees = request.user.can_anywhere(Permission.FINDING_REPORT_VIEW)
        counts = waiver_counts(request.user, search) if oversees else []
        codes = [waiver.division_code for waiver in page]
        names = division_names([*codes, *(f"{count['county']:0<12}" for count in counts)])
        query = request.GET.copy()
        query["after"] = str(after or "")
        context = {
            "search": search,
            "lines": [
                (waiver, names.get(waiver.division_code, ""), WaiverState(waiver.state).label)
                for waiver in page
            ],
            "counts": [(count, names.get(f"{count['county']:0<12}", "")) for count in counts],
            "states": WaiverState.choices,
            "decides": request.user.can_anywhere(Permission.WAIVER_APPROVE),
            "next_query": query.urlencode() if after else "",
            "at": timezone.now(),
        }
        return render(request, "submissions/waiver_list.html", context)


class WaiverDetail(ScopedView):
    """One waiver: the rule, the reason, and what became of it."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the buttons of those who may decide."""
        today = timezone.localdate()
        waiver = self.load(RuleWaiver.objects.with_state(today).with_names(), pk=pk)
        return waiver_shown(request, waiver)


def waiver_shown(
    request: AuthenticatedHttpRequest, waiver: RuleWaiver, *, refusal: Refusal | None = None
) -> HttpResponse:
    """The page of a waiver; with the sentence where a decision was refused."""
    case = waiver.case
    may_decide = request.user.has_perm(Permission.WAIVER_APPROVE, case)
    context = {
        "waiver": waiver,
        "case": case,
        "state": WaiverState(waiver.state),
        "message": rule_message(case, waiver.rule_id, language()),
        "findings": [
            FindingView(failure)
            for failure in EditFailure.objects.filter(case=case, rule_id=waiver.rule_id)
        ],
        "decisions": decisions_of_waiver(waiver),
        "may_decide": may_decide and waiver.requested_by_id != request.user.pk,
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/waiver_detail.html", context, status=status)


class WaiverDecide(ScopedView):
    """Approve, refuse or revoke."""

    permission_required = Permission.WAIVER_APPROVE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """A refusal shows the page again with its sentence and what was written."""
        today = timezone.localdate()
        waiver = self.load(RuleWaiver.objects.with_state(today).with_names(), pk=pk)
        act = request.POST.get("act", "")
        try:
            if act not in WaiverAct.values:
                raise Invalid(_("请求不对。"))
            waiver_decide(
                waiver_id=waiver.pk,
                act=WaiverAct(act),
                actor=request.user,
                note=request.POST.get("note", ""),
            )
        except Refusal as refusal:
            return waiver_shown(request, waiver, refusal=refusal)
        messages.success(
            request,
            _("%(unit)s %(rule)s：%(act)s。")
            % {
                "unit": waiver.case.unit.name,
                "rule": waiver.rule_id,
                "act": WaiverAct(act).label,
            },
        )
        return redirect("waiver_detail", pk=waiver.pk)


class WaiverRequest(ScopedView):
    """Ask that a rule be set aside for this form."""

    permission_required = Permission.WAIVER_REQUEST

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`?rule=` is the rule."""
        case = self.load(Case.objects.with_names(), pk=pk)
        return _request_page(request, case, request.GET.get("rule", ""))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """A refusal shows the form again with its sentence and what was written."""
        case = self.load(Case.objects.with_names(), pk=pk)
        rule = request.POST.get("rule", "")
        try:
            waiver = waiver_request(
                case_id=case.pk,
                rule_id=rule if RULE_ID.fullmatch(rule) else "",
                reason=request.POST.get("reason", ""),
                valid_until=_day(request.POST.get("valid_until", "")),
                actor=request.user,
            )
        except Refusal as refusal:
            return _request_page(request, case, rule, refusal=refusal)
        messages.success(request, _("豁免申请已提交，等待批准。"))
        return redirect("waiver_detail", pk=waiver.pk)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(_("请填写有效期，如 2018-06-30。"), cell="valid_until") from error


def _request_page(
    request: AuthenticatedHttpRequest, case: Case, rule: str, *, refusal: Refusal | None = None
) -> HttpResponse:
    rule = rule if RULE_ID.fullmatch(rule) else ""
    context = {
        "case": case,
        "rule": rule,
        "message": rule_message(case, rule, language()),
        "rules": sorted(
            set(
                EditFailure.objects.filter(case=case, kind="rule").values_list("rule_id", flat=True)
            )
        ),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "valid_until": request.POST.get("valid_until", ""),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/waiver_request.html", context, status=status)
