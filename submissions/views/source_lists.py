"""Lists of authorities: bringing one in, saying what its columns hold, and what became of it."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.hashing import sm3_hex_of
from registry.enums import ListAuthority, ListState, RowOutcome, UnitKind
from registry.frame.columns import COLUMNS
from registry.list_selectors import matches_by_county, problems_counted, waiting_rows
from registry.models import SourceList
from registry.services.list_screening import outcome_counts
from registry.services.source_lists import (
    BroughtFile,
    columns_shown,
    source_list_bring,
    source_list_columns_set,
)
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import Job
from submissions.views.jobs import own_division

LIST_AT_MOST = 512 * 1024 * 1024
PAGE = 50


class SourceListForm(forms.Form):
    """A file and whose list it is."""

    authority = forms.ChoiceField(label=gettext_lazy("名录来源"), choices=ListAuthority.choices)
    file = forms.FileField(
        label=gettext_lazy("名录文件"),
        help_text=gettext_lazy("CSV 或 XLSX，列的次序不限，最多一百万行。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    reference_date = forms.DateField(
        label=gettext_lazy("数据截止日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    default_kind = forms.ChoiceField(
        label=gettext_lazy("普查对象类别"),
        required=False,
        choices=[("", gettext_lazy("按行业判断")), *UnitKind.choices],
        help_text=gettext_lazy("文件中没有类别一列时适用。"),
    )

    def clean_file(self) -> Any:
        """By its name and size; the content is judged when it is read."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".xlsx")):
            raise forms.ValidationError(_("只能导入 CSV 或 XLSX 文件。"))
        if file.size > LIST_AT_MOST:
            raise forms.ValidationError(_("文件超过 512 MB，请分批导入。"))
        return file


class SourceLists(ScopedView):
    """Every list of the jurisdiction, and the form for the next one."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The lists, newest first."""
        return self._page(request, SourceListForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Keep the file; the columns are confirmed on the list's own page."""
        form = SourceListForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            source_list = source_list_bring(
                actor=request.user,
                authority=form.cleaned_data["authority"],
                file=_kept(form.cleaned_data["file"]),
                division_code=own_division(request),
                reference_date=form.cleaned_data["reference_date"],
                default_kind=form.cleaned_data["default_kind"],
            )
        except Refusal as refusal:
            form.add_error(refusal.cell if refusal.cell in form.fields else "file", refusal.message)
            return self._page(request, form, status=refusal.status)
        if source_list.state != ListState.MAPPING:
            messages.info(request, _("这个文件已经导入过，没有重复导入。"))
        return redirect("source_list", pk=source_list.pk)

    def _page(
        self, request: AuthenticatedHttpRequest, form: SourceListForm, *, status: int = 200
    ) -> HttpResponse:
        lists = self.visible(SourceList.objects.select_related("imported_by"))[:PAGE]
        context = {
            "form": form,
            "lists": lists,
            "waiting": waiting_rows(request.user).count(),
        }
        return render(request, "submissions/source_lists.html", context, status=status)


class SourceListDetail(ScopedView):
    """One list: its columns while they are to be confirmed, then what became of its rows."""

    permission_required = Permission.FRAME_LOAD

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The page for the list's state."""
        source_list = self.load(SourceList.objects.select_related("imported_by"), pk=pk)
        return self._page(request, source_list)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Confirm the columns and begin; or begin again where it was cut off."""
        source_list = self.load(SourceList.objects.select_related("imported_by"), pk=pk)
        if source_list.state == ListState.MAPPING:
            try:
                source_list_columns_set(
                    actor=request.user, list_id=pk, columns=_columns(request, source_list)
                )
            except Refusal as refusal:
                source_list.columns = _columns(request, source_list)
                return self._page(request, source_list, error=refusal.message)
        job_start(
            kind=JobKind.LIST_SCREEN,
            parameters={
                "list": source_list.pk,
                "name": source_list.name,
                "open_cases": "open_cases" in request.POST,
            },
            actor=request.user,
            division_code=source_list.division_code,
        )
        return redirect("source_list", pk=pk)

    def _page(
        self, request: AuthenticatedHttpRequest, source_list: SourceList, *, error: str = ""
    ) -> HttpResponse:
        context: dict[str, Any] = {"list": source_list, "error": error}
        if source_list.state == ListState.MAPPING:
            context |= {
                "columns": columns_shown(source_list),
                "fields": [(column.field, column.label) for column in COLUMNS],
            }
        else:
            counts = outcome_counts(source_list)
            context |= {
                "outcomes": [
                    (outcome, RowOutcome(outcome).label, counts.get(outcome, 0))
                    for outcome in RowOutcome.values
                ],
                "counties": matches_by_county(source_list),
                "problems": problems_counted(source_list),
                "job": self._job(source_list),
            }
        status = 400 if error else 200
        return render(request, "submissions/source_list.html", context, status=status)

    def _job(self, source_list: SourceList) -> Job | None:
        jobs = self.visible(Job.objects.filter(kind=JobKind.LIST_SCREEN))
        jobs = jobs.filter(parameters__list=source_list.pk)
        return jobs.select_related("requested_by").order_by("-pk").first()


def _columns(request: AuthenticatedHttpRequest, source_list: SourceList) -> dict[str, int]:
    """Field → position, from one select a column; the first column named for a fact has it."""
    known = {column.field for column in COLUMNS}
    found: dict[str, int] = {}
    for index in range(len(source_list.header)):
        field = request.POST.get(f"column_{index}", "")
        if field in known and field not in found:
            found[field] = index
    return found


def _kept(file: UploadedFile[Any]) -> BroughtFile:
    """Store an upload piece by piece under the hash of its content."""
    root = Path(settings.MEDIA_ROOT)
    folder = root / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{secrets.token_hex(8)}.part"
    with beside.open("wb") as kept:
        for piece in file.chunks():
            kept.write(piece)
    with beside.open("rb") as kept:
        digest = sm3_hex_of(iter(partial(kept.read, 1 << 20), b""))
    name = Path(file.name or "")
    path = folder / f"{digest}{name.suffix.lower()}"
    beside.replace(path)
    return BroughtFile(name.name[:150], str(path.relative_to(root)), digest)
