"""The pages of reminders: overdue work and its people, and one's own on the first page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.counts import within
from summaries.dashboards.views import PlaceView
from summaries.models import Reminder
from summaries.reminders.overdue import targets_of
from summaries.reminders.services import reminder_read, reminders_send, reminders_unread

SHOWN = 300
HISTORY = 50


class ReminderPage(PlaceView):
    """Who has overdue work, and who has been reminded when."""

    permission_required = Permission.REMINDER_SEND

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The own division, or one inside it."""
        return self._page(request)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Remind those that are ticked; a refusal keeps the note and the ticks."""
        context = self.place(request)
        if context["exercise_shown"] is None:
            return redirect("reminders")
        try:
            sent = reminders_send(
                actor=request.user,
                exercise=context["exercise_shown"],
                division=context["division"],
                keys=set(request.POST.getlist("target")),
                note=request.POST.get("note", ""),
            )
        except Refusal as refusal:
            return self._page(request, error=refusal.message, status=refusal.status)
        told = ngettext("已催办 %(n)d 人次。", "已催办 %(n)d 人次。", sent.sent) % {"n": sent.sent}
        if sent.skipped:
            told += _("今天已催办过的 %(n)d 人次没有重复催办。") % {"n": sent.skipped}
        messages.success(request, told)
        return redirect(f"{request.path}?division={context['division'].code}")

    def _page(
        self, request: AuthenticatedHttpRequest, *, error: str = "", status: int = 200
    ) -> HttpResponse:
        context = self.place(request)
        exercise, division = context["exercise_shown"], context["division"]
        if exercise is not None:
            targets = targets_of(actor=request.user, exercise=exercise, division=division)
            history = within(self.visible(Reminder.objects.all()), division.prefix)
            context |= {
                "targets": targets[:SHOWN],
                "more": max(len(targets) - SHOWN, 0),
                "history": history.select_related("recipient", "sent_by", "reading")[:HISTORY],
            }
        typed = {
            "error": error,
            "note": request.POST.get("note", ""),
            "ticked": set(request.POST.getlist("target")),
        }
        return render(request, "summaries/reminders.html", {**context, **typed}, status=status)


class OwnReminders(ScopedView):
    """One's own unread reminders: a part of the first page."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Nothing where there are none."""
        return self._part(request)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Take note of one."""
        number = request.POST.get("reminder", "")
        if number.isdecimal() and len(number) < 19:
            reminder_read(actor=request.user, reminder_id=int(number))
        if not request.headers.get("HX-Request"):
            return redirect("home")
        return self._part(request)

    def _part(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        context = {"reminders": reminders_unread(actor=request.user)}
        return render(request, "summaries/_own_reminders.html", context)
