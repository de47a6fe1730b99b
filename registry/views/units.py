"""The list of units, and the forms that register and amend one."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.counts import units_total
from registry.enums import UnitKind, UnitSource, UnitStatus
from registry.forms import UnitAmendForm, UnitForm
from registry.listing import UnitSearch, division_cascade, page_of, units_found
from registry.models import Overlay, Unit
from registry.presenters import LACK_LABELS, unit_rows
from registry.selectors import division_names
from registry.services import unit_amend, unit_register


class UnitList(ScopedView):
    """Search and page through the visible units."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page. Eight queries and one for every level of the division chosen."""
        choices, division = division_cascade(
            actor=request.user, chosen=request.GET.getlist("division")
        )
        search = UnitSearch.read(request.GET.dict(), division=division)
        found = units_found(actor=request.user, search=search)
        page = page_of(
            found, before=request.GET.get("before", ""), after=request.GET.get("after", "")
        )
        context = {
            "rows": unit_rows(page.units),
            "page": page,
            "total": units_total(actor=request.user, search=search, found=found),
            "at": timezone.now(),
            "search": search,
            "choices": choices,
            "kinds": UnitKind.choices,
            "statuses": UnitStatus.choices,
            "sources": UnitSource.choices,
            "lacks": LACK_LABELS.items(),
            "overlay": search.overlay
            and Overlay.objects.visible_to(request.user).filter(pk=search.overlay).first(),
            "query": _query_without_place(request),
            "may_register": request.user.can_anywhere(Permission.UNIT_REGISTER),
        }
        return render(request, "registry/unit_list.html", context)


def _query_without_place(request: AuthenticatedHttpRequest) -> str:
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    return query.urlencode()


class UnitRegister(ScopedView):
    """Enter a unit that the list lacks. Routed by submissions, which follows with the forms owed."""

    permission_required = Permission.UNIT_REGISTER
    template_name = "registry/unit_register.html"

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The empty form."""
        return self._page(UnitForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Register, or show the form with every sentence at its field."""
        form = UnitForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            with transaction.atomic():
                unit = unit_register(
                    actor=request.user,
                    data=form.data_given(),
                    is_confirmed=form.cleaned_data["is_confirmed"],
                )
                self.saved(unit)
        except Conflict as conflict:
            form.add_refusal(conflict)
            return self._page(form, lookalikes=_lookalikes(conflict), status=conflict.status)
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(form, status=refusal.status)
        messages.success(request, _("已登记 %(unit)s。") % {"unit": unit})
        return redirect("unit_detail", pk=unit.pk)

    def saved(self, unit: Unit) -> None:
        """What an upper layer does in the same transaction."""

    def _page(self, form: UnitForm, *, status: int = 200, **extra: Any) -> HttpResponse:
        _name_place(form)
        context = {"form": form, **extra}
        return render(self.request, self.template_name, context, status=status)


class UnitAmend(ScopedView):
    """Change what the register says about a unit. Routed by submissions, like `UnitRegister`."""

    permission_required = Permission.UNIT_AMEND

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The form with what the register says."""
        unit = self.load(Unit.objects.all(), pk=pk)
        last = unit.revisions.order_by("-number").values_list("number", flat=True).first() or 0
        return self._page(
            unit, UnitAmendForm(initial=UnitAmendForm.initial_of(unit, revision=last))
        )

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Amend, or show the form with every sentence at its field."""
        unit = self.load(Unit.objects.all(), pk=pk)
        form = UnitAmendForm(request.POST)
        if not form.is_valid():
            return self._page(unit, form, status=400)
        try:
            with transaction.atomic():
                unit = unit_amend(
                    actor=request.user,
                    unit_id=unit.pk,
                    data=form.data_given(),
                    reason=form.cleaned_data["reason"],
                    base_revision=form.cleaned_data["base_revision"],
                )
                self.saved(unit)
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(unit, form, status=refusal.status)
        messages.success(request, _("已修改 %(unit)s。") % {"unit": unit})
        return redirect("unit_detail", pk=unit.pk)

    def saved(self, unit: Unit) -> None:
        """What an upper layer does in the same transaction."""

    def _page(self, unit: Unit, form: UnitAmendForm, *, status: int = 200) -> HttpResponse:
        _name_place(form)
        context = {"unit": unit, "form": form}
        return render(self.request, "registry/unit_amend.html", context, status=status)


def _lookalikes(conflict: Conflict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = conflict.details.get("lookalikes", [])
    names = division_names([one["division_code"] for one in found])
    return [{**one, "place": names.get(one["division_code"], "")} for one in found]


def _name_place(form: UnitForm) -> None:
    """Say under the division's code which division it is."""
    code = str(form["division_code"].value() or "").strip()
    name = division_names([code]).get(code) if code else None
    if name:
        form["division_code"].help_text = name
