"""Changes of divisions: the list, one change with what it carries over, and the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place, prefix_of
from accounts.views.base import ScopedView
from registry.division_change_form import DivisionChangeForm
from registry.enums import DivisionChangeState
from registry.models import DivisionChange
from registry.services.division_carrying import change_counts
from registry.services.division_changes import (
    division_change_approve,
    division_change_refuse,
    division_change_request,
    division_change_withdraw,
)
from submissions.enums import JobKind
from submissions.jobs import job_start

PAGE = 50


class DivisionChangeList(ScopedView):
    """Changes of the jurisdiction, the newest first, and the request of another."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The list; the form for whoever may ask."""
        return self._page(request, DivisionChangeForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Put a change before another person, or show every sentence at its field."""
        form = DivisionChangeForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            change = division_change_request(actor=request.user, wanted=form.wanted())
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, form, status=refusal.status)
        messages.success(request, _("已提交，等待另一人批准。"))
        return redirect("division_change", pk=change.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: DivisionChangeForm, *, status: int = 200
    ) -> HttpResponse:
        changes = self.visible(DivisionChange.objects.select_related("requested_by", "decided_by"))
        context = {
            "changes": list(changes[:PAGE]),
            "form": form,
            "may_request": request.user.can_anywhere(Permission.DIVISION_CHANGE),
        }
        return render(request, "registry/division_change_list.html", context, status=status)


class DivisionChangeDetail(ScopedView):
    """One change: what it carries over, who asked, who decided."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Before it is done, what it would carry over; afterwards, what it did."""
        change = self.load(
            DivisionChange.objects.select_related("requested_by", "decided_by"), pk=pk
        )
        waits = change.state == DivisionChangeState.REQUESTED
        is_own = change.requested_by_id == request.user.pk
        counts = change_counts(change) if waits else change.carried
        may = all(
            request.user.has_perm(Permission.DIVISION_CHANGE, Place(code))
            for code in (change.old_code, change.new_code)
        )
        context = {
            "change": change,
            "counts": sorted(
                (str(apps.get_model(label)._meta.verbose_name), number)
                for label, number in counts.items()
            ),
            "may_decide": waits and may and not is_own,
            "may_withdraw": waits and is_own,
            "may_resume": may and change.state == DivisionChangeState.APPROVED,
        }
        return render(request, "registry/division_change_detail.html", context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: approve (and start the work), resume, refuse or withdraw."""
        change = self.load(DivisionChange.objects.all(), pk=pk)
        note = request.POST.get("note", "")[:200]
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: division_change_approve(
                actor=request.user, change_id=change.pk, note=note
            ),
            "resume": lambda: None,
            "refuse": lambda: division_change_refuse(
                actor=request.user, change_id=change.pk, note=note
            ),
            "withdraw": lambda: division_change_withdraw(actor=request.user, change_id=change.pk),
        }
        name = request.POST.get("act", "")
        try:
            if name not in acts:
                messages.error(request, _("请选择一项操作。"))
                return redirect("division_change", pk=pk)
            acts[name]()
            if name in {"approve", "resume"}:
                return redirect("job_detail", pk=_job(request, change).pk)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("已办理。"))
        return redirect("division_change", pk=pk)


def _job(request: AuthenticatedHttpRequest, change: DivisionChange) -> Any:
    """The work, under the division above both: its own row must stay where it is meanwhile."""
    old, new = (prefix_of(code, change.level) for code in (change.old_code, change.new_code))
    shared = 0
    for digits in sorted(PREFIX_LENGTHS.values()):
        if digits < len(old) and old[:digits] == new[:digits]:
            shared = digits
    return job_start(
        kind=JobKind.DIVISION_CHANGE,
        parameters={"change": change.pk},
        actor=request.user,
        division_code=old[:shared].ljust(12, "0"),
    )
