"""Acts that need two people: what waits, one with what it would do, confirming, and asking."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from instruments.selectors import form_titles
from submissions.models import TwoPersonRequest
from submissions.phase_enums import TwoPersonKind, Verdict
from submissions.phase_selectors import (
    area_name,
    exercise_shown,
    exercises_all,
    own_areas_of,
    request_state,
    requests_seen,
)
from submissions.presenters.two_person import STATE_WORDS, counts_told
from submissions.services import two_person_decide, two_person_request
from submissions.services.closing_many import closing_parameters
from submissions.two_person_acts import ACTS

PAGE = 50
BULK = (TwoPersonKind.FINAL_UNLOCK, TwoPersonKind.CASES_VOID)


class TwoPersonList(ScopedView):
    """Requests of the jurisdiction, newest first; and asking for the bulk ones."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset."""
        return _list(request)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Ask for voiding, or opening again, many forms, or for a training's new round."""
        kind = request.POST.get("kind", "")
        area = request.POST.get("area", "")
        try:
            if kind not in {*BULK, TwoPersonKind.TRAINING_RESET}:
                raise Invalid(_("请选择要办理的事项。"), code="kind_required", cell="kind")
            exercise = exercise_shown(request.POST.get("exercise", "") or "-")
            if exercise is None or (area and not (area.isdecimal() and len(area) <= 12)):
                raise Invalid(_("请选择普查阶段，区划代码应为数字。"), cell="area")
            asked = two_person_request(
                kind=TwoPersonKind(kind),
                parameters=(
                    {"exercise": exercise.pk}
                    if kind == TwoPersonKind.TRAINING_RESET
                    else closing_parameters(
                        exercise_id=exercise.pk,
                        area_prefix=area,
                        form_code=request.POST.get("form", "").replace("\x00", "")[:12],
                        is_owed=request.POST.get("is_owed", "1") == "1",
                    )
                ),
                reason=request.POST.get("reason", ""),
                actor=request.user,
            )
        except Refusal as refusal:
            return _list(request, refusal=refusal)
        messages.success(request, _("已提交，等待另一人复核。"))
        return redirect("two_person_detail", pk=asked.pk)


def _list(request: AuthenticatedHttpRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    today = timezone.localdate()
    found = requests_seen(request.user)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 16:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    own = own_areas_of(request.user, Permission.CASE_CLOSE)
    context = {
        "lines": [
            (
                row,
                area_name(row.division_code),
                state := request_state(row, today),
                STATE_WORDS[state],
            )
            for row in rows[:PAGE]
        ],
        "next_query": f"after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "areas": [(area, area_name(area)) for area in own],
        "exercises": exercises_all(),
        "forms": list(form_titles()),
        "kinds": [(kind.value, kind.label) for kind in BULK],
        "refusal": refusal,
        "typed": request.POST,
        "at": timezone.now(),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/two_person_list.html", context, status=status)


class TwoPersonDetail(ScopedView):
    """One request: what it would do, why, and what became of it."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the buttons of those who may decide."""
        return two_person_page(
            request,
            self.load(
                TwoPersonRequest.objects.select_related("requested_by", "outcome__decided_by"),
                pk=pk,
            ),
        )


def two_person_page(
    request: AuthenticatedHttpRequest, asked: TwoPersonRequest, *, refusal: Refusal | None = None
) -> HttpResponse:
    """The page of a request; with the sentence where a decision was refused."""
    kind = TwoPersonKind(asked.kind)
    act, state = ACTS[kind], request_state(asked, timezone.localdate())
    has_right = request.user.has_perm(act.permission, Place(asked.division_code))
    is_own = asked.requested_by_id == request.user.pk
    now = counts_told(act.preview(asked.parameters)) if state == "waiting" and has_right else []
    context = {
        "asked": asked,
        "kind": kind,
        "area": area_name(asked.division_code),
        "state": state,
        "state_word": STATE_WORDS[state],
        "preview": counts_told(asked.preview),
        "now": dict(now),
        "result": counts_told(asked.outcome.result) if hasattr(asked, "outcome") else [],
        "may_confirm": state == "waiting" and has_right and not is_own,
        "may_withdraw": state in {"waiting", "lapsed"} and is_own,
        "is_own": is_own,
        "permission": act.permission.label,
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/two_person_detail.html", context, status=status)


class TwoPersonDecide(ScopedView):
    """Confirm, refuse or withdraw. The act's own right is asked for by the service."""

    permission_required = Permission.CASE_VIEW
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`verdict`, `note`."""
        asked = self.load(
            TwoPersonRequest.objects.select_related("requested_by", "outcome__decided_by"), pk=pk
        )
        verdict = request.POST.get("verdict", "")
        try:
            if verdict not in Verdict.values:
                raise Invalid(_("请求不对。"))
            two_person_decide(
                request_id=asked.pk,
                verdict=Verdict(verdict),
                actor=request.user,
                note=request.POST.get("note", ""),
            )
        except Refusal as refusal:
            return two_person_page(request, asked, refusal=refusal)
        messages.success(
            request, _("双人复核：%(verdict)s。") % {"verdict": Verdict(verdict).label}
        )
        return redirect("two_person_detail", pk=asked.pk)
