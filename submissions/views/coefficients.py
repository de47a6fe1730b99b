"""Versions of the coefficient library: what a new one would change, and putting it in force."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.coefficient_selectors import (
    coefficient_version,
    coefficient_versions,
    version_in_force,
)
from instruments.models import CoefficientVersion
from submissions.accounting_selectors import impact_newest, impacts_against
from submissions.phase_enums import TwoPersonKind
from submissions.presenters.accounting import ImpactPresenter
from submissions.services import coefficients_enforce, impact_request, two_person_request
from submissions.services.coefficients_in_force import needs_two_people


class CoefficientVersionList(ScopedView):
    """Every version of the library, newest first."""

    permission_required = Permission.COEFFICIENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Five queries."""
        current = version_in_force()
        versions = coefficient_versions()
        known = impacts_against(current)
        rows = [(version, known.get(version.pk)) for version in versions]
        return render(
            request, "submissions/coefficient_versions.html", {"rows": rows, "current": current}
        )


class CoefficientImpactDetail(ScopedView):
    """What one version would change; posted, it is reckoned anew in the background."""

    permission_required = Permission.COEFFICIENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
        """Counts, totals by county and pollutant, and the file with every cell."""
        version = _version(number)
        impact = impact_newest(version)
        context = {
            "version": version,
            "current": version_in_force(),
            "impact": ImpactPresenter(impact) if impact else None,
        }
        return render(request, "submissions/coefficient_impact.html", context)

    def post(self, request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
        """Start the job and show it."""
        job = impact_request(version_id=_version(number).pk, actor=request.user)
        return redirect("job_detail", pk=job.pk)


class CoefficientEnforce(ScopedView):
    """Put a version in force."""

    permission_required = Permission.COEFFICIENT_PUBLISH

    def post(self, request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
        """Start deriving again and show the job; in place of another version, ask for a second person."""
        version = _version(number)
        try:
            if needs_two_people(version):
                asked = two_person_request(
                    kind=TwoPersonKind.COEFFICIENTS,
                    parameters={"version": version.pk},
                    reason=request.POST.get("reason", ""),
                    actor=request.user,
                )
                messages.success(request, _("已提交，等待另一人复核。"))
                return redirect("two_person_detail", pk=asked.pk)
            job = coefficients_enforce(version_id=version.pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("coefficient_impact", number=version.number)
        return redirect("job_detail", pk=job.pk)


def _version(number: int) -> CoefficientVersion:
    try:
        version = coefficient_version(str(number))
    except CoefficientVersion.DoesNotExist:
        version = None
    if version is None:
        raise Http404(_("没有这个系数库版本。"))
    return version
