"""The grid's doors: saving cells, looking what others did, explaining a finding."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.middleware import wants_json
from accounts.views.base import ScopedView
from submissions.answers import finding_answer, progress_answer, save_answer
from submissions.api.serializers import SaveQuery
from submissions.form_page import FormPage
from submissions.models import Case, EditFailure, Response
from submissions.page_selectors import authors_of, context_token
from submissions.presence import presence_note
from submissions.presenters.grid import context_data
from submissions.reading import case_read
from submissions.selectors import findings_of
from submissions.services import failure_explain, response_save
from submissions.services.changes import cells_since

OWN_NUMBER_OF_NO_SAVE = -1


class CaseCells(ScopedView):
    """The page's JSON door to the same service as the API's."""

    permission_required = Permission.RESPONSE_SAVE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Save changes; the answer says what others changed and who they are."""
        case = self.load(Case.objects.all(), pk=pk)
        result = response_save(case_id=case.pk, actor=request.user, **save_asked(request))
        answer = save_answer(result)
        answer["authors"] = authors_of(result.response, result.cells)
        answer["present"] = presence_note(case_id=case.pk, user=request.user)
        return JsonResponse(answer)

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """What was saved since `?since=`, the findings, and who else is here."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=request.user)
        since = request.GET.get("since", "")
        if not since.isdecimal() or len(since) > 9:
            raise Invalid(_("请求不对。"))
        response = Response.objects.select_related("case").get(case=case)
        cells = cells_since(response, int(since), but=OWN_NUMBER_OF_NO_SAVE)
        answer = {
            "version": response.version,
            "cells": cells,
            "rows": response.rows,
            "findings": [finding_answer(failure) for failure in findings_of(case)],
            "progress": progress_answer(case),
            "authors": authors_of(response, cells),
            "present": presence_note(case_id=case.pk, user=request.user),
        }
        token = context_token(case)
        if "context" in request.GET and request.GET["context"] != token:
            context = FormPage(case, request.user).forms.context()
            answer |= {"context": context_data(context), "context_token": token}
        return JsonResponse(answer)


def save_asked(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """The checked request. Raises `Invalid`."""
    try:
        data = json.loads(request.body)
    except ValueError as error:
        raise Invalid(_("请求不完整，没有保存。"), code="malformed") from error
    query = SaveQuery(data=data)
    if not query.is_valid():
        raise Invalid(_("请求的内容不对，没有保存。"), code="invalid")
    return dict(query.validated_data)


class FailureExplain(ScopedView):
    """The explanation of a soft finding."""

    permission_required = Permission.RESPONSE_SAVE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Store it; a stock phrase is refused in words."""
        failure = self.load(EditFailure.objects.select_related("case"), pk=pk)
        try:
            failure = failure_explain(
                failure_id=failure.pk, actor=request.user, text=request.POST.get("text", "")
            )
        except Refusal as refusal:
            if wants_json(request):
                raise
            messages.error(request, refusal.message)
        else:
            if wants_json(request):
                told = {**finding_answer(failure), "progress": progress_answer(failure.case)}
                return JsonResponse(told)
            messages.success(request, _("说明已保存。"))
        return redirect("case_fill", pk=failure.case_id)
