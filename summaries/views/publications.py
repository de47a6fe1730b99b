"""Publications of a release: making one, reading it, taking it away; and importing a release."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from summaries import sdmx
from summaries.bulletin.content import bulletin_of
from summaries.bulletin.pdf import bulletin_pdf
from summaries.bulletin.word import bulletin_word
from summaries.models import ReleasePublication, ReleaseTable, SummaryRelease
from summaries.release_forms import ReleaseImportForm
from summaries.release_pages import ReleasePresenter
from summaries.release_reading import marks_of, publication_newest
from summaries.services import publication_request, release_download, release_import
from summaries.views.releases import ReleaseView

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ReleasePublish(ReleaseView):
    """Disclosure control: a job that ends with a publication, or says which figure is exposed."""

    permission_required = Permission.SUMMARY_RELEASE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Start it and show its progress."""
        job = publication_request(actor=request.user, release=self.release(pk))
        return redirect("job_detail", pk=job.pk)


class PublicationFile(ReleaseView):
    """Files of the newest publication: SDMX of one table, the bulletin of one area."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`kind` is sdmx, word or pdf; taking it away is recorded."""
        release = self.release(pk)
        publication = publication_newest(release)
        if publication is None:
            raise Http404(_("这个版本还没有发布版。"))
        kind = self.asked("kind")
        if kind not in {"sdmx", "word", "pdf"}:
            raise Http404(_("没有这种文件。"))
        answer = (
            self._sdmx(release, publication)
            if kind == "sdmx"
            else self._bulletin(release, publication, kind)
        )
        release_download(actor=request.user, release=release, what=f"{kind} #{publication.pk}")
        return answer

    def _sdmx(self, release: SummaryRelease, publication: ReleasePublication) -> HttpResponse:
        table = ReleasePresenter(release).tables.get(self.asked("table"))
        if table is None:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        own = self.visible(ReleaseTable.objects.filter(release=release, table_code=table.code))
        content = sdmx.package(release, table, marks_of(publication, own))
        return download_answer(content, "application/zip", f"{table.number}_{release.name}.zip")

    def _bulletin(
        self, release: SummaryRelease, publication: ReleasePublication, kind: str
    ) -> HttpResponse:
        own = self.visible(ReleaseTable.objects.filter(release=release))
        division = self.asked("division")
        widest = own.order_by("division_code").values_list("division_code", flat=True).first()
        marked = marks_of(publication, own.filter(division_code=division or widest))
        if not marked:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        bulletin = bulletin_of(
            release,
            publication.content_hash,
            {stored.table_code: (stored, hidden) for stored, hidden in marked},
        )
        name = f"{bulletin.title}_{bulletin.place}_{release.name}"
        if kind == "word":
            return download_answer(bulletin_word(bulletin), WORD, f"{name}.docx")
        return download_answer(bulletin_pdf(bulletin), "application/pdf", f"{name}.pdf")


class ReleaseImport(ScopedView):
    """An earlier census, from a file, to compare with."""

    permission_required = Permission.SUMMARY_RELEASE

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The form."""
        return self._page(request, ReleaseImportForm(user=request.user))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Every wrong line is told; nothing typed is lost."""
        form = ReleaseImportForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            release = release_import(actor=request.user, order=form.order())
        except Refusal as refusal:
            form.add_error(refusal.cell if refusal.cell in form.fields else None, refusal.message)
            return self._page(request, form, status=refusal.status)
        return redirect("release_detail", pk=release.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: ReleaseImportForm, *, status: int = 200
    ) -> HttpResponse:
        return render(request, "summaries/release_import.html", {"form": form}, status=status)
