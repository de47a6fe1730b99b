"""Batch editing: start a run, watch it, results by rule and division, down to the forms."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Missing, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.selectors import division_names
from submissions.batch_editing.running import NATION, batch_run_start, prefix_of
from submissions.batch_editing.selectors import (
    PAGE,
    division_rows,
    findings_page,
    pages_of,
    rule_rows,
    rule_text,
    unfinished_results,
)
from submissions.division_filter import division_read
from submissions.enums import ExerciseStatus
from submissions.facts.jobs import fact_snapshot_start
from submissions.models import BatchRun
from submissions.selectors import exercise_newest

SHOWN = 50
_LONGEST = 80
_NEXT = {0: 2, 2: 4, 4: 6, 6: 6}


class BatchRuns(ScopedView):
    """The runs of the own jurisdiction; posted, a new one over the own division."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The newest first. Three queries."""
        runs = self.visible(BatchRun.objects.select_related("exercise", "requested_by"))
        listed = list(runs.prefetch_related("parts__job")[:SHOWN])
        names = division_names({run.division_code for run in listed})
        rows = [(run, names.get(run.division_code, run.division_code)) for run in listed]
        can_refresh = request.user.can_anywhere(Permission.SUMMARY_RUN)
        return render(
            request, "submissions/batch_runs.html", {"rows": rows, "can_refresh": can_refresh}
        )

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start a run, or bring the facts up to date first."""
        found = exercise_newest()
        if found is None or found.status != ExerciseStatus.OPEN:
            raise Missing(_("没有正在进行的普查阶段。"))
        try:
            if request.POST.get("act") == "refresh":
                job = fact_snapshot_start(actor=request.user, exercise=found)
                return redirect("job_detail", pk=job.pk)
            division = request.user.division_code or NATION
            run = batch_run_start(actor=request.user, exercise=found, division_code=division)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("batch_runs")
        return redirect("batch_run", pk=run.pk)


class BatchRunDetail(ScopedView):
    """How far the run is, what did not run, and every rule with what it found."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`?all=1` lists rules without findings too."""
        run = self.load(BatchRun.objects.select_related("exercise", "previous"), pk=pk)
        names = division_names({run.division_code})
        parts = list(run.parts.select_related("job"))
        rules = rule_rows(run, only_found=request.GET.get("all") != "1")
        context = {
            "run": run,
            "place": names.get(run.division_code, run.division_code),
            "parts": parts,
            "done": sum(part.finished_at is not None for part in parts),
            "failed": [
                p for p in parts if p.finished_at is None and not (p.job and p.job.is_alive)
            ],
            "cases": sum(part.case_count for part in parts),
            "rules": rules,
            "found": sum(rule.found for rule in rules),
            "new": sum(rule.new for rule in rules),
            "gone": sum(rule.gone for rule in rules),
            "unfinished": unfinished_results(run),
            "is_all": request.GET.get("all") == "1",
        }
        return render(request, "submissions/batch_run.html", context)


class BatchRunFindings(ScopedView):
    """What one rule found: by division of the next level, and the forms themselves."""

    permission_required = Permission.FINDING_REPORT_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`?form=…&rule=…`, `&division=…`, `&page=…`."""
        run = self.load(BatchRun.objects.select_related("exercise"), pk=pk)
        form_code = request.GET.get("form", "").replace("\0", "")[:_LONGEST]
        rule_id = request.GET.get("rule", "").replace("\0", "")[:_LONGEST]
        if not rule_id:
            return redirect("batch_run", pk=run.pk)
        division = division_read(request.GET.get("division", "").replace("\0", ""))
        page = _page(request.GET.get("page", ""))
        own = prefix_of(run.division_code)
        if division and not division.startswith(own):
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        listed, total = findings_page(
            run, form_code=form_code, rule_id=rule_id, division=division, page=page
        )
        here = prefix_of(division) if division else own
        digits = _NEXT.get(len(here), 6)
        by_division = [
            row
            for row in division_rows(run, form_code=form_code, rule_id=rule_id, digits=digits)
            if row["code"].startswith(here)
        ]
        names = division_names(
            {row["code"] for row in by_division} | {row.case.division_code for row in listed}
        )
        for row in by_division:
            row["name"] = names.get(row["code"], row["code"])
        context = {
            "run": run,
            "form_code": form_code,
            "rule_id": rule_id,
            "text": rule_text(form_code, rule_id),
            "division": division,
            "divisions": by_division if len(by_division) > 1 else [],
            "lines": [(row, names.get(row.case.division_code, "")) for row in listed],
            "total": total,
            "page": page,
            "pages": pages_of(total)[-1],
            "first": (page - 1) * PAGE + 1,
        }
        return render(request, "submissions/batch_findings.html", context)


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:7]) < 10**6 else 1
