"""A unit's page: what the register says, which forms it owes and why, and its history."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.scoping import sampled_forms
from instruments.selectors import form_titles
from registry.models import Unit
from registry.presenters import UnitFacts, history_lines
from registry.selectors import unit_history
from submissions.models import Case
from submissions.presenters.items import localised
from submissions.services import cases_derive


class UnitDetail(ScopedView):
    """The register and the forms of one unit, on one page."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About ten queries."""
        unit = self.load(Unit.objects.select_related("registered_by", "amended_by"), pk=pk)
        user = request.user
        sees_cases = user.has_perm(Permission.CASE_VIEW, unit)
        cases = list(
            Case.objects.filter(unit=unit)
            .with_names()
            .order_by("instrument_version__instrument__sequence", "form_code")
        )
        titles = {code: localised(title) for code, title in form_titles().items()}
        context = {
            "unit": unit,
            "facts": UnitFacts.of(unit),
            "changes": list(unit.frame_changes.select_related("change").order_by("-pk")),
            "history": history_lines(unit_history(unit)),
            "cases": [
                {"case": case, "title": titles.get(case.form_code, ""), "reason": _reason(case)}
                for case in cases
                if sees_cases
            ],
            "sees_cases": sees_cases,
            "sees_reads": user.has_perm(Permission.READS_VIEW, unit),
            "may_fill": user.has_perm(Permission.RESPONSE_SAVE, unit),
            "samples": sampled_forms() if user.has_perm(Permission.FRAME_LOAD, unit) else [],
            "may_amend": user.has_perm(Permission.UNIT_AMEND, unit),
            "may_derive": any(
                user.has_perm(p, unit) for p in (Permission.UNIT_AMEND, Permission.RESPONSE_SAVE)
            ),
        }
        return render(request, "submissions/unit_detail.html", context)


def _reason(case: Case) -> str:
    return localised(case.owed_reason)


class UnitDerive(ScopedView):
    """Derive anew which forms the unit owes."""

    permission_required = Permission.CASE_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Opens what is owed; answers already entered are kept."""
        unit = self.load(Unit.objects.all(), pk=pk)
        cases = cases_derive(unit_id=unit.pk, actor=request.user)
        owed = sum(case.is_owed for case in cases)
        messages.success(
            request, _("已按登记信息核定应填普查表，共 %(count)d 张。") % {"count": owed}
        )
        return redirect("unit_detail", pk=unit.pk)
