"""The pages of dispatch reports."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.views.base import ScopedView
from registry.selectors import division_names, divisions_below
from summaries.dispatch.documents import (
    cells,
    file_name,
    heads,
    parts,
    sentences,
    title_of,
    word_document,
    xlsx_workbook,
)
from summaries.dispatch.forms import DispatchForm
from summaries.dispatch.services import dispatch_download, dispatch_make
from summaries.models import DispatchReport

PAGE = 30
SHOWN = 200  # lines of a table on the page; the workbook has them all
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class DispatchList(ScopedView):
    """The reports of the own jurisdiction, newest first; an office makes one here."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        own = next(iter(self._own(request)), "")
        return self._page(
            request, DispatchForm(initial={"division": own, "month": timezone.localdate()})
        )

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Make one; a refusal stands above the form, and nothing typed is lost."""
        form = DispatchForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            report = dispatch_make(
                actor=request.user,
                division_code=form.cleaned_data["division"].strip(),
                month=form.cleaned_data["month"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, form, status=refusal.status)
        return redirect("dispatch_detail", pk=report.pk)

    def _own(self, request: AuthenticatedHttpRequest) -> dict[str, str]:
        scopes = request.user.scopes_for(Permission.SUMMARY_RUN)
        prefixes = sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)
        names = division_names([prefix.ljust(12, "0") for prefix in prefixes])
        return {code: names[code] for code in sorted(names, key=lambda c: len(c.rstrip("0")))}

    def _page(
        self, request: AuthenticatedHttpRequest, form: DispatchForm, *, status: int = 200
    ) -> HttpResponse:
        reports = self.visible(DispatchReport.objects.all()).select_related("made_by")
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            reports = reports.filter(pk__lt=int(before))
        rows = list(reports.defer("content").order_by("-pk")[: PAGE + 1])
        own = self._own(request)
        children = [
            (child.code, child.full_name)
            for code in list(own)[:1]
            for child in divisions_below(code)
        ]
        context = {
            "form": form,
            "may_make": request.user.can_anywhere(Permission.SUMMARY_RUN),
            "divisions": [*own.items(), *children],
            "reports": rows[:PAGE],
            "next_query": f"before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "first_query": "page=1" if before else "",
        }
        return render(request, "summaries/dispatch_list.html", context, status=status)


class DispatchDetail(ScopedView):
    """One report as it will be printed."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """From its stored content."""
        report = self.load(DispatchReport.objects.select_related("made_by", "exercise"), pk=pk)
        context = {
            "report": report,
            "title": title_of(report),
            "sentences": sentences(report),
            "heads": heads(),
            "parts": [
                (heading, [cells(line) for line in lines[:SHOWN]], max(len(lines) - SHOWN, 0))
                for heading, lines in parts(report)
            ],
        }
        return render(request, "summaries/dispatch_detail.html", context)


class DispatchWord(ScopedView):
    """The report as a Word document."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Written from the stored content; taking it away is recorded."""
        report = self.load(DispatchReport.objects.all(), pk=pk)
        dispatch_download(actor=request.user, report=report, file_format="docx")
        return download_answer(word_document(report), DOCX, file_name(report, "docx"))


class DispatchWorkbook(ScopedView):
    """The report as a workbook."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Written from the stored content; taking it away is recorded."""
        report = self.load(DispatchReport.objects.all(), pk=pk)
        dispatch_download(actor=request.user, report=report, file_format="xlsx")
        return download_answer(xlsx_workbook(report), XLSX, file_name(report, "xlsx"))
