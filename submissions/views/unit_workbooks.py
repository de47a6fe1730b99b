"""All forms of a unit as one workbook: taken away, sent back, compared, and only then saved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import AuditAction, ReadWay
from audit.services import audit_record
from registry.models import Unit
from submissions.reading import cases_read
from submissions.services.workbook_saving import workbook_save
from submissions.views.workbooks import (
    difference_context,
    saved_sentence,
    uploaded,
    workbook_answer,
)
from submissions.workbooks.comparing import Comparison, pending_read
from submissions.workbooks.units import (
    Shape,
    owed_responses,
    unit_forms_now,
    unit_workbook_bytes,
    unit_workbook_compare,
)


class UnitWorkbook(ScopedView):
    """The page of a unit's workbook: to take away, to send back."""

    permission_required = Permission.RESPONSE_SAVE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The links and the form to upload with."""
        return self._page(request, self.load(Unit.objects.all(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The differences, or the reason why the file is refused. Nothing is stored."""
        unit = self.load(Unit.objects.all(), pk=pk)
        try:
            forms = unit_forms_now(unit)
            comparison = unit_workbook_compare(forms, uploaded(request))
        except Refusal as refusal:
            return self._page(request, unit, refusal=refusal)
        shown = [form.case for form in comparison.forms]
        cases_read(cases=shown, actor=request.user, way=ReadWay.PAGE)
        return self._page(request, unit, comparison=comparison)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        unit: Unit,
        *,
        comparison: Comparison | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        context = {"unit": unit, **difference_context(comparison, refusal)}
        status = refusal.status if refusal else 200
        return render(request, "submissions/unit_workbook.html", context, status=status)


class UnitWorkbookFile(UnitWorkbook):
    """The workbook itself: `?shape=census` is laid out as the census's own database."""

    permission_required = Permission.RESPONSE_SAVE
    http_method_names = ["get"]

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Written as asked for; recorded, because data leaves the portal."""
        unit = self.load(Unit.objects.all(), pk=pk)
        shape = Shape.CENSUS if request.GET.get("shape") == Shape.CENSUS else Shape.FORMS
        try:
            forms = unit_forms_now(unit)
            content = unit_workbook_bytes(forms, shape)
        except Refusal as refusal:
            return self._page(request, unit, refusal=refusal)
        audit_record(
            action=AuditAction.WORKBOOK_DOWNLOADED,
            actor=request.user,
            subject=unit,
            detail={"shape": str(shape)},
        )
        taken = [response.case for response in owed_responses(forms)]
        cases_read(cases=taken, actor=request.user, way=ReadWay.WORKBOOK)
        mark = " T_BAS" if shape is Shape.CENSUS else ""
        return workbook_answer(content, f"{unit.code} {unit.name}{mark}.xlsx")


class UnitWorkbookCommit(UnitWorkbook):
    """Save what was compared, one revision a form, all of them or none."""

    permission_required = Permission.RESPONSE_SAVE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Back to the unit; a clash with others' work is shown and nothing is stored."""
        unit = self.load(Unit.objects.all(), pk=pk)
        try:
            pending = pending_read(request.POST.get("token", ""), unit_id=unit.pk)
            count = workbook_save(
                actor=request.user, pending=pending, taken=set(request.POST.getlist("take"))
            )
        except Refusal as refusal:
            return self._page(request, unit, refusal=refusal)
        messages.success(request, saved_sentence(count))
        return redirect("unit_detail", pk=unit.pk)
