"""The entry grid, and the same form posted whole by a browser without scripts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from submissions.correction_selectors import correction_of
from submissions.enums import CaseStatus, Holder
from submissions.form_page import FormPage
from submissions.forms import PostedForm
from submissions.handover_selectors import handover_last
from submissions.models import Case, Response
from submissions.page_selectors import forms_beside, values_at
from submissions.policies import (
    holds_the_pen,
    is_open_for_filling,
    is_running,
    may_hand_over,
    why_not_filled,
)
from submissions.presenters.accounting import accounting_panel
from submissions.presenters.form import FILL, READ
from submissions.reading import case_read
from submissions.retired_answers import retired_answers
from submissions.selectors import reopening_of
from submissions.services import response_save


def may_fill(case: Case, request: AuthenticatedHttpRequest) -> bool:
    """Whether this person may change this form now."""
    return (
        is_open_for_filling(case)
        and is_running(case.exercise)
        and holds_the_pen(request.user, case)
        and request.user.has_perm(Permission.RESPONSE_SAVE, case)
    )


class CaseFill(ScopedView):
    """One form: to be filled by whoever may fill it now, to be read by whoever may see it."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About twelve queries, whatever the size of the form."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user)
        return fill_page(request, case)


def fill_page(
    request: AuthenticatedHttpRequest,
    case: Case,
    *,
    posted: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The page of a form; with what was posted where a save was refused."""
    fills = may_fill(case, request)
    page = FormPage(case, request.user, FILL if fills else READ)
    answers = page.forms.plain(page.response)
    if posted is not None:
        answers = {"values": {**answers["values"], **posted}, "rows": answers["rows"]}
    form = page.presenter(answers=answers)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "response": page.response,
        "retired": retired_answers(page.response),
        "reopening": reopening_of(case),
        "handover": handover_last(case) if case.holder != Holder.BOTH else None,
        "may_hand_over": may_hand_over(request.user, case),
        "closed_words": why_not_filled(case) if is_running(case.exercise) else "",
        "correction": correction_of(case),
        "may_correct": case.status == CaseStatus.FINAL
        and is_running(case.exercise)
        and request.user.has_perm(Permission.CORRECTION_REQUEST, case),
        "queries": page.queries,
        "open_queries": page.open_queries,
        "beside": forms_beside(page.forms.responses, case),
        "required_done": page.required_done,
        "save_id": uuid.uuid4(),
        "refusal": refusal,
        "accounting": accounting_panel(page.forms, case),
        "may_submit": fills and request.user.has_perm(Permission.CASE_SUBMIT, case),
    }
    if fills and refusal is None:
        context["grid_data"] = page.grid_data(form)
    return render(
        request, "submissions/case_fill.html", context, status=refusal.status if refusal else 200
    )


class CaseFormSave(ScopedView):
    """The whole form posted at once."""

    permission_required = Permission.RESPONSE_SAVE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Save what differs from what was shown; a refusal shows the form with its sentence."""
        case = self.load(Case.objects.with_names(), pk=pk)
        response = Response.objects.get(case=case)
        base = PostedForm(request.POST, {}, {}).base_version
        form = PostedForm(request.POST, values_at(response, base), response.rows)
        changes = form.changes()
        if not changes:
            messages.info(request, _("没有改动。"))
            return redirect("case_fill", pk=case.pk)
        try:
            result = response_save(
                case_id=case.pk,
                actor=request.user,
                save_id=form.save_id,
                base_version=base,
                changes=changes,
                device="form",
            )
        except Refusal as refusal:
            return fill_page(request, case, posted=form.values, refusal=refusal)
        saved = result.response.case
        messages.success(
            request,
            _("已保存。强制性错误 %(hard)d 个，待说明 %(soft)d 个，必填未填 %(missing)d 项。")
            % {
                "hard": saved.hard_count,
                "soft": saved.soft_open_count,
                "missing": saved.required_missing_count,
            },
        )
        return redirect("case_fill", pk=case.pk)
