"""Frozen releases: the list, the order, one release with its tables, proof and comparison."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.signing_session import signer_of
from accounts.views.base import ScopedView
from submissions.jobs import queue_position
from submissions.presenters.items import localised
from summaries.comparing import Comparison
from summaries.comparison_workbook import comparison_workbook
from summaries.contributors import AT_MOST, ranking_of_row
from summaries.enums import Axis
from summaries.models import ReleaseRun, ReleaseTable, SummaryRelease
from summaries.proof import roundings_of
from summaries.release_forms import ReleaseForm
from summaries.release_lines import PROVINCE_DIGITS
from summaries.release_pages import (
    NATION_CODE,
    Proof,
    ReleasePresenter,
    TableView,
    axes_of,
)
from summaries.release_workbook import table_workbook
from summaries.services import release_download, release_request, release_sign
from summaries.verifying import signature_is_valid

PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReleaseList(ScopedView):
    """Frozen releases, and what is being made."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        releases = self.visible(SummaryRelease.objects.all()).select_related("created_by")
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            releases = releases.filter(pk__lt=int(before))
        rows = list(releases.prefetch_related("signatures").defer("definitions")[: PAGE + 1])
        runs = self.visible(ReleaseRun.objects.all()).filter(release=None)
        context = {
            "releases": rows[:PAGE],
            "next_query": f"before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "first_query": "page=1" if before else "",
            "runs": runs.select_related("job__requested_by").defer("definitions")[:10],
            "may_release": request.user.can_anywhere(Permission.SUMMARY_RELEASE),
        }
        return render(request, "summaries/release_list.html", context)


class ReleaseOrderView(ScopedView):
    """Asking for a release."""

    permission_required = Permission.SUMMARY_RELEASE

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The form, for the own office's division."""
        return self._page(request, ReleaseForm(user=request.user))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start it; a refusal stands above the form, and nothing typed is lost."""
        form = ReleaseForm(request.POST, user=request.user)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            run = release_request(actor=request.user, order=form.order())
        except Refusal as refusal:
            form.add_error(refusal.cell if refusal.cell in form.fields else None, refusal.message)
            return self._page(request, form, status=refusal.status)
        return redirect("release_run", pk=run.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: ReleaseForm, *, status: int = 200
    ) -> HttpResponse:
        return render(request, "summaries/release_new.html", {"form": form}, status=status)


class ReleaseRunDetail(ScopedView):
    """How far a release is, or why there is none."""

    permission_required = Permission.SUMMARY_RELEASE

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The release itself once it is there."""
        run = self.load(ReleaseRun.objects.select_related("job__requested_by"), pk=pk)
        inside = bool(request.headers.get("HX-Request"))
        release = SummaryRelease.objects.visible_to(request.user).filter(run=run).first()
        if release is not None and not inside:
            return redirect("release_detail", pk=release.pk)
        template = "summaries/_release_run.html" if inside else "summaries/release_run.html"
        context = {
            "run": run,
            "job": run.job,
            "release": release,
            "position": queue_position(run.job),
        }
        return render(request, template, context)


class ReleaseView(ScopedView):
    """A page of one release; the tables of an area are loaded through the scope as well."""

    is_abstract = True

    def release(self, pk: int) -> SummaryRelease:
        """404 where nothing of the release is the person's to see."""
        found = (
            self.visible(
                SummaryRelease.objects.select_related("exercise", "created_by", "run__job")
            )
            .filter(pk=pk)
            .first()
        )
        if found is None:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        assert isinstance(found, SummaryRelease)  # noqa: S101  for the reader of types
        return found

    def stored(self, release: SummaryRelease, table: str, division: str) -> ReleaseTable:
        """One table of one area; without an area, the widest one that the person may see."""
        tables = self.visible(ReleaseTable.objects.select_related("release")).filter(
            release=release, table_code=table[:20]
        )
        if division:
            tables = tables.filter(division_code=division[:12])
        found = tables.order_by("division_code").first()
        if found is None:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        return found

    def asked(self, name: str, default: str = "") -> str:
        """A parameter of the address, without what no database takes."""
        return self.request.GET.get(name, default).replace("\x00", "")[:60]


class ReleaseDetail(ReleaseView):
    """What was frozen, by whom, with what hash; its tables."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The tables with the areas that the person may open."""
        release = self.release(pk)
        own = self.visible(ReleaseTable.objects.filter(release=release))
        areas = dict(own.order_by("division_code").values_list("division_code", "division_name"))
        others = self.visible(SummaryRelease.objects.all()).exclude(pk=release.pk)
        signatures = release.signatures.select_related("key", "signed_by", "release")
        may_release = request.user.has_perm(Permission.SUMMARY_RELEASE, release)
        publications = list(release.publications.select_related("published_by")[:1])
        context = {
            "release": release,
            "shown": ReleasePresenter(release),
            "areas": areas,
            "others": others.values_list("pk", "name", "division_name")[:50],
            "signatures": [(one, signature_is_valid(one)) for one in signatures],
            "may_release": may_release,
            "is_key_open": may_release and signer_of(request) is not None,
            "has_signed": any(one.signed_by_id == request.user.pk for one in signatures),
            "publications": publications,
            "audit": publications[0].audit if publications else {},
        }
        return render(request, "summaries/release_detail.html", context)


class ReleaseSign(ReleaseView):
    """Signing the content hash."""

    permission_required = Permission.SUMMARY_RELEASE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the person's opened key."""
        release = self.release(pk)
        release_sign(actor=request.user, release=release, signer=signer_of(request))
        return redirect("release_detail", pk=release.pk)


class ReleaseTablePage(ReleaseView):
    """One table of one area by one axis; each figure opens the units behind it."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The page, or the workbook with `format=xlsx`."""
        release = self.release(pk)
        stored = self.stored(release, self.asked("table"), self.asked("division"))
        axes = axes_of(stored)
        axis = self.asked("axis")
        if axis not in dict(axes):
            axis = Axis.DIVISION if stored.division_code == NATION_CODE else axes[0][0]
        shown = ReleasePresenter(release)
        view = TableView(stored, shown.tables[stored.table_code], axis)
        if self.asked("format") == "xlsx":
            release_download(actor=request.user, release=release, what=f"{stored} {axis}")
            name = f"{view.table.number}_{stored.division_name}_{release.name}.xlsx"
            return download_answer(table_workbook(shown, view), XLSX, name)
        own = self.visible(
            ReleaseTable.objects.filter(release=release, table_code=stored.table_code)
        )
        context = {
            "release": release,
            "shown": shown,
            "stored": stored,
            "view": view,
            "axes": axes,
            "areas": own.order_by("division_code").values_list("division_code", "division_name"),
        }
        return render(request, "summaries/release_table.html", context)


class ReleaseUnits(ReleaseView):
    """The units behind one figure, the largest first."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """404 where the release has no such figure."""
        release = self.release(pk)
        stored = self.stored(release, self.asked("table"), self.asked("division"))
        table = ReleasePresenter(release).tables[stored.table_code]
        column = table.by_slug.get(self.asked("column"))
        axis, key = self.asked("axis"), self.asked("key")
        ranking = None
        if column is not None and column.formula is None:
            ranking = ranking_of_row(
                actor=request.user, stored=stored, axis=axis, key=key, column=column
            )
        if column is None or ranking is None:
            raise Http404(_("这个版本没有这个数。"))
        names = stored.content.get("names", {}).get(axis, {})
        context = {
            "release": release,
            "stored": stored,
            "table": table,
            "axis": axis,
            "row_name": names.get(key, ["", _("合计")])[1],
            "label": localised(column.label),
            "unit": column.unit,
            "ranking": ranking,
            "at_most": AT_MOST,
        }
        return render(request, "summaries/release_units.html", context)


class ReleaseProof(ReleaseView):
    """Counties make cities, cities provinces, provinces the nation: every equation."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """For one table over the areas that the person may see."""
        release = self.release(pk)
        shown = ReleasePresenter(release)
        code = self.asked("table") or next(iter(shown.tables))
        stored = self.stored(release, code, "")
        visible = self.visible(ReleaseTable.objects.filter(release=release, table_code=code))
        contents = {
            "" if one.division_code == NATION_CODE else one.division_code[:PROVINCE_DIGITS]: (
                one.content
            )
            for one in visible
        }
        names = {
            "" if one.division_code == NATION_CODE else one.division_code[:PROVINCE_DIGITS]: (
                one.division_name
            )
            for one in visible
        }
        table = shown.tables[stored.table_code]
        scale = self.asked("scale", "0")
        digits = int(scale) if scale in {"0", "1", "2"} else 0
        context = {
            "release": release,
            "shown": shown,
            "table": table,
            "proof": Proof(table, contents),
            "names": names,
            "stored": stored,
            "scale": digits,
            "roundings": list(roundings_of(table, stored.content, Axis.DIVISION, scale=digits)),
        }
        return render(request, "summaries/release_proof.html", context)


class ReleaseCompare(ReleaseView):
    """Two releases, cell by cell; the other one is named in the address."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The page, or the workbook with `format=xlsx`."""
        release = self.release(pk)
        other = self.asked("with")
        if not other.isdecimal() or len(other) > 18:
            raise Http404(_("请选择要比较的版本。"))
        earlier = self.release(int(other))
        shown, old = ReleasePresenter(release), ReleasePresenter(earlier)
        shared = [code for code in shown.tables if code in old.tables]
        if not shared:
            raise Http404(_("这两个版本没有相同的表。"))
        code = self.asked("table")
        code = code if code in shared else shared[0]
        after = self.stored(release, code, self.asked("division"))
        before = self.stored(earlier, code, after.division_code)
        axis = self.asked("axis")
        axes = axes_of(after)
        axis = axis if axis in dict(axes) else axes[0][0]
        comparison = Comparison(before, after, old.tables[code], shown.tables[code], axis)
        if self.asked("format") == "xlsx":
            release_download(actor=request.user, release=release, what=f"{code} / {earlier.name}")
            name = f"{comparison.new.number}_{earlier.name}_{release.name}.xlsx"
            return download_answer(comparison_workbook(comparison), XLSX, name)
        context: dict[str, Any] = {
            "release": release,
            "earlier": earlier,
            "comparison": comparison,
            "labels": [(localised(c.label), c.unit) for c in comparison.columns],
            "unlike": [localised(c.label) for c in comparison.unlike],
            "rows": list(comparison.rows()),
            "tables": [(c, shown.tables[c].number) for c in shared],
            "axes": axes,
        }
        return render(request, "summaries/release_compare.html", context)
