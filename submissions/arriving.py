"""What a case brings to the level of sign-off at which it arrives: findings, and what has changed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Max, Q

from submissions.enums import Severity
from submissions.models import Case, EditFailure, Submission
from submissions.models.case import SIZE_UNKNOWN

Answers = Mapping[str, Any]
# Where a unit says how large it is (统计上大中小微型企业划分办法, 2017): 1 large … 4 micro.
SIZE_ITEM = ("G101-1", "size")
SIZES = frozenset("1234")


class CellDifference(NamedTuple):
    """One cell that differs; a blank is the empty string."""

    cell: str
    before: str
    after: str


def cells_changed(before: Answers, after: Answers) -> list[CellDifference]:
    """Every cell whose value differs between two plain answer documents, in order of its path.

    Cells of a row that was taken out change to blank, and those of a new row from blank.
    """
    old, new = before["values"], after["values"]
    return [
        CellDifference(cell, str(old.get(cell, "")), str(new.get(cell, "")))
        for cell in sorted({*old, *new})
        if str(old.get(cell, "")) != str(new.get(cell, ""))
    ]


def submission_numbers(cases: Sequence[Case]) -> dict[int, int]:
    """The number of each case's newest submission. One query."""
    numbers = Submission.objects.filter(case__in=cases).values("case_id")
    return dict(numbers.annotate(newest=Max("number")).values_list("case_id", "newest"))


def submission_arrived(case: Case, *, size: int) -> None:
    """Count what a case brings that has just been submitted. Two queries, four for a second time.

    The form that says how large the unit is says so for all forms of the unit.
    """
    soft = EditFailure.objects.filter(case=case, severity=Severity.SOFT).count()
    case.soft_count, case.changed_count, case.unit_size = soft, 0, size
    Case.objects.filter(pk=case.pk).update(soft_count=soft, changed_count=0, unit_size=size)
    if case.form_code == SIZE_ITEM[0]:
        others = Case.objects.filter(unit_id=case.unit_id, exercise_id=case.exercise_id)
        others.exclude(unit_size=size).update(unit_size=size)
    changes_count([case] if case.review_level in case.looked else [])


def unit_size(answers: Mapping[str, Answers]) -> int:
    """The size class among a unit's plain answers by form: 1 to 4, else `SIZE_UNKNOWN`."""
    form, item = SIZE_ITEM
    told = str(answers[form]["values"].get(item, "")) if form in answers else ""
    return int(told) if told in SIZES else SIZE_UNKNOWN


def changes_count(cases: Sequence[Case]) -> None:
    """Count the cells that differ from what the level has looked at before.

    `cases` are at a level that has looked before: `case.looked` names the submission. The others
    keep 0. Two queries and one a case.
    """
    if not cases:
        return
    numbers = submission_numbers(cases)
    wanted = Q()
    for case in cases:
        pair = [case.looked[case.review_level], numbers.get(case.pk)]
        wanted |= Q(case=case, number__in=pair)
    documents = {
        (case_id, number): document
        for case_id, number, document in Submission.objects.filter(wanted).values_list(
            "case_id", "number", "document"
        )
    }
    for case in cases:
        before = documents.get((case.pk, case.looked[case.review_level]))
        after = documents.get((case.pk, numbers.get(case.pk, 0)))
        count = len(cells_changed(before, after)) if before and after else 0
        case.changed_count = count
        Case.objects.filter(pk=case.pk).update(changed_count=count)
