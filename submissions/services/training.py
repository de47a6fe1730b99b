"""Resetting a training exercise: a new round begins, and the old one stays as it was."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.enums import ExerciseStatus, JobKind
from submissions.jobs import job_start
from submissions.models import (
    Case,
    CollectionExercise,
    ExercisePhase,
    Submission,
    TwoPersonRequest,
)
from submissions.phase_enums import ExerciseKind, TwoPersonKind
from submissions.two_person_acts import Parameters, TwoPersonAct, act_register


def _exercise(parameters: Parameters) -> CollectionExercise:
    exercise = CollectionExercise.objects.filter(pk=parameters["exercise"]).first()
    if exercise is None:
        raise Missing(_("没有这个普查阶段。"))
    return exercise


def _check(_actor: User, parameters: Parameters) -> None:
    exercise = _exercise(parameters)
    if exercise.kind != ExerciseKind.TRAINING:
        raise Conflict(_("只有培训练习可以重置。"), code="not_training")
    if exercise.status != ExerciseStatus.OPEN:
        raise Conflict(_("这一轮练习已经结束。"), code="exercise_closed")


def _preview(parameters: Parameters) -> dict[str, Any]:
    cases = Case.objects.filter(exercise_id=parameters["exercise"])
    return {
        "cases": cases.count(),
        "units": cases.values("unit").distinct().count(),
        "submissions": Submission.objects.filter(case__in=cases).count(),
    }


def _carry_out(actor: User, request: TwoPersonRequest) -> dict[str, Any]:
    """Close the round, begin the next with the same plan; nothing that was written goes away."""
    old = CollectionExercise.objects.select_for_update().get(pk=request.parameters["exercise"])
    new = CollectionExercise.objects.create(
        code=_next_code(old.code),
        name=old.name,
        standard_time=old.standard_time,
        levels=old.levels,
        status=ExerciseStatus.OPEN,
        due_on=old.due_on,
        kind=old.kind,
        has_phases=old.has_phases,
        requires_signature=old.requires_signature,
    )
    ExercisePhase.objects.bulk_create(
        ExercisePhase(
            exercise=new,
            position=phase.position,
            kind=phase.kind,
            works=phase.works,
            entry_criteria=phase.entry_criteria,
            exit_criteria=phase.exit_criteria,
        )
        for phase in old.phases.all()
    )
    old.status = ExerciseStatus.CLOSED
    old.save(update_fields=["status"])
    job = job_start(
        kind=JobKind.TRAINING_RESET,
        parameters={"before": old.pk, "after": new.pk},
        actor=actor,
        division_code="",
    )
    audit_record(
        action=AuditAction.TRAINING_RESET,
        actor=actor,
        subject=old,
        detail={"code": old.code, "next": new.code, "reason": request.reason},
    )
    return {"next": new.code, "job": job.pk}


def _next_code(code: str) -> str:
    """`training` → `training.2` → `training.3`; the code has twenty places."""
    found = re.fullmatch(r"(.+)\.([0-9]+)", code)
    stem, number = (found[1], int(found[2])) if found else (code, 1)
    end = f".{number + 1}"
    return stem[: 20 - len(end)] + end


act_register(
    TwoPersonKind.TRAINING_RESET,
    TwoPersonAct(
        permission=Permission.PHASE_MANAGE,
        place=lambda _parameters: "",
        label=lambda parameters: _("重置培训练习：%(name)s") % {"name": _exercise(parameters).name},
        check=_check,
        preview=_preview,
        carry_out=_carry_out,
    ),
)
