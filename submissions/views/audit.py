"""The audit screen: who did what, where and when; who read whose answers; taking it away."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.event_details import details_told
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.selectors import username_of
from accounts.views.base import ScopedView
from audit.enums import ActGroup, AuditAction, ReadWay
from audit.selectors import (
    ReadFilter,
    event_within,
    events_within,
    latest_seal,
    page_before,
    readers_of,
    reads_within,
    seal_of,
)
from registry.models import ConfidentialUnit, Unit
from registry.selectors import division_names
from registry.services.confidentiality import confidentiality_set, may_mark
from submissions.audit_exporting import audit_export_start
from submissions.audit_search import AuditSearch, place_read, place_written, prefixes_of

PAGE = 50
# What an event speaks of → the page of it, for whoever may see the thing itself.
SUBJECT_PAGES = {
    "submissions.case": "case_fill",
    "registry.unit": "unit_detail",
    "submissions.job": "job_detail",
    "registry.framechange": "frame_change",
    "registry.enumerationarea": "enumeration_area",
}


def subject_url(user: User, kind: str, key: str) -> str:
    """The page of the thing; blank where it has none, is gone, or may not be seen. One query."""
    if kind not in SUBJECT_PAGES or not key.isdecimal():
        return ""
    rows: Any = apps.get_model(kind)._default_manager
    if not rows.all().visible_to(user).filter(pk=int(key)).exists():
        return ""
    return reverse(SUBJECT_PAGES[kind], args=[int(key)])


def pages_of(rows: list[Any], search_query: str, place: object) -> dict[str, Any]:
    """One page of rows with the address of the next; the first page's where this is a later one."""
    shown, last = rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None
    more = urlencode({"before": place_written((last.at, last.pk))}) if last else ""
    return {
        "rows": shown,
        "next_query": "&".join(part for part in (search_query, more) if part) if last else "",
        "first_query": (search_query or "q=") if place else "",
    }


class AuditList(ScopedView):
    """Acts inside the auditor's jurisdiction, newest first, keyset paged."""

    permission_required = Permission.AUDIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Filter by person, unit, area, time, act and kind of act. At most five queries."""
        search = AuditSearch.read(request.user, request.GET.dict())
        place = place_read(request.GET.get("before", ""))
        prefixes = prefixes_of(request.user, Permission.AUDIT_VIEW)
        rows = page_before(events_within(prefixes, search.events), place, PAGE)
        page = pages_of(rows, search.query, place)
        context = {
            **page,
            "events": [(event, list(details_told(event.detail))) for event in page["rows"]],
            "places": division_names([event.division_code for event in page["rows"]]),
            "search": search,
            "actions": AuditAction.choices,
            "groups": ActGroup.choices,
            "seal": latest_seal(),
        }
        return render(request, "submissions/audit_list.html", context)


class AuditEventDetail(ScopedView):
    """One act with everything that was recorded of it, and the seal that covers it."""

    permission_required = Permission.AUDIT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """404 outside the auditor's jurisdiction."""
        event = event_within(prefixes_of(request.user, Permission.AUDIT_VIEW), pk)
        if event is None:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        context = {
            "event": event,
            "details": list(details_told(event.detail)),
            "seal": seal_of(event),
            "place": division_names([event.division_code]).get(event.division_code, ""),
            "subject_url": subject_url(request.user, event.subject_type, event.subject_id),
            "person": username_of(event.actor_id),
        }
        return render(request, "submissions/audit_event.html", context)


class AuditReads(ScopedView):
    """Who opened whose answers, inside the auditor's jurisdiction."""

    permission_required = Permission.AUDIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Filter by person, unit, way and time. At most five queries."""
        search = AuditSearch.read(request.user, request.GET.dict())
        place = place_read(request.GET.get("before", ""))
        prefixes = prefixes_of(request.user, Permission.AUDIT_VIEW)
        rows = page_before(reads_within(prefixes, search.reads), place, PAGE)
        page = pages_of(rows, search.query, place)
        context = {
            **page,
            "places": division_names([read.division_code for read in page["rows"]]),
            "search": search,
            "ways": ReadWay.choices,
        }
        return render(request, "submissions/audit_reads.html", context)


class UnitReads(ScopedView):
    """Who read the answers of one unit: for the auditor, the offices above, and the unit itself."""

    permission_required = Permission.READS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Everybody with the number of reads, then the reads. Three queries beside the unit's."""
        unit = self.load(Unit.objects.all(), pk=pk)
        place = place_read(request.GET.get("before", ""))
        wanted = ReadFilter(unit_ids=(unit.pk,))
        rows = page_before(reads_within([""], wanted), place, PAGE)
        context = {
            **pages_of(rows, "", place),
            "unit": unit,
            "readers": readers_of(unit.pk),
            "mark": ConfidentialUnit.objects.filter(unit=unit).select_related("marked_by").first(),
            "may_mark": may_mark(request.user, unit),
            "is_auditor": request.user.has_perm(Permission.AUDIT_VIEW, unit),
        }
        return render(request, "submissions/unit_reads.html", context)


class UnitConfidentiality(ScopedView):
    """Mark a unit as confidential, or take the mark off."""

    permission_required = Permission.READS_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Back to the unit's reads, with the sentence of a refusal."""
        unit = self.load(Unit.objects.all(), pk=pk)
        is_confidential = request.POST.get("mark") == "1"
        try:
            confidentiality_set(
                actor=request.user,
                unit_id=unit.pk,
                is_confidential=is_confidential,
                reason=request.POST.get("reason", "").replace("\x00", ""),
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            done = _("已列为保密单位。") if is_confidential else _("已取消保密单位。")
            messages.success(request, done)
        return redirect("unit_reads", pk=unit.pk)


class AuditExport(ScopedView):
    """Take what is found away as a file, with a reason."""

    permission_required = Permission.AUDIT_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """A job writes it; a refusal leads back to the search."""
        log = request.POST.get("log", "events")
        try:
            job = audit_export_start(
                actor=request.user,
                query=request.POST.get("query", "")[:2000],
                log=log,
                file_format=request.POST.get("format", ""),
                reason=request.POST.get("reason", "").replace("\x00", ""),
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            page = reverse("audit_reads" if log == "reads" else "audit_list")
            search = AuditSearch.read(
                request.user, dict(parse_qsl(request.POST.get("query", "")[:2000]))
            )
            return redirect(f"{page}?{search.query}")
        return redirect("job_detail", pk=job.pk)
