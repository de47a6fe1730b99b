"""The files of a report."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from review.models import QualityReport
from review.quality.report_files import report_pdf, report_word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class QualityReportFile(ScopedView):
    """A signed report as PDF, or as Word."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`form=word` for Word. Both are made of the signed content, the same at every time."""
        report = self.load(QualityReport.objects.select_related("issued_by", "key"), pk=pk)
        if request.GET.get("form") == "word":
            return download_answer(report_word(report), WORD, f"{report.code}.docx")
        return download_answer(report_pdf(report), "application/pdf", f"{report.code}.pdf")
