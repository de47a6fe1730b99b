"""The audit screen: who did what, where and when. For auditors; it lives beside the accounts
because the audit app knows nobody's rights."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Permission
from accounts.event_details import details_told
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.views.base import ScopedView
from audit.enums import AuditAction
from audit.selectors import events_within, latest_seal

PAGE_SIZE = 50


class AuditList(ScopedView):
    """Acts inside the auditor's jurisdiction, newest first, keyset paged."""

    permission_required = Permission.AUDIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Filter by act, person and division; two queries."""
        scopes = request.user.scopes_for(Permission.AUDIT_VIEW)
        events = events_within(
            [p for s in scopes if isinstance(s, Jurisdiction) for p in s.prefixes]
        )
        action = request.GET.get("action", "")
        if action in AuditAction.values:
            events = events.filter(action=action)
        if person := request.GET.get("person", "").strip().replace("\x00", ""):
            events = events.filter(actor_name__contains=person)
        if (division := request.GET.get("division", "").strip()).isdecimal():
            events = events.filter(division_code__startswith=division)
        if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
            events = events.filter(pk__lt=int(before))
        rows = list(events[: PAGE_SIZE + 1])
        query = request.GET.copy()
        if len(rows) > PAGE_SIZE:
            query["before"] = str(rows[PAGE_SIZE - 1].pk)
        return render(
            request,
            "accounts/audit_list.html",
            {
                "events": [
                    {"event": event, "details": list(details_told(event.detail))}
                    for event in rows[:PAGE_SIZE]
                ],
                "next_query": query.urlencode() if len(rows) > PAGE_SIZE else "",
                "actions": AuditAction.choices,
                "filters": request.GET,
                "seal": latest_seal(),
            },
        )
