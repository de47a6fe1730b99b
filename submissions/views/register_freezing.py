"""Asking for the register to be frozen; the work is a job."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.views.base import ScopedView
from submissions.enums import JobKind
from submissions.jobs import job_start


class RegisterFreezeStart(ScopedView):
    """Freeze the person's own division."""

    permission_required = Permission.REGISTER_FREEZE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Only what the person has confirmed."""
        if "confirmed" not in request.POST:
            messages.error(request, _("请先核对名录并勾选确认。"))
            return redirect("register_as_of")
        scopes = request.user.scopes_for(Permission.REGISTER_FREEZE)
        prefixes = [scope.prefix for scope in scopes if isinstance(scope, Jurisdiction)]
        division = min(prefixes, key=len).ljust(12, "0")
        job = job_start(
            kind=JobKind.REGISTER_FREEZE,
            parameters={"division": division},
            actor=request.user,
            division_code=division,
        )
        return redirect("job_detail", pk=job.pk)
