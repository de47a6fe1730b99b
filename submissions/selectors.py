"""Reading cases, responses, histories and jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.scopes import prefix_range
from registry.enums import DivisionLevel
from registry.selectors import COUNTY_DIGITS, levels_absent
from submissions.enums import CaseStatus, ExerciseStatus, Level
from submissions.models import (
    Case,
    CaseReopening,
    CollectionExercise,
    EditFailure,
    ItemQuery,
    ResponseRevision,
    Submission,
)
from submissions.models.case import CaseQuerySet

_OFFICES = {
    DivisionLevel.PROVINCE: Level.PROVINCE,
    DivisionLevel.CITY: Level.CITY,
    DivisionLevel.COUNTY: Level.COUNTY,
}


@dataclass(frozen=True)
class CellChange:
    """One line of a cell's history."""

    version: int
    at: datetime
    actor_name: str
    device: str
    before: str
    after: str


def response_changes(*, case: Case, cell: str) -> list[CellChange]:
    """Who changed this cell from what to what, oldest first. One query over the revisions."""
    revisions = (
        ResponseRevision.objects.filter(response__case=case)
        .select_related("actor")
        .order_by("number")
    )
    return [
        CellChange(
            version=revision.number,
            at=revision.at,
            actor_name=revision.actor.full_name,
            device=revision.device,
            before=before,
            after=after,
        )
        for revision in revisions
        for before, after in _changes_of(revision.patch, cell)
    ]


def _changes_of(patch: list[dict[str, Any]], cell: str) -> list[tuple[str, str]]:
    found = []
    for change in patch:
        if change["op"] in {"set", "derive"} and change["cell"] == cell:
            found.append((change["before"], change["value"]))
        elif change["op"] == "remove_row" and cell in change["cells"]:
            found.append((change["cells"][cell], ""))
    return found


def findings_of(case: Case) -> list[EditFailure]:
    """The findings that stand, hard ones first, with who explained them. One query."""
    found = EditFailure.objects.filter(case=case).select_related("explained_by")
    return list(found.order_by("severity", "pk"))


def reopening_of(case: Case) -> CaseReopening | None:
    """Why a returned case is open again, where a change of the form opened it. One query or none."""
    if case.status != CaseStatus.RETURNED:
        return None
    found = CaseReopening.objects.filter(case=case, reopened_at=case.status_changed_at)
    return found.select_related("change").first()


def exercise_newest() -> CollectionExercise | None:
    """The exercise that runs, else the last one. One query."""
    return CollectionExercise.objects.order_by(
        models.Case(models.When(status=ExerciseStatus.OPEN, then=0), default=1), "-pk"
    ).first()


def submission_latest(case: Case) -> Submission | None:
    """The newest frozen copy."""
    return Submission.objects.filter(case=case).order_by("-number").first()


def levels_of(case: Case) -> list[Level]:
    """The levels that sign off this case, from below: the exercise's, where its place has them.

    The exercise's top level is always there. A supervisor works in towns and villages: the form of
    a county, city or province begins at its own office. One query.
    """
    absent = {_OFFICES[level] for level in levels_absent(case.division_code)}
    if not case.division_code[COUNTY_DIGITS:].strip("0"):
        absent.add(Level.SUPERVISOR)
    exercise = case.exercise
    return [
        level
        for level in map(Level, exercise.levels)
        if level not in absent or level == exercise.top_level
    ]


def without_own_work(cases: CaseQuerySet, actor: User | int) -> CaseQuerySet:
    """The cases in which this person has entered nothing: no value, explanation, answer, receipt."""
    return cases.filter(no_work_of(actor))


def no_work_of(actor: User | int) -> Q:
    """The same as a condition."""
    own = (
        ResponseRevision.objects.filter(response__case=OuterRef("pk"), actor=actor),
        Submission.objects.filter(case=OuterRef("pk"), submitted_by=actor),
        EditFailure.objects.filter(case=OuterRef("pk"), explained_by=actor),
        ItemQuery.objects.filter(case=OuterRef("pk"), answered_by=actor),
    )
    condition = Q()
    for work in own:
        condition &= ~Q(Exists(work))
    return condition


def cases_within(cases: CaseQuerySet, division_prefix: str) -> CaseQuerySet:
    """The cases of a division and everything below it, as one range."""
    low, high = prefix_range(division_prefix)
    return cases.filter(division_code__gte=low, division_code__lt=high) if high else cases
