"""Forms as PDF in the official layout: one form, or all that a unit owes."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Conflict
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import AuditAction, ReadWay
from audit.services import audit_record
from registry.models import Unit
from submissions.models import Case
from submissions.printing import cases_print, unit_cases_to_print
from submissions.reading import case_read, cases_read


class CasePrint(ScopedView):
    """One form; `?blank=1` leaves the answers out and keeps the unit's heading."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Recorded where data leaves the portal. About ten queries."""
        case = self.load(Case.objects.with_names(), pk=pk)
        is_blank = request.GET.get("blank") == "1"
        title = f"{case.form_code} {case.unit.name}"
        content = cases_print([case], title, is_blank=is_blank)
        if not is_blank:
            audit_record(action=AuditAction.CASE_PRINTED, actor=request.user, subject=case)
            case_read(case=case, actor=request.user, way=ReadWay.PRINT)
        return pdf_answer(content, title, is_blank=is_blank)


class UnitPrint(ScopedView):
    """Every form that the unit owes, in one file with bookmarks; `?blank=1` as above."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Recorded where data leaves the portal. About ten queries, however many forms."""
        unit = self.load(Unit.objects.all(), pk=pk)
        cases = unit_cases_to_print(unit)
        if not cases:
            raise Conflict(
                _("该普查对象目前没有应填的普查表，没有可打印的内容。"), code="nothing_owed"
            )
        is_blank = request.GET.get("blank") == "1"
        content = cases_print(cases, unit.name, is_blank=is_blank)
        if not is_blank:
            audit_record(
                action=AuditAction.UNIT_PRINTED,
                actor=request.user,
                subject=unit,
                detail={"forms": [case.form_code for case in cases]},
            )
            cases_read(cases=cases, actor=request.user, way=ReadWay.PRINT)
        return pdf_answer(content, f"{unit.code} {unit.name}", is_blank=is_blank)


def pdf_answer(content: bytes, name: str, *, is_blank: bool) -> HttpResponse:
    """A download that says in its name what it is."""
    full = f"{name} {_('空白表')}" if is_blank else name
    return download_answer(content, "application/pdf", f"{full}.pdf")
