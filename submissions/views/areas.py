"""Areas that report as units are opened here; and who belongs to a sample."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from instruments.scoping import sampled_forms
from registry.enums import DivisionLevel
from registry.models import Division, Unit
from registry.selectors import division_get
from registry.services import unit_samples_set
from submissions.area_pages import area_levels, own_division
from submissions.services import areas_open, cases_derive


def _division(request: AuthenticatedHttpRequest, code: str) -> Division:
    """The division asked for, where it lies in the own jurisdiction; else the own one."""
    own = own_division(request.user)
    asked = division_get(code) if code else own
    if own is None or asked is None or not _is_inside(request, asked):
        raise Http404(_("没有找到，或不在您的管辖范围内。"))
    return asked


def _is_inside(request: AuthenticatedHttpRequest, division: Division) -> bool:
    return request.user.has_perm(Permission.FRAME_LOAD, Place(division.code))


def _page(
    request: AuthenticatedHttpRequest, division: Division, *, refusal: Refusal | None = None
) -> HttpResponse:
    context = {"division": division, "levels": area_levels(division), "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "submissions/areas.html", context, status=status)


class Areas(ScopedView):
    """Open the units of areas that report, level by level."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """How many report already, how many would be opened, and what they owe."""
        return _page(request, _division(request, request.GET.get("division", "")))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Open one level; what is there already stays as it is."""
        division = _division(request, request.POST.get("division", ""))
        level = request.POST.get("level", "")
        try:
            opened = areas_open(
                actor=request.user,
                division_code=division.code,
                level=DivisionLevel(int(level)) if level in {"1", "2", "3", "4", "5"} else None,
            )
        except Refusal as refusal:
            return _page(request, division, refusal=refusal)
        messages.success(
            request,
            _("已开设 %(units)d 个填报单位，下达普查表 %(cases)d 张。")
            % {"units": opened.units, "cases": opened.cases},
        )
        return redirect("areas")


class UnitSamples(ScopedView):
    """Which samples and key regions a unit belongs to."""

    permission_required = Permission.UNIT_VIEW

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Write it and derive the forms anew; back to the unit's page."""
        unit = self.load(Unit.objects.all(), pk=pk)
        try:
            unit_samples_set(
                actor=request.user,
                unit_id=unit.pk,
                samples=request.POST.getlist("samples"),
                known=sampled_forms(),
                reason=request.POST.get("reason", ""),
            )
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            messages.error(request, refusal.message)
        else:
            cases_derive(unit_id=unit.pk, actor=request.user)
            messages.success(request, _("抽样和重点范围已保存，应填普查表已重新核定。"))
        return redirect("unit_detail", pk=unit.pk)
