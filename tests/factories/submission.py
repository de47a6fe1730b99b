"""Submissions: a case filled and submitted again, and frozen copies with given answers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import timezone

from accounts.enums import Level
from accounts.models import User
from instruments.definition_files import DEFINITIONS_DIR, yaml_read
from registry.models import Unit
from review.enums import Decision
from review.models import ReviewDecision
from submissions.models import Case, Submission
from submissions.services import case_submit
from tests.factories.case import publish, save
from tests.factories.exercise import make_exercise


def submit_again(case: Case, actor: User, **values: str) -> Submission:
    """Change cells of a returned case and submit it once more."""
    if values:
        save(case, actor, **values)
    submission = case_submit(case_id=case.pk, actor=actor)
    case.refresh_from_db()
    return submission


@lru_cache
def official(code: str) -> dict[str, Any]:
    """The definition of a form of the repository, read once."""
    return yaml_read(DEFINITIONS_DIR / "nps2" / f"{code}.yaml")


def frozen(
    unit: Unit,
    form_code: str,
    document: dict[str, Any],
    *,
    actor: User,
    levels: tuple[Level, ...] = tuple(Level),
) -> Submission:
    """A frozen copy with these answers, approved at these levels.

    For sums over many forms: rules and rights of filling in have their own tests.
    """
    now = timezone.now()
    version = publish(official(form_code))
    case, _created = Case.objects.get_or_create(
        exercise=make_exercise(),
        unit=unit,
        form_code=form_code,
        defaults={
            "instrument_version": version,
            "division_code": unit.division_code,
            "opened_at": now,
            "status_changed_at": now,
        },
    )
    number = case.submissions.count() + 1
    submission = Submission.objects.create(
        case=case,
        number=number,
        instrument_version=version,
        response_version=1,
        document={"values": {}, "rows": {}, **document},
        hash="0" * 64,
        receipt_code=f"{form_code}-{case.pk}-{number}",
        submitted_at=now,
        submitted_by=actor,
    )
    for level in levels:
        ReviewDecision.objects.create(
            case=case,
            division_code=case.division_code,
            submission=submission,
            level=level,
            decision=Decision.FINALISE if level == Level.NATIONAL else Decision.APPROVE,
            decided_at=now,
            decided_by=actor,
        )
    return submission
