"""The pages of dashboards: one division with what lies below it, and its findings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from registry.models import Division
from registry.selectors import division_get, division_names, divisions_above, divisions_below
from submissions.answers import message_of
from submissions.models import CollectionExercise
from summaries.dashboards.charts import chart_of
from summaries.dashboards.days import days_of
from summaries.dashboards.figures import ages_of, dashboard_of, kept_for_nation
from summaries.dashboards.findings import (
    FindingSearch,
    finding_page,
    findings_found,
    places_of,
    rules_of,
)
from summaries.dashboards.industries import industries_of
from summaries.dashboards.page import MEASURES, DashboardPage
from summaries.progress import forms_counted, own_divisions
from summaries.selectors import exercise_current


class PlaceView(ScopedView):
    """What the pages of one division share: the division asked for, its crumbs, the form."""

    is_abstract = True
    permission_required = Permission.PROGRESS_VIEW

    def place(self, request: AuthenticatedHttpRequest) -> dict[str, Any]:
        """The context of every such page. 404 outside the jurisdiction."""
        own = own_divisions(request.user)
        division = self.division(request.GET.get("division", "") or (own[0] if own else ""))
        exercise = exercise_current(request.GET.get("exercise", "")[:20])
        forms = forms_counted(actor=request.user, exercise=exercise) if exercise else []
        asked = request.GET.get("form", "")
        return {
            "division": division,
            "crumbs": divisions_above(division, own),
            "others": division_names(own) if len(own) > 1 else {},
            "exercise_shown": exercise,
            "forms": forms,
            "form_code": asked if asked in forms else "",
            "at": timezone.now(),
        }

    def division(self, code: str) -> Division:
        """A division of the jurisdiction."""
        found = division_get(code) if code.isdecimal() and len(code) == 12 else None
        permission = self.permission_required or Permission.PROGRESS_VIEW
        if found is None or not self.request.user.has_perm(permission, Place(found.code)):
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        return found


class DashboardView(PlaceView):
    """Where a division and the divisions below it stand."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The own division, or one inside it."""
        context = self.place(request)
        exercise: CollectionExercise | None = context["exercise_shown"]
        if exercise is None:
            return render(request, "summaries/dashboard.html", context)
        asked = {
            "actor": request.user,
            "exercise": exercise,
            "division": context["division"],
            "form_code": context["form_code"],
        }
        dashboard = dashboard_of(**asked)
        ages, ages_at = ages_of(**asked)
        days = days_of(actor=request.user, exercise=exercise, division=context["division"])
        measure = request.GET.get("measure", "")
        page = DashboardPage(
            dashboard,
            ages,
            measure if measure in MEASURES else MEASURES[0],
            [
                (
                    _("进度（占应填份数）"),
                    chart_of(
                        days,
                        [
                            ("started", _("已开始")),
                            ("submitted", _("已提交")),
                            ("final", _("已定稿")),
                        ],
                        is_percent=True,
                    ),
                ),
            ],
        )
        more = {"page": page, "at": dashboard.at, "ages_at": ages_at, "days": days}
        return render(request, "summaries/dashboard.html", {**context, **more})


class IndustryDashboard(PlaceView):
    """The forms of a division by industry."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The own division, or one inside it."""
        context = self.place(request)
        exercise: CollectionExercise | None = context["exercise_shown"]
        if exercise is not None:
            lines, at = industries_of(
                actor=request.user,
                exercise=exercise,
                division=context["division"],
                form_code=context["form_code"],
            )
            context |= {"lines": lines, "at": at}
        return render(request, "summaries/industry_dashboard.html", context)


class FindingDashboard(PlaceView):
    """The standing findings by rule and by place, with their trend."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The own division, or one inside it."""
        context = self.place(request)
        exercise: CollectionExercise | None = context["exercise_shown"]
        if exercise is None:
            return render(request, "summaries/finding_dashboard.html", context)
        division: Division = context["division"]
        asked = {
            "actor": request.user,
            "exercise": exercise,
            "division": division,
            "form_code": context["form_code"],
        }
        name = f"findings:{exercise.pk}:{context['form_code']}"
        ((rules, totals), places), at = kept_for_nation(
            division, name, lambda: (rules_of(**asked), places_of(**asked))
        )
        days = days_of(actor=request.user, exercise=exercise, division=division)
        measures = [
            ("hard", _("强制性问题")),
            ("soft_open", _("待说明")),
            ("explained", _("已说明")),
        ]
        more = {
            "at": at,
            "rules": rules,
            "totals": totals,
            "places": [
                (child, places.get(child.prefix, {})) for child in divisions_below(division.code)
            ],
            "chart": chart_of(days, measures, is_percent=False),
        }
        return render(request, "summaries/finding_dashboard.html", {**context, **more})


class FindingList(PlaceView):
    """The findings behind a number."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset, and how many there are."""
        context = self.place(request)
        exercise: CollectionExercise | None = context["exercise_shown"]
        if exercise is None:
            raise Http404(_("没有正在进行的普查。"))
        search = FindingSearch.read(request.GET.dict())
        found = findings_found(
            actor=request.user, exercise=exercise, search=search, division=context["division"]
        )
        page, after = finding_page(found, request.GET.get("after", ""))
        names = division_names({finding.division_code for finding in page})
        query = request.GET.copy()
        query.pop("after", None)
        first_query = query.urlencode() or "page=1"
        query["after"] = after
        more = {
            "search": search,
            "total": found.count(),
            "lines": [
                (finding, names.get(finding.division_code, ""), message_of(finding))
                for finding in page
            ],
            "next_query": query.urlencode() if after else "",
            "first_query": first_query if request.GET.get("after") else "",
        }
        return render(request, "summaries/finding_list.html", {**context, **more})
