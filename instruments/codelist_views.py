"""Pages of the code lists: all of them, and one with its entries and versions."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.models import CodeListVersion
from instruments.presenters import CONFIDENCE_NAMES
from instruments.selectors import codelist_versions, codelists_current


def maintains(request: AuthenticatedHttpRequest) -> bool:
    """Whether this person is shown how sure a wording is: those who can put it right."""
    user = request.user
    return user.can_anywhere(Permission.ACCOUNT_MANAGE) or user.can_anywhere(
        Permission.INSTRUMENT_PUBLISH
    )


class CodelistList(ScopedView):
    """Every current list."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One query."""
        lists = sorted(codelists_current().values(), key=lambda values: values.name)
        return render(request, "instruments/codelist_list.html", {"lists": lists})


class CodelistDetail(ScopedView):
    """The entries of one list, `?q=` among them, `?version=N` an earlier one."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest, name: str) -> HttpResponse:
        """One query. Confidence marks are for those who maintain the lists."""
        versions = codelist_versions(name)
        number = request.GET.get("version", "")
        shown = [v for v in versions if number in {"", str(v.number)}]
        if not shown:
            raise Http404(_("没有这个代码表，或没有这个版本。"))
        version, query = shown[0], request.GET.get("q", "").strip()
        context = {
            "version": version,
            "versions": versions,
            "query": query,
            "entries": _entries(version, query),
            "total": len(version.entries),
            "show_confidence": maintains(request),
            "may_publish": request.user.can_anywhere(Permission.INSTRUMENT_PUBLISH),
        }
        return render(request, "instruments/codelist_detail.html", context)


def _entries(version: CodeListVersion, query: str) -> list[dict[str, str]]:
    word = query.casefold()
    return [
        {**entry, "sure": str(CONFIDENCE_NAMES.get(entry.get("confidence", ""), ""))}
        for entry in version.entries
        if not word or any(word in str(text).casefold() for text in entry.values())
    ]
