"""Background jobs: asking for one, watching it, taking its result, stopping it."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import NotAllowed, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Jurisdiction
from accounts.views.base import ScopedView
from audit.hashing import sm3_hex
from registry.frame.workbooks import frame_template_workbook
from submissions.enums import JobKind
from submissions.forms import FrameLoadForm
from submissions.jobs import job_cancel, job_start, queue_position
from submissions.models import Job

PAGE = 50
PRIVATE_RESULTS = frozenset({JobKind.AUDIT_EXPORT})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FrameLoad(ScopedView):
    """Upload a list of units; the work itself is a job."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The form, and what was loaded before."""
        return self._page(request, FrameLoadForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Keep the file and ask for the job; the same file asked for twice is one job."""
        form = FrameLoadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=400)
        file = form.cleaned_data["file"]
        job = job_start(
            kind=JobKind.FRAME_LOAD,
            parameters={
                "path": kept(file),
                "name": Path(file.name).name[:150],
                "dry_run": form.cleaned_data["dry_run"],
            },
            actor=request.user,
            division_code=own_division(request),
        )
        return redirect("job_detail", pk=job.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: FrameLoadForm, *, status: int = 200
    ) -> HttpResponse:
        jobs = self.visible(Job.objects.all()).filter(kind=JobKind.FRAME_LOAD)
        context = {"form": form, "jobs": jobs.select_related("requested_by")[:10]}
        return render(request, "submissions/frame_load.html", context, status=status)


class FrameTemplate(ScopedView):
    """An empty list with the columns that are understood, to be filled and uploaded."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """A workbook, made anew: the columns are data of the register."""
        with tempfile.TemporaryDirectory() as folder:
            content = frame_template_workbook(Path(folder) / "template.xlsx").read_bytes()
        answer = HttpResponse(content, content_type=XLSX)
        name = quote(_("普查对象名录模板.xlsx"))
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return answer


def kept(file: UploadedFile[Any]) -> str:
    """Store an upload under the hash of its content; returns its path below MEDIA_ROOT."""
    content = file.read()
    suffix = Path(file.name or "").suffix.lower()
    path = Path("uploads") / f"{sm3_hex(content)}{suffix}"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    if not whole.exists():
        beside = whole.with_suffix(f"{suffix}.{secrets.token_hex(4)}")
        beside.write_bytes(content)
        beside.rename(whole)
    return str(path)


def own_division(request: AuthenticatedHttpRequest) -> str:
    """The division of the person's widest right to load lists; blank for the nation."""
    scopes = request.user.scopes_for(Permission.FRAME_LOAD)
    prefixes = [scope.prefix for scope in scopes if isinstance(scope, Jurisdiction)]
    return min(prefixes, key=len, default="").ljust(12, "0") if prefixes != [""] else ""


class JobList(ScopedView):
    """Jobs of the own jurisdiction, newest first."""

    permission_required = Permission.JOB_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        jobs = self.visible(Job.objects.all()).select_related("requested_by").order_by("-pk")
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            jobs = jobs.filter(pk__lt=int(before))
        rows = list(jobs[: PAGE + 1])
        more = f"before={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
        context = {"jobs": rows[:PAGE], "next_query": more}
        return render(request, "submissions/job_list.html", context)


class JobDetail(ScopedView):
    """One job, its progress live."""

    permission_required = Permission.JOB_VIEW
    template = "submissions/job_detail.html"

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The state as it is now; a reload shows the same."""
        job = self.load(Job.objects.select_related("requested_by"), pk=pk)
        return render(request, self.template, {"job": job, "position": queue_position(job)})


class JobProgress(JobDetail):
    """The part of the page that asks again while the job is alive."""

    permission_required = Permission.JOB_VIEW
    template = "submissions/_job_progress.html"


class JobResult(ScopedView):
    """The file that a job made."""

    permission_required = Permission.JOB_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """As a download; the path stays below MEDIA_ROOT."""
        job = self.load(Job.objects.all(), pk=pk)
        if job.kind in PRIVATE_RESULTS and job.requested_by_id != request.user.pk:
            raise NotAllowed(_("只有导出人可以下载这个文件。"))
        root = Path(settings.MEDIA_ROOT).resolve()
        path = (root / job.result_path).resolve()
        if not job.result_path or not path.is_relative_to(root) or not path.is_file():
            raise Http404
        return FileResponse(path.open("rb"), as_attachment=True, filename=job.result_name)


class JobCancel(ScopedView):
    """Ask a job to stop."""

    permission_required = Permission.JOB_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """At once if it waits, at its next step if it runs."""
        job = self.load(Job.objects.all(), pk=pk)
        try:
            job_cancel(job_id=job.pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("job_detail", pk=job.pk)
