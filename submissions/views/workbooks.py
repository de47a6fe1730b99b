"""A form as a workbook: taken away, sent back, compared, and only then saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import AuditAction, ReadWay
from audit.services import audit_record
from submissions.models import Case
from submissions.presenters.findings import FindingView
from submissions.reading import case_read
from submissions.services.saving import check_open_for_filling
from submissions.services.unit_forms import unit_forms_read
from submissions.services.workbook_saving import workbook_save
from submissions.workbooks.comparing import Comparison, compare, pending_read
from submissions.workbooks.files import BYTES_AT_MOST, workbook_open
from submissions.workbooks.own import incoming_read, stamps_of, strange_sheets, workbook_bytes
from submissions.workbooks.reading import stamps_read

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    """A workbook to be kept under a name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def uploaded(request: AuthenticatedHttpRequest) -> bytes:
    """The file of an upload, as much of it as is looked at. Raises `Invalid` where there is none."""
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(_("请选择要上传的工作簿。"), code="file_required")
    return bytes(file.read(BYTES_AT_MOST + 1))


def difference_context(comparison: Comparison | None, refusal: Refusal | None) -> dict[str, Any]:
    """What the page of differences shows, findings in words."""
    forms = comparison.forms if comparison else []
    findings = {form.case.pk: [FindingView(f, []) for f in form.findings] for form in forms}
    return {
        "comparison": comparison,
        "refusal": refusal,
        "differences": [(form, findings[form.case.pk]) for form in forms],
    }


def case_workbook_compare(case: Case, content: bytes) -> Comparison:
    """Compare a workbook of one form. Raises `Invalid` or `Conflict` with the reason."""
    forms = unit_forms_read(case)
    response = forms.of(case.pk)
    check_open_for_filling(response)
    book = workbook_open(content)
    stamps = stamps_read(book)
    if len(stamps) > 1:
        raise Invalid(
            _("这是普查对象的整套工作簿，不是本表的。请到普查对象的页面上传。"),
            code="workbook_of_a_unit",
        )
    own = stamps_of([response])[case.pk]
    incoming = incoming_read(book, forms, response, stamp=stamps[0], own=own)
    return compare(forms, [incoming], strange_sheets(book, forms, [response]))


class CaseWorkbook(ScopedView):
    """The prefilled workbook of a form."""

    permission_required = Permission.RESPONSE_SAVE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Written as asked for; recorded, because data leaves the portal."""
        case = self.load(Case.objects.with_names(), pk=pk)
        forms = unit_forms_read(case)
        content = workbook_bytes(forms, [forms.of(case.pk)])
        audit_record(action=AuditAction.WORKBOOK_DOWNLOADED, actor=request.user, subject=case)
        case_read(case=case, actor=request.user, way=ReadWay.WORKBOOK)
        return workbook_answer(content, f"{case.form_code} {case.unit.name}.xlsx")


class CaseWorkbookUpload(ScopedView):
    """Send a workbook back: compared first, saved after a look."""

    permission_required = Permission.RESPONSE_SAVE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The form to upload with."""
        return self._page(request, self.load(Case.objects.with_names(), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The differences, or the reason why the file is refused. Nothing is stored."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user)
        try:
            comparison = case_workbook_compare(case, uploaded(request))
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
        context = {"case": case, **difference_context(comparison, refusal)}
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
            pending = pending_read(
                request.POST.get("token", ""), unit_id=case.unit_id, case_id=case.pk
            )
            count = workbook_save(
                actor=request.user, pending=pending, taken=set(request.POST.getlist("take"))
            )
        except Refusal as refusal:
            return self._page(request, case, refusal=refusal)
        messages.success(request, saved_sentence(count))
        return redirect("case_fill", pk=case.pk)


def saved_sentence(count: int) -> str:
    """What was done."""
    if not count:
        return _("没有选用工作簿中的值，没有改动。")
    return _("已从工作簿保存 %(count)d 处改动。") % {"count": count}
