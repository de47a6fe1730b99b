"""Decisions as the service records them, level by level."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from review.enums import Decision, ReturnReason
from review.models import ReviewDecision
from review.services import decision_record
from submissions.models import Case

RETURNED_FOR = (ReturnReason.LOGIC,)


def approve_by(case: Case, *reviewers: User) -> Case:
    """Approve level by level, one reviewer each; the last of five finalises."""
    for reviewer in reviewers:
        case.refresh_from_db()
        is_top = case.review_level == case.exercise.top_level
        decision = Decision.FINALISE if is_top else Decision.APPROVE
        decision_record(case_id=case.pk, decision=decision, actor=reviewer)
    case.refresh_from_db()
    return case


def return_by(case: Case, reviewer: User, *queries: tuple[str, str], **more: Any) -> ReviewDecision:
    """Return with a reason and questions."""
    recorded = decision_record(
        case_id=case.pk,
        decision=Decision.RETURN,
        actor=reviewer,
        reason_codes=more.pop("reason_codes", RETURNED_FOR),
        queries=queries,
        **more,
    )
    case.refresh_from_db()
    return recorded
