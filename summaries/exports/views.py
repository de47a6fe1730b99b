"""The pages of exports: asked for, watched, taken away."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.enums import LEVEL_OF_PREFIX, Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.views.base import ScopedView
from registry.selectors import division_names, divisions_below
from submissions.jobs import queue_position
from summaries.exports.forms import ExportForm
from summaries.exports.presenters import ExportPresenter
from summaries.exports.sealing import sealed, sealed_size
from summaries.exports.services import export_download, export_request
from summaries.models import DataExport

PAGE = 30


class ExportList(ScopedView):
    """The exports of the own jurisdiction, newest first."""

    permission_required = Permission.DATA_EXPORT

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        exports = self.visible(DataExport.objects.all()).select_related("job__requested_by")
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            exports = exports.filter(pk__lt=int(before))
        rows = list(exports.order_by("-pk")[: PAGE + 1])
        context = {
            "exports": [ExportPresenter(export) for export in rows[:PAGE]],
            "next_query": f"before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "first_query": "page=1" if before else "",
            "at": timezone.now(),
        }
        return render(request, "summaries/export_list.html", context)


class ExportOrderView(ScopedView):
    """Asking for an export."""

    permission_required = Permission.DATA_EXPORT

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The form; `?again=` takes over an earlier export, to be asked for what changed since."""
        return self._page(request, ExportForm(initial=self._initial(request)))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start it; a refusal stands above the form, and nothing typed is lost."""
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            export = export_request(actor=request.user, order=form.order())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, form, status=refusal.status)
        return redirect("export_detail", pk=export.pk)

    def _initial(self, request: AuthenticatedHttpRequest) -> dict[str, object]:
        again = request.GET.get("again", "")
        if again.isdecimal() and len(again) < 19:
            before = self.visible(DataExport.objects.all()).filter(pk=int(again)).first()
            if before is not None:
                return {
                    "form_codes": before.form_codes,
                    "division": before.division_code,
                    "level": before.approval_level,
                    "file_format": before.file_format,
                    "reason": before.reason,
                    "since": timezone.localtime(before.requested_at),
                }
        own = self._own(request)
        code = next(iter(own), "")
        return {"division": code, "level": LEVEL_OF_PREFIX.get(len(code.rstrip("0")), "")}

    def _own(self, request: AuthenticatedHttpRequest) -> dict[str, str]:
        scopes = request.user.scopes_for(Permission.DATA_EXPORT)
        prefixes = sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)
        names = division_names([prefix.ljust(12, "0") for prefix in prefixes])
        return {code: names[code] for code in sorted(names, key=lambda c: len(c.rstrip("0")))}

    def _page(
        self, request: AuthenticatedHttpRequest, form: ExportForm, *, status: int = 200
    ) -> HttpResponse:
        own = self._own(request)
        children = [
            (child.code, child.full_name)
            for code in list(own)[:1]
            for child in divisions_below(code)
        ]
        if not request.user.can_anywhere(Permission.CONFIDENTIAL_EXPORT):
            form.fields["with_confidential"].disabled = True
        context = {"form": form, "divisions": [*own.items(), *children]}
        return render(request, "summaries/export_new.html", context, status=status)


class ExportDetail(ScopedView):
    """One export: its progress while it is written, then its manifest and its file."""

    permission_required = Permission.DATA_EXPORT

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The whole page, or only its body for the page that waits."""
        export = self.load(
            DataExport.objects.select_related("job__requested_by", "exercise"), pk=pk
        )
        inside = bool(request.headers.get("HX-Request"))
        template = "summaries/_export_body.html" if inside else "summaries/export_detail.html"
        context = {
            "shown": ExportPresenter(export),
            "export": export,
            "job": export.job,
            "position": queue_position(export.job),
            "at": timezone.now(),
        }
        return render(request, template, context)


class ExportFile(ScopedView):
    """The archive; taking it away is recorded."""

    permission_required = Permission.DATA_EXPORT

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """As a download; 409 while there is none, 404 once its days are over."""
        export = self.load(DataExport.objects.select_related("job__requested_by"), pk=pk)
        path = export_download(actor=request.user, export=export)
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """The same inside an archive that opens with the password given; without one, as it is."""
        password = request.POST.get("password", "")
        if not password:
            return self.get(request, pk)
        export = self.load(DataExport.objects.select_related("job__requested_by"), pk=pk)
        try:
            path = export_download(actor=request.user, export=export, password=password)
        except Invalid as refusal:
            messages.error(request, refusal.message)
            return redirect("export_detail", pk=pk)
        answer = StreamingHttpResponse(sealed(path, password), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{path.stem}-sealed.zip"'
        answer["Content-Length"] = str(sealed_size(path.stat().st_size, path.name))
        return answer
