"""Planning an exercise's phases, opening and closing them, and their deadlines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.selectors import division_name
from submissions.models import (
    CalendarDay,
    CollectionExercise,
    ExercisePhase,
    PhaseAct,
    PhaseDeadline,
    TwoPersonRequest,
)
from submissions.phase_criteria import CRITERIA, Figure, criteria_of, figures_of
from submissions.phase_enums import PhaseMove, TwoPersonKind
from submissions.phases.open_work import phases_here
from submissions.phases.plan import plan_file, plan_read
from submissions.policies import is_running
from submissions.two_person_acts import Parameters, TwoPersonAct, act_register

PROVINCE_DIGITS = PREFIX_LENGTHS[1]
MOVED = {PhaseMove.OPEN: AuditAction.PHASE_OPENED, PhaseMove.CLOSE: AuditAction.PHASE_CLOSED}


@transaction.atomic
def phases_plan(
    *, exercise_id: int, actor: User | None, text: str | None = None
) -> list[ExercisePhase]:
    """Give an exercise its phases, by `text` or by the file for it. From then on they bind.

    `actor` None is the operator at the command line. Raises `NotAllowed`, `Invalid`
    (`plan_invalid`), or `Conflict` once a phase has begun (`phases_begun`).
    """
    if actor is not None and not actor.has_perm(Permission.PHASE_MANAGE, Place("")):
        raise NotAllowed(_("只有国家普查办公室可以设定阶段方案。"))
    exercise = CollectionExercise.objects.select_for_update(no_key=True).get(pk=exercise_id)
    if PhaseAct.objects.filter(phase__exercise=exercise).exists():
        raise Conflict(_("已有阶段开始，方案不能再改。"), code="phases_begun")
    if PhaseDeadline.objects.filter(phase__exercise=exercise).exists():
        raise Conflict(_("已设定截止日期，方案不能再改。"), code="phases_begun")
    content = plan_file(exercise.code).read_text(encoding="utf-8") if text is None else text
    planned = plan_read(content, frozenset(CRITERIA))
    exercise.phases.all().delete()
    phases = ExercisePhase.objects.bulk_create(
        ExercisePhase(
            exercise=exercise,
            position=position,
            kind=one.kind,
            works=list(one.works),
            entry_criteria=list(one.entry),
            exit_criteria=list(one.exit),
        )
        for position, one in enumerate(planned, start=1)
    )
    exercise.has_phases = True
    exercise.save(update_fields=["has_phases"])
    audit_record(
        action=AuditAction.PHASES_PLANNED,
        actor=actor,
        subject=exercise,
        detail={"code": exercise.code, "phases": [str(one.kind) for one in planned]},
    )
    return list(phases)


@transaction.atomic
def phase_move(
    *, phase_id: int, move: PhaseMove, actor: User, area_prefix: str = "", reason: str = ""
) -> PhaseAct:
    """Open or close a phase for the nation; a province may close it for itself.

    Raises `NotAllowed`, `Conflict`: `criteria_unmet` with the figures in `details`,
    `needs_two_persons` for opening again what was closed, `phase_state` where nothing would change.
    """
    phase = _locked(phase_id)
    _may_move(phase, move, area_prefix, actor)
    _check_state(phase, move, area_prefix)
    if is_repeated(phase, move, area_prefix):
        raise Conflict(
            _("这个阶段在本范围已经结束过，再次开始须两人办理。"), code="needs_two_persons"
        )
    figures = figures_of(
        criteria_of(phase, closing=move == PhaseMove.CLOSE), phase.exercise, area_prefix
    )
    unmet = [figure for figure in figures if not figure.is_met]
    if unmet:
        raise Conflict(
            _("还有 %(count)d 项条件没有满足：%(first)s %(figure)d。")
            % {"count": len(unmet), "first": unmet[0].label, "figure": unmet[0].count},
            code="criteria_unmet",
            details={"figures": {figure.name: figure.count for figure in unmet}},
        )
    return _act(phase, move, area_prefix, actor, figures=figures, reason=reason.strip())


def is_repeated(phase: ExercisePhase, move: PhaseMove, area_prefix: str) -> bool:
    """Whether this opens what was closed before over the same place."""
    if move != PhaseMove.OPEN:
        return False
    return phases_here_of(phase, area_prefix) is not None


def phases_here_of(phase: ExercisePhase, area_prefix: str) -> PhaseAct | None:
    """The newest act over a place, if the phase ever began there."""
    here = {one.phase.pk: one.act for one in phases_here(phase.exercise, area_prefix)}
    return here.get(phase.pk)


def _locked(phase_id: int) -> ExercisePhase:
    phases = ExercisePhase.objects.select_for_update(of=("self",), no_key=True)
    phase = phases.select_related("exercise").filter(pk=phase_id).first()
    if phase is None:
        raise Missing(_("没有这个阶段。"))
    if not is_running(phase.exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")
    return phase


def _may_move(phase: ExercisePhase, move: PhaseMove, area_prefix: str, actor: User) -> None:
    """The nation's office everywhere; a province's closes its own province."""
    if len(area_prefix) not in {0, PROVINCE_DIGITS}:
        raise Invalid(_("阶段按全国或按省办理。"), code="area_unknown", cell="area")
    wanted = area_prefix if move == PhaseMove.CLOSE else ""
    if not actor.has_perm(Permission.PHASE_MANAGE, Place(wanted)):
        raise NotAllowed(
            _("%(phase)s阶段的开始由国家普查办公室办理，省级只能提前结束本省。")
            % {"phase": str(phase)}
        )


def _check_state(phase: ExercisePhase, move: PhaseMove, area_prefix: str) -> None:
    newest = phases_here_of(phase, area_prefix)
    is_open = newest is not None and newest.move == PhaseMove.OPEN
    if is_open == (move == PhaseMove.OPEN):
        raise Conflict(
            _("%(phase)s阶段在本范围现为“%(state)s”，不需要办理。")
            % {"phase": str(phase), "state": _("进行中") if is_open else _("未开放")},
            code="phase_state",
        )


def _act(
    phase: ExercisePhase, move: PhaseMove, area_prefix: str, actor: User, **more: Any
) -> PhaseAct:
    figures: list[Figure] = more.pop("figures")
    agreed: TwoPersonRequest | None = more.get("agreed")
    is_forced = any(not figure.is_met for figure in figures)
    was_closed = is_repeated(phase, move, area_prefix)
    act = PhaseAct.objects.create(
        phase=phase,
        move=move,
        area_prefix=area_prefix,
        figures={figure.name: figure.count for figure in figures},
        is_forced=is_forced,
        acted_at=timezone.now(),
        acted_by=actor,
        **more,
    )
    action = MOVED[move]
    if agreed is not None:
        action = AuditAction.PHASE_FORCED if is_forced else AuditAction.PHASE_REOPENED
    audit_record(
        action=action,
        actor=actor,
        subject=phase,
        division_code=area_prefix.ljust(12, "0") if area_prefix else "",
        detail={
            "phase": phase.kind,
            "move": move.value,
            "figures": act.figures,
            "again": was_closed,
            **({"reason": act.reason} if act.reason else {}),
        },
    )
    return act


@transaction.atomic
def deadline_set(
    *, phase_id: int, area_prefix: str, due_on: date, actor: User, reason: str = ""
) -> PhaseDeadline:
    """Set a phase's last day of filling in an area: the nation's office anywhere, a province earlier.

    Raises `NotAllowed`, or `Invalid` (`later_than_above`) where a province would grant itself time.
    """
    phase = _locked(phase_id)
    if not actor.has_perm(Permission.PHASE_MANAGE, Place(area_prefix)):
        raise NotAllowed(_("您不能在这个区划设定截止日期。"))
    if area_prefix and not division_name(area_prefix.ljust(12, "0")):
        raise Invalid(_("没有这个区划。"), code="area_unknown", cell="area")
    if not actor.has_perm(Permission.PHASE_MANAGE, Place("")):
        above = deadline_here(phase, area_prefix)
        if above is None or due_on > above.due_on:
            raise Invalid(
                _("不能晚于现在的截止日期；需要更多时间的，请申请延期。"),
                code="later_than_above",
                cell="due_on",
            )
    deadline = PhaseDeadline.objects.create(
        phase=phase,
        area_prefix=area_prefix,
        due_on=due_on,
        reason=reason.strip(),
        set_at=timezone.now(),
        set_by=actor,
    )
    audit_record(
        action=AuditAction.DEADLINE_SET,
        actor=actor,
        subject=phase,
        division_code=area_prefix.ljust(12, "0") if area_prefix else "",
        detail={"phase": phase.kind, "due_on": due_on.isoformat()},
    )
    return deadline


def deadline_here(phase: ExercisePhase, area_prefix: str) -> PhaseDeadline | None:
    """The deadline in force in an area."""
    here = {one.phase.pk: one.deadline for one in phases_here(phase.exercise, area_prefix)}
    return here.get(phase.pk)


@transaction.atomic
def calendar_day_set(*, day: date, is_workday: bool, name: str, actor: User) -> CalendarDay:
    """Enter a day that is worked, or not, otherwise than the published list says."""
    if not actor.has_perm(Permission.PHASE_MANAGE, Place("")):
        raise NotAllowed(_("只有国家普查办公室可以调整工作日历。"))
    name = name.replace("\x00", "").strip()
    if not name or len(name) > 40:
        raise Invalid(_("请写明说明，最多 40 个字。"), code="name_required", cell="name")
    kept, _is_new = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_workday": is_workday, "name": name}
    )
    audit_record(
        action=AuditAction.CALENDAR_CHANGED,
        actor=actor,
        subject=kept,
        detail={"day": day.isoformat(), "is_workday": is_workday, "name": name},
    )
    return kept


# --- with two people --------------------------------------------------------------------------
def _phase_of(parameters: Parameters) -> ExercisePhase:
    phase = ExercisePhase.objects.select_related("exercise").filter(pk=parameters["phase"]).first()
    if phase is None:
        raise Missing(_("没有这个阶段。"))
    return phase


def _forced_check(actor: User, parameters: Parameters) -> None:
    phase = _locked(parameters["phase"])
    move, area = PhaseMove(parameters["move"]), parameters["area"]
    _may_move(phase, move, area, actor)
    _check_state(phase, move, area)


def _forced_label(parameters: Parameters) -> str:
    phase = _phase_of(parameters)
    return _("%(exercise)s %(phase)s：%(move)s（%(area)s）") % {
        "exercise": phase.exercise.name,
        "phase": str(phase),
        "move": PhaseMove(parameters["move"]).label,
        "area": division_name(parameters["area"].ljust(12, "0")) or _("全国"),
    }


def _forced_figures(parameters: Parameters) -> list[Figure]:
    phase = _phase_of(parameters)
    is_closing = parameters["move"] == PhaseMove.CLOSE
    return figures_of(criteria_of(phase, closing=is_closing), phase.exercise, parameters["area"])


def _forced_act(actor: User, request: TwoPersonRequest) -> dict[str, Any]:
    parameters = request.parameters
    act = _act(
        _locked(parameters["phase"]),
        PhaseMove(parameters["move"]),
        parameters["area"],
        actor,
        figures=_forced_figures(parameters),
        reason=request.reason,
        agreed=request,
    )
    return {"figures": act.figures}


act_register(
    TwoPersonKind.PHASE_MOVE,
    TwoPersonAct(
        permission=Permission.PHASE_MANAGE,
        place=lambda parameters: (
            parameters["area"] if parameters["move"] == PhaseMove.CLOSE else ""
        ),
        label=_forced_label,
        check=_forced_check,
        preview=lambda parameters: {one.name: one.count for one in _forced_figures(parameters)},
        carry_out=_forced_act,
    ),
)


def phase_force_parameters(phase_id: int, move: PhaseMove, area_prefix: str) -> Parameters:
    """What a request to force a phase carries."""
    return {"phase": phase_id, "move": move.value, "area": area_prefix}
