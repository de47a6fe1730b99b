"""Handing a case over: the history, and the act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from submissions.enums import Holder
from submissions.handover_selectors import has_respondent, tenures_of
from submissions.models import Case
from submissions.policies import may_hand_over, side_of
from submissions.services import case_hand_over


class CaseHandovers(ScopedView):
    """Who held the case, what they changed; posted, it goes to somebody else."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Newest first."""
        return _page(request, self.load(Case.objects.with_names(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """A refusal shows the page again with its sentence and the note."""
        case = self.load(Case.objects.with_names(), pk=pk)
        seen = request.POST.get("seen", "")
        try:
            handover = case_hand_over(
                case_id=case.pk,
                actor=request.user,
                holder=request.POST.get("holder", ""),
                note=request.POST.get("note", ""),
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
            )
        except Refusal as refusal:
            return _page(request, case, refusal)
        messages.success(
            request, _("已办理：%(holder)s。") % {"holder": Holder(handover.holder).label}
        )
        return redirect("case_fill", pk=case.pk)


def _page(
    request: AuthenticatedHttpRequest, case: Case, refusal: Refusal | None = None
) -> HttpResponse:
    case.refresh_from_db(fields=["holder", "status"])
    tenures = tenures_of(case)
    context = {
        "case": case,
        "tenures": tenures,
        "seen": tenures[0].handover.number if tenures else 0,
        "refusal": refusal,
        "note": request.POST.get("note", ""),
        "may_hand_over": may_hand_over(request.user, case),
        "has_respondent": has_respondent(case.unit_id),
        "is_own": side_of(request.user, case) == Holder.RESPONDENT,
        "choices": [(value, label) for value, label in Holder.choices if value != case.holder],
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/case_handovers.html", context, status=status)
