"""The phases of an exercise: where each stands, what must hold, and the acts that move it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from submissions.models import ExercisePhase
from submissions.phase_enums import ExerciseKind, PhaseMove, TwoPersonKind
from submissions.phase_selectors import (
    area_name,
    exercise_shown,
    exercises_all,
    move_of,
    own_areas_of,
    phase_acts,
    phase_get,
    phase_lines,
)
from submissions.services import phase_move, phases_plan, two_person_request


class PhaseList(ScopedView):
    """Where the exercise stands in an area."""

    permission_required = Permission.CASE_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`exercise` is a code, `area` the digits of a division; the own one without."""
        return phases_page(request)


def phases_page(
    request: AuthenticatedHttpRequest,
    *,
    refusal: Refusal | None = None,
    refused: ExercisePhase | None = None,
) -> HttpResponse:
    """The page; with the sentence, and the way to go on with two people, where a move was refused."""
    asked = request.POST if request.method == "POST" else request.GET
    exercise = refused.exercise if refused else exercise_shown(asked.get("exercise", ""))
    own = own_areas_of(request.user, Permission.CASE_VIEW)
    area = "".join(c for c in asked.get("area", "") if c in "0123456789")[:12]
    if "area" not in asked or not any(area.startswith(prefix) for prefix in own):
        area = own[0] if own else ""
    lines = phase_lines(request.user, exercise, area) if exercise else []
    acts = phase_acts(exercise) if exercise else []
    is_national = request.user.has_perm(Permission.PHASE_MANAGE, Place(""))
    context = {
        "shown": exercise,
        "exercises": exercises_all(),
        "area": area,
        "area_name": area_name(area),
        "lines": lines,
        "acts": [(act, area_name(act.area_prefix)) for act in acts],
        "is_national": is_national,
        "may_reset": is_national and exercise and exercise.kind == ExerciseKind.TRAINING,
        "refusal": refusal,
        "refused": refused,
        "refused_move": request.POST.get("move", ""),
        "reason": request.POST.get("reason", ""),
        "needs_two": refusal is not None
        and refusal.code in {"criteria_unmet", "needs_two_persons", "reason_required"},
        "at": timezone.now(),
    }
    status = refusal.status if refusal else 200
    return render(request, "submissions/phase_list.html", context, status=status)


class PhasesPlan(ScopedView):
    """Give the exercise its phases by the plan in the files."""

    permission_required = Permission.PHASE_MANAGE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
        """A refusal is shown above the page."""
        exercise = exercise_shown(code)
        if exercise is None:
            raise Http404(_("没有这个普查阶段。"))
        try:
            phases = phases_plan(exercise_id=exercise.pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("已设定 %(count)d 个阶段。") % {"count": len(phases)})
        return redirect(f"{reverse('phase_list')}?exercise={exercise.code}")


class PhaseMoveView(ScopedView):
    """Open or close a phase; where that needs two people, ask for it."""

    permission_required = Permission.PHASE_MANAGE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`move`, `area`; `two` with a reason asks for the act that needs two people."""
        phase = phase_get(pk)
        if phase is None:
            raise Http404(_("没有这个阶段。"))
        area = request.POST.get("area", "")
        try:
            move = move_of(request.POST.get("move", ""))
            if move is None or (area and not area.isdecimal()):
                raise Invalid(_("请求不对。"))
            if request.POST.get("two") == "1":
                return self._ask(request, phase, move, area)
            phase_move(
                phase_id=phase.pk,
                move=move,
                actor=request.user,
                area_prefix=area,
                reason=request.POST.get("reason", "").replace("\x00", ""),
            )
        except (Conflict, Invalid) as refusal:
            return phases_page(request, refusal=refusal, refused=phase)
        messages.success(
            request, _("%(phase)s：%(move)s。") % {"phase": str(phase), "move": move.label}
        )
        return redirect(f"{reverse('phase_list')}?exercise={phase.exercise.code}&area={area}")

    def _ask(
        self, request: AuthenticatedHttpRequest, phase: ExercisePhase, move: PhaseMove, area: str
    ) -> HttpResponse:
        asked = two_person_request(
            kind=TwoPersonKind.PHASE_MOVE,
            parameters={"phase": phase.pk, "move": move.value, "area": area},
            reason=request.POST.get("reason", ""),
            actor=request.user,
        )
        messages.success(request, _("已提交，等待另一人复核。"))
        return redirect("two_person_detail", pk=asked.pk)
