"""A visit to a unit: the form for a phone, the visits before, and their photographs."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.evidence_files import file_answer
from registry.models import FieldVerification, Unit
from registry.selectors import unit_by_code
from registry.services.verifications import verification_record
from registry.verification_form import VerificationForm


class UnitVerify(ScopedView):
    """Record what was found. Routed by submissions: the forms owed follow the status."""

    permission_required = Permission.UNIT_AMEND

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The empty form, and what was found before."""
        return self._page(request, self.load(Unit.objects.all(), pk=pk), VerificationForm())

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Keep the visit; what is wrong is told at its field and nothing typed is lost."""
        unit = self.load(Unit.objects.all(), pk=pk)
        form = VerificationForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, unit, form, status=400)
        code = form.cleaned_data["duplicate"]
        other = unit_by_code(actor=request.user, code=code) if code else None
        if code and other is None:
            form.add_error("duplicate", _("没有这个代码的普查对象，或不在您的管辖范围内。"))
            return self._page(request, unit, form, status=400)
        try:
            with transaction.atomic():
                made, change = verification_record(
                    actor=request.user,
                    unit_id=unit.pk,
                    finding=form.finding(other.pk if other else None),
                )
                self.saved(unit)
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, unit, form, status=refusal.status)
        if made.is_far:
            messages.warning(request, _("已记录。位置离本县较远，请核对定位。"))
        elif change is not None:
            messages.success(request, _("已记录，并提交了变更申请，等待批准。"))
        else:
            messages.success(request, _("已记录。"))
        return redirect("unit_verify", pk=unit.pk)

    def saved(self, unit: Unit) -> None:
        """What an upper layer does in the same transaction."""

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        unit: Unit,
        form: VerificationForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        visits = unit.verifications.select_related("verified_by", "duplicate_of")
        context = {"unit": unit, "form": form, "visits": visits}
        return render(request, "registry/unit_verify.html", context, status=status)


class VerificationPhoto(ScopedView):
    """The photograph of a visit, to whoever may see the unit."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """As a download, or on the page of the visits."""
        visit = self.load(FieldVerification.objects.all(), pk=pk)
        return file_answer(visit.photo, inline="inline" in request.GET)
