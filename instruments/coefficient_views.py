"""Pages of the coefficient library: search, and one coefficient for reading."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.coefficient_presenters import CoefficientView
from instruments.coefficient_selectors import (
    CoefficientSearch,
    coefficient_page,
    coefficient_version,
    coefficients_found,
    pollutants_of,
)
from instruments.models import Coefficient, CoefficientVersion, Confidence, Medium


class CoefficientList(ScopedView):
    """Search the version in force, or `?version=N`."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset; four queries."""
        try:
            version = coefficient_version(request.GET.get("version", ""))
        except CoefficientVersion.DoesNotExist as error:
            raise Http404(_("没有这个系数库版本。")) from error
        search = CoefficientSearch.read(request.GET.dict())
        context: dict[str, object] = {
            "version": version,
            "search": search,
            "media": Medium.choices,
            "confidences": Confidence.choices,
            "may_publish": request.user.can_anywhere(Permission.COEFFICIENT_PUBLISH),
        }
        if version is not None:
            found = coefficients_found(version, search)
            page = coefficient_page(
                found, before=request.GET.get("before", ""), after=request.GET.get("after", "")
            )
            context |= {
                "page": page,
                "rows": [CoefficientView(row) for row in page.coefficients],
                "total": found.count(),
                "pollutants": pollutants_of(version.pk),
                "query": _query_without_place(request),
            }
        return render(request, "instruments/coefficient_list.html", context)


class CoefficientDetail(ScopedView):
    """Everything the handbook says of one process and pollutant."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """One row; 404 for one that is not there."""
        row = Coefficient.objects.select_related("version__coefficient_set").filter(pk=pk).first()
        if row is None:
            raise Http404(_("没有这条系数。"))
        return render(request, "instruments/coefficient_detail.html", {"row": CoefficientView(row)})


def _query_without_place(request: AuthenticatedHttpRequest) -> str:
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    return query.urlencode()
