"""The report of explanations that say the same for many units."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.selectors import form_titles
from registry.selectors import division_names
from submissions.answers import message_of
from submissions.explanation_selectors import (
    KEY_LENGTH,
    TEXTS_AT_MOST,
    UNITS_AT_LEAST,
    USES_AT_MOST,
    DuplicateSearch,
    duplicates_report,
    explanation_uses,
)


class ExplanationDuplicates(ScopedView):
    """Repeated texts by county, the most used first."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Three queries whatever the number of texts."""
        search = DuplicateSearch.read(request.GET)
        report = duplicates_report(request.user, search)
        names = division_names([f"{county:0<12}" for county in report.counties])
        context = {
            "search": search,
            "report": report,
            "lines": [(line, _name(names, line.county)) for line in report.texts],
            "counties": [
                (county, _name(names, county), count)
                for county, count in sorted(
                    report.counties.items(), key=lambda pair: -pair[1].findings
                )
            ],
            "forms": list(form_titles()),
            "choices": UNITS_AT_LEAST,
            "at_most": TEXTS_AT_MOST,
            "at": timezone.now(),
        }
        return render(request, "submissions/explanation_duplicates.html", context)


class ExplanationUses(ScopedView):
    """Where one text was used."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`?key=` is the text's key, `?division=` where; 404 where nobody used it there."""
        key = request.GET.get("key", "")
        search = DuplicateSearch.read(request.GET)
        uses = explanation_uses(request.user, search, key) if len(key) == KEY_LENGTH else []
        if not uses:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        names = division_names({use.division_code for use in uses})
        context = {
            "lines": [
                (use, names.get(use.division_code, use.division_code), message_of(use))
                for use in uses[:USES_AT_MOST]
            ],
            "is_cut": len(uses) > USES_AT_MOST,
            "at_most": USES_AT_MOST,
            "text": uses[0].explanation,
            "at": timezone.now(),
        }
        return render(request, "submissions/explanation_uses.html", context)


def _name(names: dict[str, str], county: str) -> str:
    return names.get(f"{county:0<12}", county)
