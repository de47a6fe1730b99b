"""Enumeration areas: the table of a division, one area, the units to be moved, one's own list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS, Permission, Role
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.area_selectors import area_table, areas_of, own_areas, people_for
from registry.enums import DivisionLevel, UnitKind, UnitStatus
from registry.listing import UnitSearch, division_cascade, prefixes_of
from registry.models import EnumerationArea, Unit
from registry.models.enumeration_area import AREA_ROLES
from registry.presenters import unit_rows
from registry.services.enumeration_areas import (
    area_assign,
    area_assignment_end,
    area_merge,
    area_split,
    areas_open,
    units_move,
    units_move_preview,
)

UNITS_SHOWN = 500


class EnumerationAreas(ScopedView):
    """Every area of a division: its units, its people, and whose load is out of proportion."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The table of the division chosen."""
        choices, division = division_cascade(
            actor=request.user, chosen=request.GET.getlist("division")
        )
        own = prefixes_of(request.user, Permission.UNIT_VIEW)
        if not division and len(own) == 1 and len(own[0]) >= PREFIX_LENGTHS[DivisionLevel.COUNTY]:
            division = own[0].ljust(12, "0")  # all of one county is small enough to show
        context = {
            "choices": choices,
            "division": division,
            "table": area_table(request.user, division),
            "may_assign": request.user.can_anywhere(Permission.AREA_ASSIGN),
        }
        return render(request, "registry/enumeration_areas.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Open the areas that are missing in the division chosen."""
        division = request.POST.get("division", "")
        try:
            if len(division) != 12 or not division.isdecimal():
                raise Invalid(_("请先选择区划。"))
            done = areas_open(actor=request.user, division_code=division)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request,
                _("新划分 %(areas)d 个普查小区，划入 %(units)d 个普查对象。")
                % {"areas": done.areas, "units": done.units},
            )
        return redirect("enumeration_areas")


class EnumerationAreaDetail(ScopedView):
    """One area: its units, its people now and before, and what may be done with it."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With `q`, `kind`, `status`: what moving the units that are found would do."""
        area = self.load(EnumerationArea.objects.all(), pk=pk)
        may = request.user.has_perm(Permission.AREA_ASSIGN, area) and area.closed_on is None
        units = area.units.order_by("address", "pk")
        context: dict[str, Any] = {
            "area": area,
            "rows": unit_rows(list(units[:UNITS_SHOWN])),
            "total": units.count(),
            "assignments": area.assignments.select_related("user", "assigned_by"),
            "came_from": area.came_from.all(),
            "became": area.became.all(),
            "may_assign": may,
            "today": timezone.localdate().isoformat(),
            "kinds": UnitKind.choices,
            "statuses": UnitStatus.choices,
            "search": UnitSearch.read(request.GET.dict()),
        }
        if may:
            context["people"] = [(role, role.label, people_for(area, role)) for role in AREA_ROLES]
            context["others"] = areas_of(request.user, f"{area.division_code[:6]}000000").exclude(
                pk=area.pk
            )
        if may and "preview" in request.GET:
            try:
                context["preview"] = units_move_preview(
                    actor=request.user, area_id=area.pk, search=_search(request.GET, area)
                )
                context["query"] = request.GET.urlencode()
            except Refusal as refusal:
                messages.error(request, refusal.message)
        return render(request, "registry/enumeration_area.html", context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: assign, end, split, merge or move."""
        area = self.load(EnumerationArea.objects.all(), pk=pk)
        acts: dict[str, Callable[[AuthenticatedHttpRequest, EnumerationArea], str]] = {
            "assign": _assign,
            "end": _end,
            "split": _split,
            "merge": _merge,
            "move": _move,
        }
        act = acts.get(request.POST.get("act", ""))
        try:
            if act is None:
                raise Invalid(_("请选择一项操作。"))
            messages.success(request, act(request, area))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("enumeration_area", pk=pk)


def _assign(request: AuthenticatedHttpRequest, area: EnumerationArea) -> str:
    role = request.POST.get("role", "")
    made = area_assign(
        actor=request.user,
        area_id=area.pk,
        user_id=_number(request.POST.get("user", "")),
        role=Role(role) if role in AREA_ROLES else Role.ENUMERATOR,
        valid_from=_day(request.POST.get("valid_from", "")) or timezone.localdate(),
        valid_to=_day(request.POST.get("valid_to", "")),
    )
    return _("已分派给%(name)s。") % {"name": made.user.full_name}


def _end(request: AuthenticatedHttpRequest, area: EnumerationArea) -> str:
    area_assignment_end(
        actor=request.user, assignment_id=_number(request.POST.get("assignment", ""))
    )
    return _("已终止分派。")


def _split(request: AuthenticatedHttpRequest, area: EnumerationArea) -> str:
    made = area_split(
        actor=request.user,
        area_id=area.pk,
        unit_ids=[_number(text) for text in request.POST.getlist("units")],
        name=request.POST.get("name", ""),
    )
    return _("已划出%(area)s。") % {"area": made}


def _merge(request: AuthenticatedHttpRequest, area: EnumerationArea) -> str:
    into = area_merge(
        actor=request.user, area_id=area.pk, into_id=_number(request.POST.get("into", ""))
    )
    return _("已并入%(area)s。") % {"area": into}


def _move(request: AuthenticatedHttpRequest, area: EnumerationArea) -> str:
    number = units_move(
        actor=request.user,
        area_id=area.pk,
        search=_search(QueryDict(request.POST.get("query", "")), area),
        token=request.POST.get("token", ""),
    )
    return _("已划入 %(number)d 个普查对象。") % {"number": number}


def _search(query: QueryDict, area: EnumerationArea) -> UnitSearch:
    """What is looked for; nowhere in particular means the area's own town or village."""
    place = query.get("division", "") or area.division_code
    return UnitSearch.read({name: query.get(name, "") for name in query}, division=place)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError as error:
        raise Invalid(_("日期应写作 2017-12-31。"), cell="valid_from") from error


class OwnAreas(ScopedView):
    """The areas a person works in today, their units by address: the order of the walk."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Every unit of the own areas."""
        areas = own_areas(request.user)
        units = self.visible(Unit.objects.filter(enumeration_area__in=areas))
        units = units.order_by("enumeration_area", "address", "pk")
        context = {
            "areas": areas,
            "rows": unit_rows(list(units[:UNITS_SHOWN])),
            "total": units.count(),
        }
        return render(request, "registry/own_areas.html", context)
