"""Accounting a G106-1, and how a derived value came about."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from submissions.models import Case
from submissions.page_selectors import derivation_of
from submissions.presenters.accounting import BasisPresenter
from submissions.reading import case_read
from submissions.services import values_derive
from submissions.views.filling import may_fill

PART = "part"


class CaseAccount(ScopedView):
    """The button 核算 of a G106-1."""

    permission_required = Permission.RESPONSE_SAVE

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Derive, and say how many cells changed and what could not be done."""
        case = self.load(Case.objects.with_names(), pk=pk)
        result = values_derive(case_id=case.pk, actor=request.user)
        refused = len(result.run.refusals)
        sentence = _("核算完毕：改动 %(changed)d 格，共有核算值 %(derived)d 个。") % {
            "changed": result.changed,
            "derived": result.run.derived_count,
        }
        if refused:
            sentence += _("有 %(count)d 处不能核算，原因见右侧。") % {"count": refused}
        messages.add_message(request, messages.WARNING if refused else messages.SUCCESS, sentence)
        return redirect("case_fill", pk=case.pk)


class CaseBasis(ScopedView):
    """The inputs, formula, coefficient, version and page of one derived value."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The fragment alone where the page's script asks for it, else a page. 404 without one."""
        case = self.load(Case.objects.with_names(), pk=pk)
        cell = request.GET.get("cell", "")[:160]
        derivation = derivation_of(case, cell)
        if derivation is None:
            raise Http404(_("这个值不是核算得出的。"))
        part = PART in request.GET
        case_read(case=case, actor=request.user)
        context = {
            "case": case,
            "basis": BasisPresenter(case, derivation),
            "is_part": part,
            "may_take": part and may_fill(case, request),
        }
        template = "submissions/_basis.html" if part else "submissions/case_basis.html"
        return render(request, template, context)
