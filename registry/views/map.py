"""The register on a plane: where the units of a division are."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from registry.enums import UnitKind, UnitStatus
from registry.listing import UnitSearch
from registry.map_page import HEIGHT, WIDTH, MapPage
from registry.views.division import DivisionView


class RegisterMap(DivisionView):
    """Points of units, label points of the divisions below, and the same as a table."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Narrowed like the list by kind and status."""
        division = self.division()
        search = UnitSearch.read(request.GET.dict(), division=division.code)
        if not division.level:
            search = replace(search, division="")
        context = {
            **self.heading(division),
            "page": MapPage.of(actor=request.user, division=division, search=search),
            "width": int(WIDTH),
            "height": int(HEIGHT),
            "search": search,
            "kinds": UnitKind.choices,
            "statuses": UnitStatus.choices,
        }
        return render(request, "registry/register_map.html", context)
