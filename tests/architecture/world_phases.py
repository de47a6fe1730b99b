"""Requests of every kind in one place: a correction, more time, an act by two people."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from submissions.models import (
    Case,
    CorrectionRequest,
    DeadlineExtension,
    ExercisePhase,
    TwoPersonRequest,
)
from submissions.services.closing_many import closing_parameters


def phase_things(case: Case, code: str, owner: User) -> dict[str, Any]:
    """Nothing of it is decided."""
    asked = {"requested_by": owner, "requested_at": timezone.now()}
    phase, _is_new = ExercisePhase.objects.get_or_create(
        exercise=case.exercise,
        kind="enumeration",
        defaults={
            "position": 1,
            "works": ["filling"],
            "entry_criteria": [],
            "exit_criteria": [],
        },
    )
    return {
        "correction": CorrectionRequest.objects.create(
            case=case,
            division_code=code,
            submission=case.submissions.get(),
            reason="录入时少写了一位",
            **asked,
        ),
        "two_person": TwoPersonRequest.objects.create(
            kind="cases_void",
            parameters=closing_parameters(exercise_id=case.exercise_id, area_prefix=code[:9]),
            division_code=code[:9],
            label="整批作废",
            reason="重复下达的普查表",
            expires_on=timezone.localdate(),
            **asked,
        ),
        "extension": DeadlineExtension.objects.create(
            phase=phase,
            division_code=code,
            area_prefix=code[:9],
            due_on=timezone.localdate(),
            reason="汛期道路中断",
            **asked,
        ),
    }
