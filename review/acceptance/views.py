"""Scores of a division and those below it, packs, decisions about them, and the duty register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.services.signing_keys import key_in_force
from accounts.signing_session import open_until, signer_of
from accounts.views.base import ScopedView
from registry.evidence_files import file_answer
from registry.models import Division
from registry.views.division import DivisionView
from review.acceptance.documents import pack_pdf, pack_word
from review.acceptance.models import AcceptancePack, DutyRecord
from review.acceptance.presenters import ScoreView, pack_score
from review.acceptance.selectors import duties_of, packs_of, scores_below
from review.acceptance.services import (
    DutyDocument,
    Verdict,
    acceptance_decide,
    acceptance_freeze,
    duty_record,
    may_decide,
)
from review.enums import AcceptanceVerdict, DutyKind
from submissions.models import CollectionExercise
from submissions.selectors import exercise_newest

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


class _DivisionExercise(DivisionView):
    """A division in the exercise that runs."""

    is_abstract = True
    permission_required = Permission.PROGRESS_VIEW

    def exercise(self) -> CollectionExercise:
        """404 before there is one."""
        found = exercise_newest()
        if found is None:
            raise Http404(_("还没有普查阶段。"))
        return found

    def page(
        self,
        division: Division,
        *,
        typed: dict[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        """The division's own score with what pulls it down, and the divisions below."""
        user, exercise = self.request.user, self.exercise()
        own, below = scores_below(actor=user, division=division, exercise=exercise)
        context: dict[str, Any] = {
            **self.heading(division),
            "exercise": exercise,
            "own": ScoreView(own, division.code, user),
            "below": [(one, ScoreView(one.score, one.division.code, user)) for one in below],
            "packs": packs_of(user, division)[:20],
            "duties": duties_of(user, division, exercise),
            "kinds": DutyKind.choices,
            "may_manage": user.has_perm(Permission.ACCEPTANCE_MANAGE, Place(division.code)),
            "typed": typed or {},
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return render(self.request, "review/acceptance.html", context, status=status)


class Acceptance(_DivisionExercise):
    """Scores now; posted, the division's pack is frozen."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """About two dozen queries, whatever the number of divisions."""
        return self.page(self.division())

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Freeze what the division's score is now."""
        division = self.division()
        try:
            pack = acceptance_freeze(
                actor=request.user, division=division, exercise=self.exercise()
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect(f"{request.path}?division={division.code}")
        messages.success(request, _("验收材料已固定，以后的数据变动不影响它。"))
        return redirect("acceptance_pack", pk=pack.pk)


class DutyNew(_DivisionExercise):
    """One more record of the duty register."""

    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Refused, the page keeps what was typed."""
        division = self.division()
        file = request.FILES.get("file")
        typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("kind", "title")}
        try:
            duty_record(
                actor=request.user,
                division_code=division.code,
                exercise=self.exercise(),
                document=DutyDocument(
                    typed["kind"],
                    typed["title"],
                    (file.name or "") if file else "",
                    file.read() if file else b"",
                ),
            )
        except Refusal as refusal:
            return self.page(division, typed=typed, refusal=refusal)
        messages.success(request, _("已登记。"))
        return redirect(f"{reverse('acceptance')}?division={division.code}")


class DutyFile(ScopedView):
    """The document of one record."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
        """A download."""
        return file_answer(self.load(DutyRecord.objects.all(), pk=pk).file_path)


class PackDetail(ScopedView):
    """One pack as it was frozen, and what was decided about it."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Nothing is counted again."""
        return self._page(request, pk)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Decide; refused, the page keeps what was typed."""
        names = ("verdict", "reason", "rectify_by")
        typed = {name: request.POST.get(name, "").replace("\0", "") for name in names}
        pack = _pack(self, pk)
        try:
            acceptance_decide(
                actor=request.user,
                pack_id=pack.pk,
                verdict=Verdict(typed["verdict"], typed["reason"], _day(typed["rectify_by"])),
                signer=signer_of(request),
            )
        except Refusal as refusal:
            return self._page(request, pk, typed=typed, refusal=refusal)
        messages.success(request, _("验收结论已记录。"))
        return redirect("acceptance_pack", pk=pk)

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        pk: int,
        *,
        typed: dict[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        pack = _pack(self, pk)
        decision = getattr(pack, "decision", None)
        context = {
            "pack": pack,
            "view": pack_score(pack, request.user),
            "decision": decision,
            "verdicts": AcceptanceVerdict.choices,
            "may_decide": decision is None and may_decide(request.user, pack),
            "signing_until": open_until(request),
            "may_sign": key_in_force(request.user) is not None,
            "typed": typed or {},
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return render(request, "review/acceptance_pack.html", context, status=status)


def _pack(view: ScopedView, pk: int) -> AcceptancePack:
    return view.load(
        AcceptancePack.objects.select_related(
            "exercise", "made_by", "decision", "decision__decided_by"
        ),
        pk=pk,
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("请按“2018-12-31”的样子填写日期。"), code="invalid_day", cell="rectify_by")
    return found


class _PackFile(ScopedView):
    """A pack to take away."""

    is_abstract = True
    permission_required = Permission.PROGRESS_VIEW

    def answer(
        self, pk: int, write: Callable[[AcceptancePack], bytes], kind: str, suffix: str
    ) -> HttpResponse:
        """Made anew from what the pack has kept."""
        pack = _pack(self, pk)
        name = _("验收材料 %(division)s") % {"division": pack.division_name}
        return download_answer(write(pack), kind, f"{name} {pack.pk}.{suffix}")


class PackWord(_PackFile):
    """As a Word document."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The file."""
        return self.answer(pk, pack_word, WORD, "docx")


class PackPdf(_PackFile):
    """As a PDF."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The file."""
        return self.answer(pk, pack_pdf, PDF, "pdf")
