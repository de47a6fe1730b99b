"""What changed between two submissions of a form, cell by cell."""

from typing import Any, NamedTuple

from accounts.enums import Level
from review.models import ReviewDecision
from submissions.arriving import CellDifference as CellChange
from submissions.arriving import cells_changed
from submissions.models import Case, Submission

__all__ = [
    "CellChange",
    "ExplanationChange",
    "cells_changed",
    "changes_since",
    "decision_last_at",
    "explanations_changed",
]


class ExplanationChange(NamedTuple):
    """One explanation that is new, worded differently or gone; `cell` may be blank."""

    cell: str
    message: str
    before: str
    after: str


def explanations_changed(before: Submission, after: Submission) -> list[ExplanationChange]:
    """The explanations in which two submissions differ, in order of rule and row.

    A reviewer who has accepted a figure for its explanation must see that the words have changed,
    though the figure has not.
    """
    old, new = _explanations(before), _explanations(after)
    found = []
    for key in sorted({*old, *new}):
        told = new.get(key) or old[key]
        was, now = (side.get(key, {}).get("explanation", "") for side in (old, new))
        if was != now:
            # submissions frozen before cells were recorded with an explanation have none
            cells = told.get("cells") or [""]
            found.append(ExplanationChange(cells[0], told["message"], was, now))
    return found


def _explanations(submission: Submission) -> dict[tuple[str, str], dict[str, Any]]:
    return {(told["rule"], told["row"]): told for told in submission.explanations}


def decision_last_at(case: Case, level: Level | str) -> ReviewDecision | None:
    """What this level decided last, with the submission it looked at. One query."""
    return (
        ReviewDecision.objects.filter(case=case, level=level)
        .select_related("submission", "decided_by")
        .order_by("-pk")
        .first()
    )


def changes_since(case: Case, level: Level | str) -> list[CellChange]:
    """What changed from the submission this level last decided about to the newest.

    Empty where the level has not looked before: then everything is new. Two queries.
    """
    last = decision_last_at(case, level)
    newest = Submission.objects.filter(case=case).order_by("-number").first()
    if last is None or newest is None:
        return []
    return cells_changed(last.submission.document, newest.document)
