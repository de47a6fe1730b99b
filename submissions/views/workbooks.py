"""A form as a workbook: taken away, sent back, compared, and only then saved."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.form_page import FormPage
from submissions.models import Case
from submissions.presenters.findings import FindingView
from submissions.presenters.form import READ
from submissions.services import response_save
from submissions.services.saving import check_open_for_filling
from submissions.workbooks.comparing import (
    DEVICE,
    Comparison,
    pending_read,
    workbook_bytes,
    workbook_compare,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD_AT_MOST = 8 * 1024 * 1024


class CaseWorkbook(ScopedView):
    """The prefilled workbook of a form."""

    permission_required = Permission.RESPONSE_SAVE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Written as asked for; recorded, because data leaves the portal."""
        case = self.load(Case.objects.with_names(), pk=pk)
        content = workbook_bytes(FormPage(case, request.user, READ))
        audit_record(action=AuditAction.WORKBOOK_DOWNLOADED, actor=request.user, subject=case)
        name = quote(f"{case.form_code} {case.unit.name}.xlsx")
        return HttpResponse(
            content,
            content_type=XLSX,
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )


class CaseWorkbookUpload(ScopedView):
    """Send a workbook back: compared first, saved after a look."""

    permission_required = Permission.RESPONSE_SAVE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The form to upload with."""
        return self._page(request, self.load(Case.objects.with_names(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The differences, or the reason why the file is refused. Nothing is stored."""
        case = self.load(Case.objects.with_names(), pk=pk)
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Invalid(_("请选择要上传的工作簿。"), code="file_required")
            page = FormPage(case, request.user, READ)
            check_open_for_filling(page.response)
            comparison = workbook_compare(page, file.read(UPLOAD_AT_MOST + 1))
        except Refusal as refusal:
            return self._page(request, case, refusal=refusal)
        return self._page(request, case, comparison=comparison)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        case: Case,
        *,
        comparison: Comparison | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        findings = [FindingView(f, []) for f in comparison.findings] if comparison else []
        context = {
            "case": case,
            "comparison": comparison,
            "findings": findings,
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return render(request, "submissions/case_workbook.html", context, status=status)


class CaseWorkbookCommit(CaseWorkbookUpload):
    """Save what was compared, as one save of the form."""

    permission_required = Permission.RESPONSE_SAVE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Back to the form; a clash with others' work is shown and nothing is stored."""
        case = self.load(Case.objects.with_names(), pk=pk)
        try:
            pending = pending_read(request.POST.get("token", ""), case)
            if pending.changes:
                response_save(
                    case_id=case.pk,
                    actor=request.user,
                    save_id=pending.save_id,
                    base_version=pending.base_version,
                    changes=pending.changes,
                    device=DEVICE,
                )
        except Refusal as refusal:
            return self._page(request, case, refusal=refusal)
        messages.success(
            request, _("已从工作簿保存 %(count)d 处改动。") % {"count": len(pending.changes)}
        )
        return redirect("case_fill", pk=case.pk)
