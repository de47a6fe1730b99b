"""The page of enumerators' work, day by day."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from registry.enums import DivisionLevel
from registry.selectors import divisions_below
from summaries.dashboards.productivity import DAYS, idle_days, work_by_person
from summaries.dashboards.views import PlaceView


class ProductivityView(PlaceView):
    """A county's enumerators; a larger division offers the divisions below it."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The last two weeks, or the two weeks up to a day."""
        context = self.place(request)
        division, exercise = context["division"], context["exercise_shown"]
        last = _day(request.GET.get("until", ""))
        context |= {"until": last, "earlier": last - timedelta(days=DAYS)}
        if exercise is None or division.level < DivisionLevel.COUNTY:
            context["below"] = list(divisions_below(division.code))
            return render(request, "summaries/productivity.html", context)
        days = [last - timedelta(days=ago) for ago in reversed(range(DAYS))]
        people = work_by_person(actor=request.user, exercise=exercise, division=division, days=days)
        today = timezone.localdate()
        context |= {
            "days": days,
            "people": [
                (person, [person.days[day] for day in days], idle_days(person, today))
                for person in people
            ],
        }
        return render(request, "summaries/productivity.html", context)


def _day(text: str) -> date:
    """A day as typed; today where it is none or lies ahead."""
    today = timezone.localdate()
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today
