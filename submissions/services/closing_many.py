"""Many forms voided, or many final forms opened again: asked for by one, confirmed by another."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place, prefix_range
from audit.enums import AuditAction
from audit.services import audit_record
from registry.selectors import division_name
from submissions.enums import CaseAction, CaseStatus, JobKind
from submissions.jobs import job_start
from submissions.models import Case, CollectionExercise, TwoPersonRequest
from submissions.phase_enums import TwoPersonKind
from submissions.policies import is_running
from submissions.two_person_acts import Parameters, TwoPersonAct, act_register

ACTIONS = {
    TwoPersonKind.FINAL_UNLOCK: CaseAction.REOPEN,
    TwoPersonKind.CASES_VOID: CaseAction.VOID,
}
EVENTS = {
    TwoPersonKind.FINAL_UNLOCK: AuditAction.CASES_UNLOCKED,
    TwoPersonKind.CASES_VOID: AuditAction.CASES_VOIDED,
}


def closing_parameters(
    *, exercise_id: int, area_prefix: str, form_code: str = "", is_owed: bool = True
) -> Parameters:
    """What a request carries: which exercise, area and form, and whether forms still owed."""
    return {
        "exercise": exercise_id,
        "area": area_prefix,
        "form": form_code,
        "is_owed": is_owed,
    }


def cases_meant(kind: TwoPersonKind, parameters: Parameters) -> QuerySet[Case]:
    """The forms that a request means, as they stand now."""
    cases = Case.objects.filter(
        exercise_id=parameters["exercise"], is_owed=parameters["is_owed"]
    ).order_by("pk")
    low, high = prefix_range(parameters["area"])
    if high:
        cases = cases.filter(division_code__gte=low, division_code__lt=high)
    if parameters["form"]:
        cases = cases.filter(form_code=parameters["form"])
    if kind == TwoPersonKind.FINAL_UNLOCK:
        return cases.filter(status=CaseStatus.FINAL)
    return cases.exclude(status__in=[CaseStatus.FINAL, CaseStatus.VOID])


def _check(kind: TwoPersonKind, actor: User, parameters: Parameters) -> None:
    exercise = CollectionExercise.objects.filter(pk=parameters["exercise"]).first()
    if exercise is None:
        raise Missing(_("没有这个普查阶段。"))
    if not is_running(exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")
    place = Place(parameters["area"])
    levels = actor.levels_for(Permission.CASE_CLOSE, place)
    if kind == TwoPersonKind.FINAL_UNLOCK and exercise.top_level not in levels:
        raise NotAllowed(
            _("本表已到“%(level)s”，只有该级或以上普查办可以作废或重新开放。")
            % {"level": Level(exercise.top_level).label},
            code="above_your_level",
        )
    if not cases_meant(kind, parameters).exists():
        raise Conflict(_("没有符合条件的普查表。"), code="no_cases")


def _label(kind: TwoPersonKind, parameters: Parameters) -> str:
    return _("%(what)s：%(area)s %(form)s") % {
        "what": kind.label,
        "area": division_name(parameters["area"].ljust(12, "0")) or _("全国"),
        "form": parameters["form"] or _("全部表种"),
    }


def _preview(kind: TwoPersonKind, parameters: Parameters) -> dict[str, Any]:
    cases = cases_meant(kind, parameters)
    return {
        "cases": cases.count(),
        "units": cases.order_by().values("unit").distinct().count(),
        "submitted": cases.exclude(submitted_at=None).count(),
    }


def _carry_out(kind: TwoPersonKind, actor: User, request: TwoPersonRequest) -> dict[str, Any]:
    count = cases_meant(kind, request.parameters).count()
    job = job_start(
        kind=JobKind.CASES_CLOSE,
        parameters={"request": request.pk},
        actor=actor,
        division_code=request.parameters["area"],
    )
    audit_record(
        action=EVENTS[kind],
        actor=actor,
        subject=request,
        detail={"cases": count, "reason": request.reason},
    )
    return {"cases": count, "job": job.pk}


def _act(kind: TwoPersonKind) -> TwoPersonAct:
    return TwoPersonAct(
        permission=Permission.CASE_CLOSE,
        place=lambda parameters: str(parameters["area"]),
        label=lambda parameters: _label(kind, parameters),
        check=lambda actor, parameters: _check(kind, actor, parameters),
        preview=lambda parameters: _preview(kind, parameters),
        carry_out=lambda actor, request: _carry_out(kind, actor, request),
    )


for _kind in ACTIONS:
    act_register(_kind, _act(_kind))
