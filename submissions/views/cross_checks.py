"""The checks over several units: what they found, and running them again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.selectors import division_names
from submissions.cross_checking import cross_check_start, cross_findings_listed
from submissions.cross_checks.checks import cross_checks


class CrossChecks(ScopedView):
    """The findings of the own jurisdiction; posted, they are looked for again."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`?check=X20` narrows. Two queries."""
        wanted = request.GET.get("check", "")
        found = cross_findings_listed(request.user, wanted)
        places = division_names({finding.division_code for finding in found})
        context = {
            "checks": cross_checks(),
            "wanted": wanted,
            "rows": [(f, places.get(f.division_code, f.division_code)) for f in found],
        }
        return render(request, "submissions/cross_checks.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start the job over the person's own place and show it."""
        code = request.user.division_code
        division = code if code.strip("0") else ""
        job = cross_check_start(actor=request.user, division_code=division)
        return redirect("job_detail", pk=job.pk)
