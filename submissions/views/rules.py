"""The pages of edit rules for specialists: search, one rule, its findings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.selectors import form_titles
from registry.selectors import division_names
from submissions.answers import message_of
from submissions.division_filter import division_read
from submissions.enums import Severity
from submissions.form_page import rules_url
from submissions.models import Case
from submissions.presenters.items import localised
from submissions.presenters.rules import RulePage, TrialView
from submissions.rule_catalogue import RuleEntry, RuleSearch, rule_entry, rule_history, rules_found
from submissions.rule_selectors import (
    cases_to_try,
    finding_counts,
    finding_totals,
    findings_of_rule,
    measurements_of,
)
from submissions.services import rule_measure

PAGE = 100


class RuleList(ScopedView):
    """Every rule of the current forms, searched."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Two queries whatever the number of rules."""
        search = RuleSearch.read(request.GET)
        found = rules_found(search)
        page_text = request.GET.get("page", "1")
        page = int(page_text) if page_text.isdecimal() and 0 < len(page_text) < 5 else 1
        shown = found[(page - 1) * PAGE : page * PAGE]
        totals = finding_totals(request.user, [entry.rule.id for entry in shown])
        query = request.GET.copy()
        query["page"] = str(page + 1)
        context = {
            "search": search,
            "total": len(found),
            "lines": [
                (entry, localised(entry.rule.message), totals.get(entry.rule.id, 0))
                for entry in shown
            ],
            "forms": list(form_titles()),
            "severities": Severity.choices,
            "next_query": query.urlencode() if len(found) > page * PAGE else "",
            "at": timezone.now(),
        }
        return render(request, "submissions/rule_list.html", context)


def _entry(code: str, rule_id: str) -> RuleEntry:
    entry = rule_entry(code, rule_id)
    if entry is None:
        raise Http404(_("没有这条审核关系。"))
    return entry


class RuleDetail(ScopedView):
    """One rule: what it says, its examples run, how often it fires, a case tried."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest, code: str, rule_id: str) -> HttpResponse:
        """`?case=` tries the rule on a visible case, `?unit=` looks for cases to try."""
        entry = _entry(code, rule_id)
        page = RulePage(entry)
        counts = finding_counts(request.user, rule_id)
        names = division_names([f"{count.county:0<12}" for count in counts])
        asked = request.GET.get("unit", "")
        context = {
            "page": page,
            "entry": entry,
            "history": rule_history(code, rule_id),
            "counts": [(count, names.get(f"{count.county:0<12}", "")) for count in counts],
            "total": sum(count.findings for count in counts),
            "runs": measurements_of(code, rule_id),
            "unit": asked[:100],
            "cases": cases_to_try(request.user, code, asked),
            "tried": self._tried(page, request.GET.get("case", "")),
            "browser": {
                "rule": rule_id,
                "rules": rules_url(entry.version_id),
                "engine": static("js/evaluation.js"),
                "examples": page.for_browser,
            },
            "at": timezone.now(),
        }
        return render(request, "submissions/rule_detail.html", context)

    def _tried(self, page: RulePage, number: str) -> TrialView | None:
        if not (number.isdecimal() and len(number) < 16):
            return None
        case = self.load(
            Case.objects.with_names(), pk=int(number), form_code=page.entry.definition.code
        )
        return page.tried(case)


class RuleMeasure(ScopedView):
    """Measure the rule now, over a sample of the own jurisdiction."""

    permission_required = Permission.FINDING_REPORT_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, code: str, rule_id: str) -> HttpResponse:
        """Back to the rule's page."""
        _entry(code, rule_id)
        try:
            rule_measure(form_code=code, rule_id=rule_id, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("已测定。"))
        return redirect("rule_detail", code=code, rule_id=rule_id)


class RuleFindings(ScopedView):
    """The findings of one rule in the own jurisdiction."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest, code: str, rule_id: str) -> HttpResponse:
        """One page by keyset; `?division=` narrows it."""
        entry = _entry(code, rule_id)
        division = division_read(request.GET.get("division", ""))
        page, after = findings_of_rule(
            request.user, rule_id, division, request.GET.get("after", "")
        )
        names = division_names({finding.division_code for finding in page})
        query = request.GET.copy()
        query["after"] = str(after or "")
        context = {
            "entry": entry,
            "division": division,
            "lines": [
                (finding, names.get(finding.division_code, ""), message_of(finding))
                for finding in page
            ],
            "next_query": query.urlencode() if after else "",
            "at": timezone.now(),
        }
        return render(request, "submissions/rule_findings.html", context)
