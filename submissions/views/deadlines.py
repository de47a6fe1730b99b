"""Deadlines by phase and area, requests for more time, and the working calendar."""

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
from accounts.scopes import Place
from accounts.views.base import ScopedView
from submissions.models import DeadlineExtension
from submissions.phase_enums import WORKS_WITH_A_DEADLINE, Verdict
from submissions.phase_selectors import (
    area_name,
    calendar_entered,
    deadlines_seen,
    exercise_shown,
    extensions_seen,
    own_areas_of,
)
from submissions.phases.calendar import published, workdays_between, years_known
from submissions.services import (
    calendar_day_set,
    deadline_set,
    extension_decide,
    extension_request,
)
from submissions.services.extensions import approver_level


class DeadlineList(ScopedView):
    """The deadlines that bind here, and the requests for more time."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`exercise` is a code."""
        return deadlines_page(request)


def deadlines_page(
    request: AuthenticatedHttpRequest, *, refusal: Refusal | None = None
) -> HttpResponse:
    """The page; a refusal stands at the form it answers, with what was typed."""
    user, today = request.user, timezone.localdate()
    exercise = exercise_shown(request.GET.get("exercise", ""))
    phases = list(exercise.phases.all()) if exercise else []
    rows = deadlines_seen(user, exercise) if exercise else []
    own = own_areas_of(user, Permission.DEADLINE_EXTEND)
    context = {
        "shown": exercise,
        "deadlines": [
            (row, area_name(row.area_prefix), workdays_between(today, row.due_on)) for row in rows
        ],
        "extensions": [
            (
                row,
                area_name(row.area_prefix),
                not hasattr(row, "decision")
                and approver_level(row, user) is not None
                and row.requested_by_id != user.pk,
                not hasattr(row, "decision") and row.requested_by_id == user.pk,
            )
            for row in extensions_seen(user)
        ],
        "phases": [p for p in phases if WORKS_WITH_A_DEADLINE.intersection(p.works)],
        "county_areas": [(area, area_name(area)) for area in own if len(area) >= 6],
        "may_set": user.can_anywhere(Permission.PHASE_MANAGE),
        "is_national": user.has_perm(Permission.PHASE_MANAGE, Place("")),
        "calendar": calendar_entered(today),
        "holidays": [
            (day, is_workday, name)
            for day, (is_workday, name) in sorted(published().items())
            if day >= today
        ][:20],
        "years": ", ".join(map(str, sorted(years_known()))),
        "is_year_known": today.year in years_known(),
        "refusal": refusal,
        "typed": request.POST,
        "today": today,
        "at": timezone.now(),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/deadline_list.html", context, status=status)


def _day(text: str, cell: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(_("请填写日期，如 2018-06-30。"), code="day_required", cell=cell) from error


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise Invalid(_("请选择阶段。"), code="phase_required", cell="phase")
    return int(text)


def _area(text: str) -> str:
    text = text.strip()
    if text and not (text.isdecimal() and text.isascii() and len(text) <= 12):
        raise Invalid(_("区划代码应为 2 至 12 位数字。"), code="area_unknown", cell="area")
    return text


class DeadlineSet(ScopedView):
    """Set the last day of a phase in an area."""

    permission_required = Permission.PHASE_MANAGE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`phase`, `area`, `due_on`."""
        try:
            deadline_set(
                phase_id=_whole(request.POST.get("phase", "")),
                area_prefix=_area(request.POST.get("area", "")),
                due_on=_day(request.POST.get("due_on", ""), "due_on"),
                actor=request.user,
                reason=request.POST.get("reason", "").replace("\x00", ""),
            )
        except Refusal as refusal:
            return deadlines_page(request, refusal=refusal)
        messages.success(request, _("截止日期已设定。"))
        return redirect("deadline_list")


class ExtensionRequest(ScopedView):
    """Ask for more time."""

    permission_required = Permission.DEADLINE_EXTEND
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`phase`, `area`, `due_on`, `reason`."""
        try:
            extension_request(
                phase_id=_whole(request.POST.get("phase", "")),
                area_prefix=_area(request.POST.get("area", "")),
                due_on=_day(request.POST.get("due_on", ""), "due_on"),
                reason=request.POST.get("reason", ""),
                actor=request.user,
            )
        except Refusal as refusal:
            return deadlines_page(request, refusal=refusal)
        messages.success(request, _("延期申请已提交，等待上级批准。"))
        return redirect("deadline_list")


class ExtensionDecide(ScopedView):
    """Approve, refuse, or withdraw a request for more time."""

    permission_required = Permission.DEADLINE_EXTEND
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`verdict`, `note`."""
        extension = self.load(DeadlineExtension.objects.all(), pk=pk)
        verdict = request.POST.get("verdict", "")
        try:
            if verdict not in Verdict.values:
                raise Invalid(_("请求不对。"))
            extension_decide(
                extension_id=extension.pk,
                verdict=Verdict(verdict),
                actor=request.user,
                note=request.POST.get("note", ""),
            )
        except Refusal as refusal:
            return deadlines_page(request, refusal=refusal)
        messages.success(
            request, _("延期申请：%(verdict)s。") % {"verdict": Verdict(verdict).label}
        )
        return redirect("deadline_list")


class CalendarDaySet(ScopedView):
    """Enter a day that is worked, or not, otherwise than published."""

    permission_required = Permission.PHASE_MANAGE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`day`, `is_workday`, `name`."""
        try:
            calendar_day_set(
                day=_day(request.POST.get("day", ""), "day"),
                is_workday=request.POST.get("is_workday") == "1",
                name=request.POST.get("name", ""),
                actor=request.user,
            )
        except Refusal as refusal:
            return deadlines_page(request, refusal=refusal)
        messages.success(request, _("工作日历已调整。"))
        return redirect("deadline_list")
