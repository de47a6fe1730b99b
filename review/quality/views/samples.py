"""Rates of a division and its samples; one sample with its draw, lots and checks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.signing_session import open_until, signer_of
from accounts.views.base import ScopedView
from registry.coverage_rates import Rate
from registry.enums import UnitKind, UnitStatus
from registry.models import Division
from registry.selectors import division_name, division_names
from registry.views.division import DivisionView
from review.models import QualityLot, QualitySample
from review.quality.enums import LotOutcome, SamplePart, SampleStage
from review.quality.forms import DrawForm, FreezeForm, date_read, minute_now, number_read
from review.quality.frame import frame_lines, frame_size_now
from review.quality.selectors import (
    Redraw,
    is_of_level,
    item_names,
    level_of,
    lots_from_above,
    lots_of,
    quality_lines,
    redraw,
    sample_rates,
    samples_of,
)
from review.quality.services.lots import lot_decide, lot_return_start
from review.quality.services.reports import report_issue
from review.quality.services.sampling import (
    freeze_check,
    sample_close,
    sample_draw,
    sample_freeze,
)
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import CollectionExercise

INLINE_AT_MOST = 20_000  # forms of a frame that a page may wait for
SAMPLES_SHOWN = 50
CHECKS_SHOWN = 100
_BESIDE = ("exercise", "frozen_by", "drawn_by", "closed_by")


class QualityHome(DivisionView):
    """漏查率, 重复率 and 差错率 of a division and the level below, and its samples."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Computed from closed blocks and samples every time: nobody types a rate."""
        return self._page(request, self.division(), FreezeForm())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Freeze a frame: at once where it is small, else as a job."""
        division = self.division()
        form = FreezeForm(request.POST)
        if not form.is_valid():
            return self._page(request, division, form, status=400)
        asked = form.cleaned_data
        exercise: CollectionExercise = asked["exercise"]
        try:
            if frame_size_now(exercise, division.code) > INLINE_AT_MOST:
                freeze_check(
                    actor=request.user,
                    exercise=exercise,
                    division_code=division.code,
                    source=asked["source"],
                    at=asked["at"],
                )
                job = job_start(
                    kind=JobKind.QUALITY_FRAME,
                    parameters={
                        "act": "freeze",
                        "exercise": exercise.pk,
                        "source": asked["source"],
                        "at": asked["at"].isoformat(),
                    },
                    actor=request.user,
                    division_code=division.code,
                )
                return redirect("job_detail", pk=job.pk)
            sample = sample_freeze(
                actor=request.user,
                exercise=exercise,
                division_code=division.code,
                source=asked["source"],
                at=asked["at"],
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, division, form, status=refusal.status)
        messages.success(
            request, _("抽样框已冻结，共 %(number)d 行。") % {"number": sample.frame_count}
        )
        return redirect("quality_sample", pk=sample.pk)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        division: Division,
        form: FreezeForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        samples = list(samples_of(request.user, division.code)[:SAMPLES_SHOWN])
        names = division_names({sample.division_code for sample in samples})
        context = {
            **self.heading(division),
            "lines": quality_lines(request.user, division),
            "samples": [(one, names.get(one.division_code, one.division_code)) for one in samples],
            "above": [(lot, lot_kind(lot)) for lot in lots_from_above(request.user, division)],
            "may_draw": level_of(division.code) is not None
            and is_of_level(request.user, Permission.QUALITY_DRAW, division.code),
            "form": form,
            "earliest": minute_now(),
        }
        return render(request, "review/quality_home.html", context, status=status)


class QualitySampleDetail(ScopedView):
    """One sample: how it was drawn, its lots, its checks, and what they found."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`lot` narrows the checks; `redraw` draws again and says whether it is equal."""
        sample = self.load(QualitySample.objects.select_related(*_BESIDE), pk=pk)
        again = redraw(sample) if "redraw" in request.GET else None
        return self._page(request, sample, DrawForm(), again=again)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: draw, close, decide or return (a lot), report."""
        sample = self.load(QualitySample.objects.select_related(*_BESIDE), pk=pk)
        act = request.POST.get("act", "")
        if act == "draw":
            return self._draw(request, sample)
        acts: dict[str, Callable[[AuthenticatedHttpRequest, QualitySample], HttpResponse]] = {
            "close": _close,
            "decide": _decide,
            "return": _return_again,
            "report": _report,
        }
        try:
            if act not in acts:
                raise Invalid(_("请选择一项操作。"))
            return acts[act](request, sample)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("quality_sample", pk=pk)

    def _draw(self, request: AuthenticatedHttpRequest, sample: QualitySample) -> HttpResponse:
        form = DrawForm(request.POST)
        if not form.is_valid():
            return self._page(request, sample, form, status=400)
        value = form.cleaned_data["value"]
        try:
            if sample.frame_count > INLINE_AT_MOST:
                job = job_start(
                    kind=JobKind.QUALITY_FRAME,
                    parameters={"act": "draw", "sample": sample.pk, "value": value},
                    actor=request.user,
                    division_code=sample.division_code,
                )
                return redirect("job_detail", pk=job.pk)
            sample_draw(actor=request.user, sample_id=sample.pk, value=value)
        except Refusal as refusal:
            form.add_refusal(refusal)
            return self._page(request, sample, form, status=refusal.status)
        messages.success(request, _("样本已抽取。"))
        return redirect("quality_sample", pk=sample.pk)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        sample: QualitySample,
        form: DrawForm,
        *,
        again: Redraw | None = None,
        status: int = 200,
    ) -> HttpResponse:
        lots = lots_of(sample)
        names = division_names({lot.division_code for lot in lots})
        chosen = number_read(request.GET, "lot") or (lots[0].pk if lots else 0)
        checks = self.visible(sample.checks.all()).filter(lot=chosen)
        after = number_read(request.GET, "after")
        page = list(
            checks.filter(rank__gt=after)
            .select_related("unit", "checker", "case")
            .defer("cells", "rows", "document")
            .order_by("rank")[: CHECKS_SHOWN + 1]
        )
        own = is_of_level(request.user, Permission.QUALITY_DRAW, sample.division_code)
        context: dict[str, Any] = {
            "sample": sample,
            "plan": sample.quality_plan,
            "place": division_name(sample.division_code),
            "lots": [(lot, names.get(lot.division_code, ""), lot_kind(lot)) for lot in lots],
            "chosen": next((lot for lot in lots if lot.pk == chosen), None),
            "checks": [(check, stratum_words(check.stratum)) for check in page[:CHECKS_SHOWN]],
            "strata": [
                (stratum_words(name), drawn, size)
                for lot in lots
                if lot.pk == chosen
                for name, (size, drawn) in lot.strata.items()
            ],
            "next_after": page[CHECKS_SHOWN - 1].rank if len(page) > CHECKS_SHOWN else 0,
            "again": again,
            "form": form,
            "may_draw": own,
            "is_frozen": sample.stage == SampleStage.FROZEN,
            "is_drawn": sample.stage == SampleStage.DRAWN,
            "is_closed": sample.stage == SampleStage.CLOSED,
            "may_close": own
            and sample.stage == SampleStage.DRAWN
            and all(lot.outcome != LotOutcome.PENDING for lot in lots),
            "reports": list(sample.reports.select_related("issued_by")),
            "signing_until": open_until(request),
        }
        if any(check.is_nonconforming is not None for check in page) or context["is_closed"]:
            context |= _found(sample)
        return render(request, "review/quality_sample.html", context, status=status)


def lot_kind(lot: QualityLot) -> str:
    """The class of a lot in words."""
    part = SamplePart(lot.part)
    return str(UnitKind(lot.unit_kind).label if part == SamplePart.FORM else part.label)


def _found(sample: QualitySample) -> dict[str, Any]:
    rates = sample_rates(sample)
    names = item_names(sample)
    limits = sample.quality_plan
    worst = sorted(rates.by_item.items(), key=lambda one: (-(one[1].value or 0), one[0]))
    return {
        "rates": [
            _limited(_("差错率（关键指标）"), rates.key, limits.limit("key_error")),
            _limited(_("差错率（其他指标）"), rates.other, limits.limit("other_error")),
            _limited(_("不合格普查表比例"), rates.failing, None),
            _limited(_("误删除比例"), rates.removed_wrongly, None),
        ],
        "groups": [
            *((UnitKind(kind).label, rate) for kind, rate in rates.by_class.items()),
            *rates.by_form.items(),
        ],
        "items": [
            (f"{form} {names.get((form, item), item)}", rate)
            for (form, item), rate in worst
            if rate.events
        ],
    }


def _limited(name: str, rate: Rate, limit: Decimal | None) -> tuple[str, Rate, str, bool]:
    """A rate with its limit in words, and whether it is above."""
    if limit is None:
        return name, rate, "", False
    return name, rate, f"{limit:.1%}", rate.value is not None and rate.value > limit


def stratum_words(stratum: str) -> str:
    """What a stratum holds, in words: size and age, or the status of units that left."""
    size, _slash, age = stratum.partition("/")
    if not age:
        return str(UnitStatus(stratum).label)
    words = {"large": _("大型"), "small": _("中小型"), "added": _("冻结后新增"), "old": _("原有")}
    return _("·").join(words[part] for part in (size, age) if part in words)


def _close(request: AuthenticatedHttpRequest, sample: QualitySample) -> HttpResponse:
    sample_close(actor=request.user, sample_id=sample.pk)
    messages.success(request, _("抽样核查已完成，结果对各级公开。"))
    return redirect("quality_sample", pk=sample.pk)


def _decide(request: AuthenticatedHttpRequest, sample: QualitySample) -> HttpResponse:
    typed = request.POST.get("due_on", "")
    due_on = date_read(typed)
    if typed and due_on is None:
        raise Invalid(_("整改期限不是日期。"), cell="due_on")
    lot, job = lot_decide(
        actor=request.user, lot_id=number_read(request.POST, "lot"), due_on=due_on
    )
    if job is not None:
        return redirect("job_detail", pk=job.pk)
    messages.success(request, _("已判定：%(outcome)s。") % {"outcome": lot.get_outcome_display()})
    return redirect("quality_sample", pk=sample.pk)


def _return_again(request: AuthenticatedHttpRequest, sample: QualitySample) -> HttpResponse:
    """The job did not come to its end, or a higher level has let go of some forms since."""
    lots = QualityLot.objects.visible_to(request.user).filter(sample=sample)
    lot = lots.filter(pk=number_read(request.POST, "lot"), outcome=LotOutcome.REJECTED).first()
    if lot is None or lot.part != SamplePart.FORM:
        raise Invalid(_("只有不合格的批可以退回。"))
    return redirect("job_detail", pk=lot_return_start(actor=request.user, lot=lot).pk)


def _report(request: AuthenticatedHttpRequest, sample: QualitySample) -> HttpResponse:
    report = report_issue(actor=request.user, sample_id=sample.pk, signer=signer_of(request))
    messages.success(request, _("报告 %(code)s 已签发。") % {"code": report.code})
    return redirect(f"{reverse('quality_sample', args=[sample.pk])}#reports")


class QualityFrame(ScopedView):
    """The frozen frame as text, so that anybody can hash it and draw again by other means."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """For the own level until the sample is closed, then for whoever sees the division."""
        sample = self.load(QualitySample.objects.all(), pk=pk)
        content = "".join(f"{line.text()}\n" for line in frame_lines(sample.frame_path))
        name = f"frame-{sample.pk}-{sample.frame_digest[:16]}.txt"
        return download_answer(content, "text/plain; charset=utf-8", name)
