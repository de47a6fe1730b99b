"""The first page and the list of cases."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Level, Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.selectors import form_titles
from registry.selectors import division_names
from submissions.enums import CaseStatus
from submissions.note_selectors import mentions_count
from submissions.page_selectors import (
    CaseSearch,
    case_page,
    cases_found,
    work_of,
)


class Home(ScopedView):
    """What waits for this person, by role."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Returned forms first."""
        user = request.user
        context = {
            "work": work_of(user),
            "fills": user.can_anywhere(Permission.RESPONSE_SAVE),
            "reviews": user.can_anywhere(Permission.CASE_REVIEW),
            "registers": user.can_anywhere(Permission.UNIT_REGISTER),
            "sees_progress": user.can_anywhere(Permission.PROGRESS_VIEW),
            "summarises": user.can_anywhere(Permission.SUMMARY_RUN),
            "manages": user.can_anywhere(Permission.ACCOUNT_MANAGE),
            "audits": user.can_anywhere(Permission.AUDIT_VIEW),
            "mentions": mentions_count(user),
            "at": timezone.now(),
        }
        return render(request, "submissions/home.html", context)


class CaseList(ScopedView):
    """Cases of the own jurisdiction; also the list behind every number of the progress page."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset, and how many there are."""
        search = CaseSearch.read(request.GET)
        found = cases_found(actor=request.user, search=search)
        page, after = case_page(found, request.GET.get("after", ""))
        query = request.GET.copy()
        query.pop("after", None)
        first_query = query.urlencode() or "q="
        if after:
            query["after"] = after
        places = division_names([case.division_code for case in page])
        context = {
            "search": search,
            "lines": [(case, places.get(case.division_code, case.division_code)) for case in page],
            "total": found.count(),
            "at": timezone.now(),
            "next_query": query.urlencode() if after else "",
            "first_query": first_query if request.GET.get("after") else "",
            "forms": list(form_titles()),
            "statuses": CaseStatus.choices,
            "levels": Level.choices,
        }
        return render(request, "submissions/case_list.html", context)
