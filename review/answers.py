"""What a client is told of decisions and questions: one shape for pages' scripts and the API."""

from typing import Any

from review.models import ReviewDecision
from submissions.models import ItemQuery


def query_view(query: ItemQuery) -> dict[str, Any]:
    """One question and its answer."""
    return {
        "id": query.pk,
        "case": query.case_id,
        "submission": query.submission_id,
        "cell": query.cell,
        "text": query.text,
        "raised_at": query.raised_at.isoformat(),
        "raised_by": query.raised_by.full_name,
        "answer": query.answer,
        "answered_at": query.answered_at.isoformat() if query.answered_at else None,
        "answered_by": query.answered_by.full_name if query.answered_by else None,
    }


def decision_view(decision: ReviewDecision) -> dict[str, Any]:
    """One decision."""
    return {
        "id": decision.pk,
        "case": decision.case_id,
        "submission": decision.submission_id,
        "submission_number": decision.submission.number,
        "level": decision.level,
        "decision": decision.decision,
        "reason_codes": decision.reason_codes,
        "reasons": decision.reason_labels,
        "note": decision.note,
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by.full_name,
    }
