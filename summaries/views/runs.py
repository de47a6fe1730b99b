"""Progress, and the official tables."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.enums import LEVEL_OF_PREFIX, Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction, Place
from accounts.views.base import ScopedView
from registry.models import Division
from registry.selectors import division_get, division_names, divisions_above, divisions_below
from submissions.jobs import queue_position
from summaries.forms import SummaryForm
from summaries.models import SummaryRun
from summaries.presenters import SummaryPresenter
from summaries.progress import forms_counted, own_divisions, progress_of
from summaries.progress_page import ProgressPage
from summaries.selectors import exercise_current
from summaries.services import summary_download, summary_request
from summaries.workbook import summary_workbook

PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProgressView(ScopedView):
    """Counts by division and state; each number opens the list behind it."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The own division, or one inside it."""
        own = own_divisions(request.user)
        exercise = exercise_current(request.GET.get("exercise", "")[:20])
        division = self._division(request.GET.get("division", "") or (own[0] if own else ""))
        at = timezone.now()
        if exercise is None:
            return render(request, "summaries/progress.html", {"at": at, "division": division})
        forms = forms_counted(actor=request.user, exercise=exercise)
        asked = request.GET.get("form", "")
        form_code = asked if asked in forms else ""
        progress = progress_of(
            actor=request.user, exercise=exercise, division=division, form_code=form_code
        )
        context = {
            "page": ProgressPage(progress, form_code),
            "division": division,
            "crumbs": divisions_above(division, own),
            "others": division_names(own) if len(own) > 1 else {},
            "exercise_shown": exercise,
            "forms": forms,
            "form_code": form_code,
            "at": at,
        }
        return render(request, "summaries/progress.html", context)

    def _division(self, code: str) -> Division:
        """404 for a division that does not exist or lies outside the jurisdiction."""
        division = division_get(code) if code.isdecimal() and len(code) == 12 else None
        if division is None or not self.request.user.has_perm(
            Permission.PROGRESS_VIEW, Place(division.code)
        ):
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        return division


class SummaryList(ScopedView):
    """The runs of the own jurisdiction, newest first."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        runs = self.visible(SummaryRun.objects.all()).select_related("job__requested_by")
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            runs = runs.filter(pk__lt=int(before))
        rows = list(runs.defer("result").order_by("-pk")[: PAGE + 1])
        more = f"before={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
        context = {
            "runs": [SummaryPresenter(run) for run in rows[:PAGE]],
            "next_query": more,
            "first_query": "page=1" if before else "",
        }
        return render(request, "summaries/summary_list.html", context)


class SummaryOrderView(ScopedView):
    """Asking for a run."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The form, for the own division unless another is named."""
        own = self._own(request)
        form = SummaryForm(
            initial={
                "division": request.GET.get("division") or next(iter(own), ""),
                "level": request.GET.get("level") or self._own_level(request),
                "axis": request.GET.get("axis", ""),
            }
        )
        return self._page(request, form)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start it; a refusal stands above the form, and nothing typed is lost."""
        form = SummaryForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            run = summary_request(actor=request.user, order=form.order())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, form, status=refusal.status)
        return redirect("summary_detail", pk=run.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: SummaryForm, *, status: int = 200
    ) -> HttpResponse:
        own = self._own(request)
        children = [
            (child.code, child.full_name)
            for code in list(own)[:1]
            for child in divisions_below(code)
        ]
        context = {"form": form, "divisions": [*own.items(), *children]}
        return render(request, "summaries/summary_run.html", context, status=status)

    def _own_level(self, request: AuthenticatedHttpRequest) -> str:
        """What the own office has signed off: the level of the widest own division."""
        scopes = request.user.scopes_for(Permission.SUMMARY_RUN)
        lengths = [len(s.prefix) for s in scopes if isinstance(s, Jurisdiction)]
        return str(LEVEL_OF_PREFIX.get(min(lengths, default=0), ""))

    def _own(self, request: AuthenticatedHttpRequest) -> dict[str, str]:
        scopes = request.user.scopes_for(Permission.SUMMARY_RUN)
        prefixes = sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)
        names = division_names([prefix.ljust(12, "0") for prefix in prefixes])
        return {code: names[code] for code in sorted(names, key=lambda c: len(c.rstrip("0")))}


class SummaryDetail(ScopedView):
    """One run: its progress while it is computed, then the table."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The whole page, or only its body for the page that waits."""
        run = self.load(SummaryRun.objects.select_related("job__requested_by", "exercise"), pk=pk)
        inside = bool(request.headers.get("HX-Request"))
        template = "summaries/_summary_body.html" if inside else "summaries/summary_detail.html"
        context = {
            "summary": SummaryPresenter(run),
            "run": run,
            "job": run.job,
            "position": queue_position(run.job),
        }
        return render(request, template, context)


class SummaryWorkbook(ScopedView):
    """The workbook, made from the stored result; taking it away is recorded."""

    permission_required = Permission.SUMMARY_RUN

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """409 while there is no result."""
        run = self.load(SummaryRun.objects.select_related("job__requested_by", "exercise"), pk=pk)
        summary_download(actor=request.user, run=run)
        summary = SummaryPresenter(run)
        answer = HttpResponse(summary_workbook(summary), content_type=XLSX)
        disposition = content_disposition_header(True, summary.file_name)  # noqa: FBT003  Django's
        answer["Content-Disposition"] = disposition or "attachment"
        return answer
