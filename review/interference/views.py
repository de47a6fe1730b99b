"""The list of signs, one sign with its facts, and the list as a workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.enums import AuditAction
from audit.services import audit_record
from registry.models import Division
from registry.selectors import division_names
from registry.views.division import DivisionView
from review.enums import LookConclusion
from review.interference.findings import (
    FindingFilter,
    findings_of,
    key_of,
    keys_of,
    lines_of,
    notes_by_key,
    run_before,
    runs_of,
)
from review.interference.models import InterferenceFinding, InterferenceRun
from review.interference.presenters import FindingView, fact_rows, signal_counts
from review.interference.scanning import interference_scan_start
from review.interference.services import interference_note_write
from review.interference.signals import SIGNALS_BY_NAME
from review.interference.workbook import interference_workbook
from submissions.selectors import exercise_newest

SHOWN_AT_MOST = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _RunView(DivisionView):
    """A division and the scan of it that is looked at."""

    is_abstract = True
    permission_required = Permission.INTERFERENCE_VIEW

    def run(self, runs: list[InterferenceRun]) -> InterferenceRun | None:
        """`?run=` names one; else the newest. 404 for one that is not of this division."""
        wanted = self.request.GET.get("run", "")
        if not wanted:
            return runs[0] if runs else None
        found = next((run for run in runs if str(run.pk) == wanted), None)
        if found is None:
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        return found

    def narrowed(self) -> FindingFilter:
        """What the query asks for; what is not a known choice counts as not asked."""
        signal, state = (self.request.GET.get(name, "") for name in ("signal", "state"))
        return FindingFilter(
            signal if signal in SIGNALS_BY_NAME else "",
            state if state in {"open", "looked"} else "",
        )


class Interference(_RunView):
    """The signs of a division, the most improbable first; posted, it is scanned anew."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """A dozen queries, whatever the size."""
        division = self.division()
        runs = runs_of(request.user, division)
        run = self.run(runs)
        context: dict[str, Any] = {
            **self.heading(division),
            "runs": runs,
            "run": run,
            "narrowed": self.narrowed(),
        }
        if run is not None:
            context |= self._found(run, division)
            context["at"] = run.as_of
        return render(request, "review/interference.html", context)

    def _found(self, run: InterferenceRun, division: Division) -> dict[str, Any]:
        user = self.request.user
        findings = list(findings_of(user, run, division))
        before = run_before(user, run)
        lines = lines_of(user, findings, before=before, narrowed=self.narrowed())
        places = division_names({finding.division_code for finding in findings})
        return {
            "before": before,
            "gone": len(keys_of(before) - keys_of(run)) if before else 0,
            "total": len(findings),
            "signals": signal_counts(run, findings),
            "more": len(lines) > SHOWN_AT_MOST,
            "rows": [
                (
                    line,
                    FindingView(line.finding),
                    places.get(line.finding.division_code, line.finding.division_code),
                )
                for line in lines[:SHOWN_AT_MOST]
            ],
        }

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Start the job over the division that is shown."""
        division = self.division()
        exercise = exercise_newest()
        if exercise is None:
            messages.error(request, _("还没有普查阶段，没有可扫描的内容。"))
            return redirect(f"{request.path}?division={division.code}")
        job = interference_scan_start(
            actor=request.user, division_code=division.code, exercise=exercise
        )
        return redirect("job_detail", pk=job.pk)


class InterferenceWorkbook(_RunView):
    """The shown list as a workbook."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The act is recorded: it names people. 404 without a scan."""
        division = self.division()
        run = self.run(runs_of(request.user, division))
        if run is None:
            raise Http404(_("还没有扫描过。"))
        findings = list(findings_of(request.user, run, division))
        lines = lines_of(request.user, findings, before=None, narrowed=self.narrowed())
        audit_record(
            action=AuditAction.INTERFERENCE_DOWNLOADED,
            actor=request.user,
            subject=run,
            division_code=division.code,
            detail={"number": len(lines)},
        )
        name = _("干预迹象 %(division)s.xlsx") % {"division": division.name}
        return download_answer(interference_workbook(run, lines), XLSX, name)


class InterferenceDetail(ScopedView):
    """One sign: what was looked at, the facts, and what looking into it came to."""

    permission_required = Permission.INTERFERENCE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Six queries."""
        return self._page(request, self._finding(pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Write a conclusion; refused, the page keeps what was typed."""
        finding = self._finding(pk)
        typed = {
            "conclusion": request.POST.get("conclusion", ""),
            "text": request.POST.get("text", "").replace("\0", ""),
        }
        try:
            interference_note_write(actor=request.user, finding_id=finding.pk, **typed)
        except Refusal as refusal:
            return self._page(request, finding, typed=typed, refusal=refusal)
        messages.success(request, _("核实结论已记录。"))
        return redirect("interference_finding", pk=pk)

    def _finding(self, pk: int) -> InterferenceFinding:
        return self.load(
            InterferenceFinding.objects.select_related("run", "run__exercise", "person"), pk=pk
        )

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        finding: InterferenceFinding,
        *,
        typed: dict[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        names = division_names([finding.division_code])
        context = {
            "finding": finding,
            "view": FindingView(finding),
            "place": names.get(finding.division_code, finding.division_code),
            "facts": fact_rows(request.user, finding),
            "notes": notes_by_key(request.user, [finding]).get(key_of(finding), []),
            "conclusions": LookConclusion.choices,
            "typed": typed or {},
            "refusal": refusal,
            "is_own": finding.person_id == request.user.pk,
        }
        status = refusal.status if refusal else 200
        return render(request, "review/interference_finding.html", context, status=status)
