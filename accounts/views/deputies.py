"""Deputies and absences: who decides in whose place."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.deputy_selectors import deputies_of
from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.services.deputies import absence_end, absence_record, deputy_end, deputy_name
from accounts.views.base import ScopedView


class DeputyPage(ScopedView):
    """One page for everything about deputies."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """What there is, and what may be done."""
        return self._page(request)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`act`: name, end, absent or back. A refusal keeps what was typed."""
        try:
            self._act(request)
        except Refusal as refusal:
            return self._page(request, refusal)
        return redirect("deputies")

    def _act(self, request: AuthenticatedHttpRequest) -> None:
        posted = {name: str(request.POST[name]).replace("\0", "") for name in request.POST}
        act = posted.get("act", "")
        if act == "name":
            named = deputy_name(
                actor=request.user,
                assignment_id=_number(posted.get("assignment", "")),
                username=posted.get("username", ""),
                valid_from=_day(posted, "valid_from"),
                valid_to=_day(posted, "valid_to"),
                reason=posted.get("reason", ""),
            )
            messages.success(
                request, _("已指定 %(name)s 代理。") % {"name": named.deputy.full_name}
            )
        elif act == "end":
            deputy_end(actor=request.user, deputyship_id=_number(posted.get("deputyship", "")))
            messages.success(request, _("代理已终止，已作的审核结论不变。"))
        elif act == "absent":
            absence_record(
                actor=request.user,
                username=posted.get("absent", ""),
                valid_from=_day(posted, "away_from"),
                valid_to=_day(posted, "away_to"),
                reason=posted.get("why", ""),
            )
            messages.success(request, _("缺勤已登记。"))
        elif act == "back":
            absence_end(actor=request.user, absence_id=_number(posted.get("absence", "")))
            messages.success(request, _("已销假。"))
        else:
            raise Invalid(_("请选择一项操作。"))

    def _page(
        self, request: AuthenticatedHttpRequest, refusal: Refusal | None = None
    ) -> HttpResponse:
        context = {
            "deputies": deputies_of(request.user),
            "today": timezone.localdate(),
            "typed": request.POST if refusal else {},
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return render(request, "accounts/deputies.html", context, status=status)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _day(posted: dict[str, str], name: str) -> date:
    try:
        day = parse_date(posted.get(name, "").strip())
    except ValueError:
        day = None
    if day is None:
        raise Invalid(_("请填写日期，写成 2018-10-01 的样子。"), code="date_wrong", cell=name)
    return day
