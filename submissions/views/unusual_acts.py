"""Acts that depart from the ordinary course, shown to everybody they concern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Permission
from accounts.event_details import details_told
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.scopes import Jurisdiction, OwnUnit
from accounts.views.base import ScopedView
from audit.enums import AuditAction
from audit.selectors import unusual_of, unusual_within
from audit.unusual import UNUSUAL
from registry.selectors import division_names
from submissions.models import Case

PAGE = 50
CASE = Case._meta.label_lower


def _events_of(actor: User) -> Any:
    """Of the jurisdictions; a respondent sees those on the own unit and its forms."""
    scopes = actor.scopes_for(Permission.CASE_VIEW)
    prefixes = [p for s in scopes if isinstance(s, Jurisdiction) for p in s.prefixes]
    if prefixes:
        return unusual_within(prefixes)
    units = [s.unit_id for s in scopes if isinstance(s, OwnUnit)]
    cases = Case.objects.visible_to(actor).values_list("pk", flat=True)
    own = [(CASE, str(pk)) for pk in cases]
    return unusual_of([*own, *(("registry.unit", str(pk)) for pk in units)])


class UnusualActs(ScopedView):
    """The unusual acts of the jurisdiction, newest first."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset, narrowed by act and division."""
        events = _events_of(request.user)
        action = request.GET.get("action", "")
        if action in UNUSUAL:
            events = events.filter(action=action)
        division = request.GET.get("division", "").strip()
        if division.isdecimal() and division.isascii():
            events = events.filter(division_code__startswith=division)
        if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
            events = events.filter(pk__lt=int(before))
        rows = list(events[: PAGE + 1])
        query = request.GET.copy()
        query["before"] = str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""
        context = {
            "lines": _lines(rows[:PAGE]),
            "actions": sorted((a.value, a.label) for a in AuditAction if a in UNUSUAL),
            "filters": request.GET,
            "next_query": query.urlencode() if len(rows) > PAGE else "",
            "at": timezone.now(),
        }
        return render(request, "submissions/unusual_acts.html", context)


class CaseUnusualActs(ScopedView):
    """The unusual acts on one form."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """All of them: a form has few."""
        case = self.load(Case.objects.with_names(), pk=pk)
        rows = unusual_of([(CASE, str(case.pk))])[:200]
        context = {"case": case, "lines": _lines(rows), "at": timezone.now()}
        return render(request, "submissions/unusual_acts.html", context)


def _lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    events = list(rows)
    names = division_names([event.division_code.ljust(12, "0") for event in events])
    return [
        {
            "event": event,
            "place": names.get(event.division_code.ljust(12, "0"), event.division_code),
            "case": event.subject_id if event.subject_type == CASE else "",
            "details": list(details_told(event.detail)),
        }
        for event in events
    ]
