"""One check: taken, answered blind on the entry grid, compared, adjudicated."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.enums import UnitStatus
from registry.evidence_files import file_answer
from review.models import QualityCheck
from review.quality.check_page import CheckPage
from review.quality.enums import CheckStage, DifferenceVerdict, RemovedOutcome
from review.quality.forms import EvidenceForm, verdicts_read
from review.quality.selectors import is_independent, is_of_level
from review.quality.services.checking import (
    check_answer,
    check_close,
    check_open,
    check_save,
    differences_adjudicate,
    removed_check,
)
from review.quality.services.evidence import check_evidence
from review.quality.sheet import CheckSheet
from review.quality.views.samples import lot_kind
from submissions.answers import finding_answer, progress_answer, save_answer
from submissions.forms import PostedForm
from submissions.views.cells import save_asked

_BESIDE = ("sample__exercise", "lot", "unit", "case", "submission", "checker", "closed_by")

Act = Callable[[AuthenticatedHttpRequest, QualityCheck], None]


class QualityCheckDetail(ScopedView):
    """A check at its stage. The first answers are on no page before the own ones are closed."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The grid for its checker; for others how far it is."""
        return _page(request, self.load(QualityCheck.objects.select_related(*_BESIDE), pk=pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: open, adjudicate, close, removed, evidence; without it the whole form."""
        check = self.load(QualityCheck.objects.select_related(*_BESIDE), pk=pk)
        act = request.POST.get("act", "")
        if not act:
            return _saved(request, check)
        acts: dict[str, Act] = {
            "open": _open,
            "adjudicate": _adjudicate,
            "close": _close,
            "removed": _removed,
        }
        if act == "evidence":
            return _evidence(request, check)
        try:
            if act not in acts:
                raise Invalid(_("请选择一项操作。"))
            acts[act](request, check)
        except Refusal as refusal:
            return _page(
                request,
                self.load(QualityCheck.objects.select_related(*_BESIDE), pk=pk),
                refusal=refusal,
            )
        return redirect("quality_check", pk=pk)


def _page(
    request: AuthenticatedHttpRequest,
    check: QualityCheck,
    *,
    refusal: Refusal | None = None,
    posted: dict[str, str] | None = None,
    evidence: EvidenceForm | None = None,
) -> HttpResponse:
    user = request.user
    is_own = check.checker_id == user.pk
    own_level = is_of_level(user, Permission.QUALITY_CHECK, check.sample.division_code)
    fills = is_own and check.stage == CheckStage.OPEN
    context: dict[str, Any] = {
        "check": check,
        "sample": check.sample,
        "kind": lot_kind(check.lot),
        "status": UnitStatus(check.stratum).label if not check.is_of_form else "",
        "is_own": is_own,
        "may_open": own_level and check.stage == CheckStage.DRAWN and is_independent(user, check),
        "is_independent": is_independent(user, check),
        "may_adjudicate": own_level
        and check.stage == CheckStage.COMPARED
        and not is_own
        and is_independent(user, check),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "evidence": evidence or EvidenceForm(),
        "may_prove": is_own and check.stage in {CheckStage.OPEN, CheckStage.COMPARED},
        "outcomes": RemovedOutcome.choices,
        "verdicts": DifferenceVerdict.choices,
        "save_id": uuid.uuid4(),
    }
    template = "review/quality_check.html"
    if fills and check.is_of_form:
        sheet = CheckSheet(check, user)
        context |= {"sheet": sheet, "form": sheet.presenter(posted)}
        if refusal is None:
            context["grid_data"] = sheet.grid_data(context["form"])
        template = "review/quality_sheet.html"
    elif check.is_of_form and check.stage in {CheckStage.COMPARED, CheckStage.CLOSED}:
        context["page"] = CheckPage(
            check, context["typed"], (refusal.cell or "") if refusal else ""
        )
    status = refusal.status if refusal else 200
    if evidence is not None and evidence.errors:
        status = 400
    return render(request, template, context, status=status)


def _open(request: AuthenticatedHttpRequest, check: QualityCheck) -> None:
    check_open(actor=request.user, check_id=check.pk)


def _adjudicate(request: AuthenticatedHttpRequest, check: QualityCheck) -> None:
    verdicts = verdicts_read(request.POST)
    if not verdicts:
        raise Invalid(_("请选择裁定结论。"))
    left = differences_adjudicate(actor=request.user, check_id=check.pk, verdicts=verdicts)
    if "close" in request.POST:
        check_close(actor=request.user, check_id=check.pk)
        messages.success(request, _("这份核查已完成。"))
    else:
        messages.success(request, _("裁定已保存，还有 %(left)d 处。") % {"left": left})


def _close(request: AuthenticatedHttpRequest, check: QualityCheck) -> None:
    check_close(actor=request.user, check_id=check.pk)
    messages.success(request, _("这份核查已完成。"))


def _removed(request: AuthenticatedHttpRequest, check: QualityCheck) -> None:
    removed_check(
        actor=request.user,
        check_id=check.pk,
        outcome=request.POST.get("outcome", ""),
        note=request.POST.get("note", "").replace("\0", ""),
    )
    messages.success(request, _("这份核查已完成。"))


def _evidence(request: AuthenticatedHttpRequest, check: QualityCheck) -> HttpResponse:
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        photo = form.cleaned_data["photo"]
        try:
            check_evidence(
                actor=request.user,
                check_id=check.pk,
                longitude=form.cleaned_data["longitude"],
                latitude=form.cleaned_data["latitude"],
                photo=photo.read() if photo else b"",
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("现场证据已保存。"))
            return redirect("quality_check", pk=check.pk)
    return _page(request, check, evidence=form)


def _saved(request: AuthenticatedHttpRequest, check: QualityCheck) -> HttpResponse:
    """The whole form, from a browser without scripts."""
    if not check.is_of_form:
        raise Invalid(_("请选择一项操作。"))
    sheet = CheckSheet(check, request.user)
    base = PostedForm(request.POST, {}, {}).base_version
    form = PostedForm(request.POST, sheet.answers["values"], sheet.response.rows)
    changes = form.changes()
    try:
        if changes:
            check_save(
                actor=request.user,
                check_id=check.pk,
                save_id=form.save_id,
                base_version=base,
                changes=changes,
            )
    except Refusal as refusal:
        return _page(request, check, refusal=refusal, posted=form.values)
    return redirect("quality_check", pk=check.pk)


class QualityCells(ScopedView):
    """The grid's door: the same shape as a real form's."""

    permission_required = Permission.QUALITY_CHECK

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Save changes of the own answers."""
        check = self.load(QualityCheck.objects.all(), pk=pk)
        result = check_save(actor=request.user, check_id=check.pk, **save_asked(request))
        return JsonResponse({**save_answer(result), "authors": {}, "present": []})

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The findings; nobody else is at it."""
        check = _filled(request, self.load(QualityCheck.objects.select_related(*_BESIDE), pk=pk))
        sheet = CheckSheet(check, request.user)
        answer = {
            "version": sheet.response.version,
            "cells": {},
            "rows": sheet.response.rows,
            "findings": [finding_answer(failure) for failure in sheet.failures],
            "progress": progress_answer(sheet.response.case),
            "authors": {},
            "present": [],
        }
        return JsonResponse(answer)


class QualityAnswered(ScopedView):
    """Closing the own answers."""

    permission_required = Permission.QUALITY_CHECK

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Asks once more; alone for the dialog of the grid."""
        check = _filled(request, self.load(QualityCheck.objects.select_related(*_BESIDE), pk=pk))
        sheet = CheckSheet(check, request.user)
        part = "HX-Request" in request.headers
        template = "review/_quality_answered.html" if part else "review/quality_answered.html"
        context = {
            "check": check,
            "open": len(sheet.failures),
            "filled": len(sheet.answers["values"]),
        }
        return render(request, template, context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Freeze them; from now on the first answers are beside them."""
        check = self.load(QualityCheck.objects.all(), pk=pk)
        try:
            check_answer(actor=request.user, check_id=check.pk)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("独立填报已完成，可以比对。"))
        return redirect("quality_check", pk=pk)


def _filled(request: AuthenticatedHttpRequest, check: QualityCheck) -> QualityCheck:
    """A check that this person is answering. Raises `NotAllowed` or `Invalid`."""
    if check.checker_id != request.user.pk:
        raise NotAllowed(_("只有核查人可以填报。"), code="other_checker")
    if not check.is_of_form or check.stage != CheckStage.OPEN:
        raise Invalid(
            _("这份核查处于“%(stage)s”阶段，不能再填。") % {"stage": check.get_stage_display()}
        )
    return check


class QualityPhoto(ScopedView):
    """The photograph of a check, to whoever may see the check."""

    permission_required = Permission.QUALITY_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """As a download, or on the page of the check."""
        check = self.load(QualityCheck.objects.all(), pk=pk)
        return file_answer(check.photo, inline="inline" in request.GET)
