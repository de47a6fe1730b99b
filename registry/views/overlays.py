"""Overlays: the list, and one with its units, its places, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.enums import OverlayKind, UnitKind
from registry.models import Overlay
from registry.overlays import overlay_units
from registry.presenters import unit_rows
from registry.services.overlays import (
    OverlayData,
    overlay_save,
    overlay_unit_remove,
    overlay_units_add,
)

SHOWN = 200


class OverlayForm(forms.Form):
    """An overlay. What is acceptable, the service says."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=OverlayKind.choices)
    code = forms.CharField(label=gettext_lazy("代码"), max_length=30)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    division_code = forms.RegexField(
        "^[0-9]{12}$", label=gettext_lazy("主管普查办的区划代码"), max_length=12
    )
    places = forms.CharField(
        label=gettext_lazy("整体划入的乡级、村级区划"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("12 位代码，用空格、逗号或换行分开。"),
    )

    def data_given(self) -> OverlayData:
        """What was typed, as a value."""
        said = self.cleaned_data
        return OverlayData(**{**said, "kind": OverlayKind(said["kind"])})

    def add_refusal(self, refusal: Refusal) -> None:
        """Put the service's sentence at its field."""
        self.add_error(refusal.cell if refusal.cell in self.fields else None, refusal.message)


class OverlayList(ScopedView):
    """Every overlay of the jurisdiction, and the form of another."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The list; the form for whoever may keep overlays."""
        return self._page(request, OverlayForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Enter one; what is wrong is told at its field."""
        form = OverlayForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            overlay = overlay_save(actor=request.user, data=form.data_given())
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, form, status=refusal.status)
        return redirect("overlay", pk=overlay.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: OverlayForm, *, status: int = 200
    ) -> HttpResponse:
        overlays = list(self.visible(Overlay.objects.all())[:SHOWN])
        context = {
            "rows": [(o, overlay_units(actor=request.user, overlay=o).count()) for o in overlays],
            "form": form,
            "may_keep": request.user.can_anywhere(Permission.FRAME_LOAD),
        }
        return render(request, "registry/overlay_list.html", context, status=status)


class OverlayDetail(ScopedView):
    """One overlay: its units by kind, and those that were put in by their codes."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the form filled in."""
        return self._page(request, self.load(Overlay.objects.all(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: save, add (codes) or remove (a unit)."""
        overlay = self.load(Overlay.objects.all(), pk=pk)
        acts: dict[str, Callable[[], Any]] = {
            "add": lambda: overlay_units_add(
                actor=request.user, overlay_id=pk, codes=request.POST.get("codes", "")
            ),
            "remove": lambda: overlay_unit_remove(
                actor=request.user, overlay_id=pk, unit_id=_number(request.POST.get("unit", ""))
            ),
        }
        name = request.POST.get("act", "")
        form = OverlayForm(request.POST) if name == "save" else None
        try:
            if form is not None:
                if not form.is_valid():
                    return self._page(request, overlay, form, status=400)
                overlay_save(actor=request.user, data=form.data_given(), overlay_id=pk)
            elif name in acts:
                acts[name]()
            else:
                raise Invalid(_("请选择一项操作。"))
        except Refusal as refusal:
            if form is not None:
                form.add_refusal(refusal)
            else:
                messages.error(request, refusal.message)
            return self._page(request, overlay, form, status=refusal.status)
        messages.success(request, _("已办理。"))
        return redirect("overlay", pk=pk)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        overlay: Overlay,
        form: OverlayForm | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        found = overlay_units(actor=request.user, overlay=overlay)
        by_kind = found.order_by().values_list("kind").annotate(number=Count("pk"))
        given = {name: getattr(overlay, name) for name in ("kind", "code", "name", "division_code")}
        context = {
            "overlay": overlay,
            "kinds": sorted((str(UnitKind(kind).label), kind, n) for kind, n in by_kind),
            "total": found.count(),
            "own": unit_rows(list(overlay.units.visible_to(request.user)[:SHOWN])),
            "form": form or OverlayForm({**given, "places": "\n".join(overlay.places)}),
            "codes": request.POST.get("codes", ""),
            "may_keep": request.user.has_perm(Permission.FRAME_LOAD, overlay),
        }
        return render(request, "registry/overlay_detail.html", context, status=status)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
