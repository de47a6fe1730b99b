"""Suggestions while typing a division or an industry: JSON, or options for a datalist."""

from typing import ClassVar

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.listing import prefixes_of
from registry.selectors import divisions_matching, industries_matching

AT_MOST = 20


class _Search(ScopedView):
    """Answers `?q=`; a form's own field name is understood as well (`?division_code=`)."""

    is_abstract = True
    names: ClassVar[tuple[str, ...]] = ("q",)

    def found(self, text: str) -> list[dict[str, str]]:
        """At most twenty suggestions."""
        raise NotImplementedError

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """An empty question has no suggestions."""
        typed = next((request.GET[name] for name in self.names if request.GET.get(name)), "")
        text = typed.replace("\x00", "").strip()[:50]
        results = self.found(text) if text else []
        if request.headers.get("HX-Request"):
            return render(request, "registry/_options.html", {"results": results})
        return JsonResponse({"results": results})


class DivisionSearch(_Search):
    """Towns and villages inside the own jurisdiction."""

    permission_required = Permission.UNIT_VIEW
    names = ("q", "division_code")

    def found(self, text: str) -> list[dict[str, str]]:
        """By code or by words of the full name."""
        prefixes = prefixes_of(self.request.user, Permission.UNIT_VIEW)
        rows = divisions_matching(text, prefixes=prefixes, at_most=AT_MOST)
        return [{"code": row.code, "name": row.full_name} for row in rows]


class IndustrySearch(_Search):
    """Four-digit classes of GB/T 4754-2017."""

    permission_required = Permission.UNIT_VIEW
    names = ("q", "industry_1", "industry_2", "industry_3", "industry")

    def found(self, text: str) -> list[dict[str, str]]:
        """By code or by words of the name."""
        rows = industries_matching(text, at_most=AT_MOST)
        return [{"code": row.code, "name": row.name} for row in rows]
