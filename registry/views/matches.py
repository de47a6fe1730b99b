"""The queue of doubtful rows: side by side, one key a decision."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.enums import RowOutcome, Verdict
from registry.list_selectors import decisions_recent, waiting_row_next, waiting_rows
from registry.match_page import MatchPage
from registry.models import SourceRow
from registry.services.match_decisions import match_decide, match_reverse


class MatchQueue(ScopedView):
    """The next question of the own jurisdiction."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The row behind `after`, beside its best candidate or the one asked for."""
        row = self._row(request)
        page = None
        if row is not None and row.candidates.exists():
            position = request.GET.get("candidate", "")
            page = MatchPage.of(row, int(position) - 1 if position in set("123") else 0)
        context = {
            "page": page,
            "left": waiting_rows(request.user).count(),
            "recent": decisions_recent(request.user),
        }
        return render(request, "registry/match_queue.html", context)

    def _row(self, request: AuthenticatedHttpRequest) -> SourceRow | None:
        wanted = request.GET.get("row", "")
        if wanted.isdecimal() and len(wanted) < 19:
            rows = self.visible(SourceRow.objects.select_related("source_list"))
            if found := rows.filter(pk=int(wanted), outcome=RowOutcome.WAITING).first():
                return found
        return waiting_row_next(request.user, after=request.GET.get("after", ""))


class MatchDecide(ScopedView):
    """One decision; the next question follows."""

    permission_required = Permission.FRAME_LOAD
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`verdict`, and for the same unit its id. Somebody else's decision is told, not undone."""
        row = self.load(SourceRow.objects.all(), pk=pk)
        unit = request.POST.get("unit", "")
        verdict = request.POST.get("verdict", "")
        try:
            match_decide(
                actor=request.user,
                row_id=row.pk,
                verdict=Verdict.SAME if verdict == Verdict.SAME else Verdict.DIFFERENT,
                unit_id=int(unit) if unit.isdecimal() and len(unit) < 19 else None,
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect(f"{reverse('match_queue')}?row={row.pk}")
        return redirect(f"{reverse('match_queue')}?after={row.division_code}-{row.pk}")


class MatchReverse(ScopedView):
    """Take a decision back; its question is shown again."""

    permission_required = Permission.FRAME_LOAD
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Only what the person may decide, he may reverse."""
        row = self.load(SourceRow.objects.all(), pk=pk)
        try:
            match_reverse(actor=request.user, row_id=row.pk)
            messages.success(request, _("已撤销，请重新判断。"))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect(f"{reverse('match_queue')}?row={row.pk}")
