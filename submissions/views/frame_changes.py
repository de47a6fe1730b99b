"""Change orders: the queue, one order with its decision, and the request for a unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.enums import FrameChangeKind, FrameChangeState
from registry.evidence_files import file_answer
from registry.frame_change_forms import BirthForm, FrameChangeForm
from registry.frame_change_page import ChangePage, change_rows
from registry.models import FrameChange, Unit
from registry.selectors import unit_by_code
from registry.services.frame_changes import (
    frame_change_refuse,
    frame_change_request,
    frame_change_withdraw,
    may_approve,
)
from submissions.services.lifecycle import frame_change_carry_out, frame_change_take_back

PAGE = 50


class FrameChangeList(ScopedView):
    """Change orders of the jurisdiction, those that wait first."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Filtered by state, kind and whether the register was frozen."""
        changes = self.visible(FrameChange.objects.select_related("requested_by", "decided_by"))
        state = request.GET.get("state", FrameChangeState.REQUESTED)
        if state in FrameChangeState.values:
            changes = changes.filter(state=state)
        kind = request.GET.get("kind", "")
        if kind in FrameChangeKind.values:
            changes = changes.filter(kind=kind)
        if "orders" in request.GET:
            changes = changes.filter(is_change_order=True)
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            changes = changes.filter(pk__lt=int(before))
        found = list(changes.order_by("-pk")[: PAGE + 1])
        query = request.GET.copy()
        query["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
        context = {
            "rows": change_rows(found[:PAGE]),
            "states": FrameChangeState.choices,
            "kinds": FrameChangeKind.choices,
            "state": state,
            "kind": kind,
            "orders": "orders" in request.GET,
            "next_query": query.urlencode() if query["before"] else "",
            "may_register": request.user.can_anywhere(Permission.UNIT_REGISTER),
        }
        return render(request, "registry/frame_change_list.html", context)


class FrameChangeDetail(ScopedView):
    """One order: what changes, who asked, and what may be done about it."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Before and after, side by side."""
        change = self.load(
            FrameChange.objects.select_related("requested_by", "decided_by", "undone_by"), pk=pk
        )
        is_own = change.requested_by_id == request.user.pk
        approves = may_approve(request.user, change)
        waits = change.state == FrameChangeState.REQUESTED
        context = {
            "page": ChangePage.of(change),
            "change": change,
            "may_decide": waits and approves and not is_own,
            "may_withdraw": waits and is_own,
            "may_undo": change.state == FrameChangeState.APPROVED and approves,
        }
        return render(request, "registry/frame_change_detail.html", context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: approve, refuse, withdraw or undo, with a note."""
        change = self.load(FrameChange.objects.all(), pk=pk)
        note = request.POST.get("note", "")[:200]
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: frame_change_carry_out(
                actor=request.user, change_id=change.pk, note=note
            ),
            "refuse": lambda: frame_change_refuse(
                actor=request.user, change_id=change.pk, note=note
            ),
            "withdraw": lambda: frame_change_withdraw(actor=request.user, change_id=change.pk),
            "undo": lambda: frame_change_take_back(
                actor=request.user, change_id=change.pk, reason=note
            ),
        }
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            messages.error(request, _("请选择一项操作。"))
            return redirect("frame_change", pk=pk)
        try:
            act()
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("已办理。"))
        return redirect("frame_change", pk=pk)


class FrameChangeFile(ScopedView):
    """The scanned document behind a change, to whoever may see the change."""

    permission_required = Permission.UNIT_VIEW

    def get(self, _request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """As a download."""
        return file_answer(self.load(FrameChange.objects.all(), pk=pk).file)


class FrameChangeNew(ScopedView):
    """Ask for a change of one unit."""

    permission_required = Permission.UNIT_AMEND

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The form with what the register says; `kind` chooses which facts it asks for."""
        unit = self.load(Unit.objects.all(), pk=pk)
        return self._page(
            request, unit, FrameChangeForm(unit, initial_kind=request.GET.get("kind"))
        )

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Put it before whoever approves it, or show every sentence at its field."""
        unit = self.load(Unit.objects.all(), pk=pk)
        form = FrameChangeForm(unit, request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, unit, form, status=400)
        code = form.cleaned_data["survivor"]
        survivor = unit_by_code(actor=request.user, code=code) if code else None
        if code and survivor is None:
            form.add_error("survivor", _("没有这个代码的普查对象，或不在您的管辖范围内。"))
            return self._page(request, unit, form, status=400)
        try:
            change = frame_change_request(
                actor=request.user, wanted=form.wanted(survivor.pk if survivor else None)
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, unit, form, status=refusal.status)
        messages.success(request, _("已提交，等待批准。"))
        return redirect("frame_change", pk=change.pk)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        unit: Unit,
        form: FrameChangeForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {"unit": unit, "form": form, "kinds": form.kinds}
        return render(request, "registry/frame_change_new.html", context, status=status)


class FrameBirthNew(ScopedView):
    """Ask for a unit to be added where the register is frozen."""

    permission_required = Permission.UNIT_REGISTER

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The empty form."""
        return render(request, "registry/frame_birth_new.html", {"form": BirthForm()})

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The same as a change of a unit."""
        form = BirthForm(request.POST, request.FILES)
        status = 400
        if form.is_valid():
            try:
                change = frame_change_request(actor=request.user, wanted=form.wanted())
            except Refusal as refusal:
                form.add_refusal(refusal)
                status = refusal.status
            else:
                messages.success(request, _("已提交，等待批准。"))
                return redirect("frame_change", pk=change.pk)
        return render(request, "registry/frame_birth_new.html", {"form": form}, status=status)
