"""The register's home: what a division has, and what is still open."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from registry.counts import register_of
from registry.doubts import doubts_open
from registry.home_page import HomePage
from registry.views.division import DivisionView


class RegisterHome(DivisionView):
    """Counts by kind, status, source and next level; every number opens its list."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """From counters; no unit is read above a town."""
        division = self.division()
        register = register_of(actor=request.user, division=division)
        context = {
            **self.heading(division),
            "page": HomePage(register),
            "doubts": doubts_open(actor=request.user, register=register),
        }
        return render(request, "registry/register_home.html", context)
