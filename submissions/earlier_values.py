"""What is known of a cell from before: the register, the last submission, an earlier exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from accounts.models import User
from instruments.selectors import definition_data
from submissions.enums import Provenance
from submissions.models import Case, Response, Submission
from submissions.models.response import value_in_force

REGISTER, SUBMISSION, EXERCISE = "register", "submission", "exercise"

# A figure below half or above double the one before is worth a second look. It is a hint for whoever
# fills in and no rule: it neither stops a submission nor asks for an explanation.
RATIO_BOUND = ("0.5", "2")

Earlier = list[dict[str, str]]


def earlier_values(response: Response, user: User) -> dict[str, Earlier]:
    """By cell path: {source, name, value} of each earlier value. One query.

    `response` comes with its case. A value of the register is told only where it differs from the
    one in force. Rows are matched within a case only: the rows of two exercises have no common key.
    """
    found: dict[str, Earlier] = {}
    for cell, value in _register_values(response):
        found.setdefault(cell, []).append({"source": REGISTER, "name": "", "value": value})
    case = response.case
    for submission in _earlier_submissions(case, user):
        if submission.case_id == case.pk:
            source, name = SUBMISSION, str(submission.number)
            values: Mapping[str, str] = submission.document["values"]
        else:
            source, name = EXERCISE, submission.case.exercise.name
            values = _translated(submission, case)
        for cell, value in values.items():
            found.setdefault(cell, []).append({"source": source, "name": name, "value": value})
    return found


def _register_values(response: Response) -> Iterator[tuple[str, str]]:
    for path, cell in response.cells.items():
        slot = cell.get(Provenance.CARRIED_FORWARD)
        if slot and slot["v"] != "" and slot["v"] != value_in_force(cell):
            yield path, str(slot["v"])


def _earlier_submissions(case: Case, user: User) -> list[Submission]:
    """The last submission of this case, then that of the newest earlier exercise."""
    earlier = Q(
        case__in=Case.objects.visible_to(user).filter(unit_id=case.unit_id),
        case__form_code=case.form_code,
        case__exercise__standard_time__lt=case.exercise.standard_time,
    )
    newest = (
        Submission.objects.filter(Q(case_id=case.pk) | earlier)
        .order_by("case_id", "-number")
        .distinct("case_id")
        .select_related("case__exercise")
    )
    own = [submission for submission in newest if submission.case_id == case.pk]
    others = [submission for submission in newest if submission.case_id != case.pk]
    others.sort(key=lambda submission: submission.case.exercise.standard_time)
    return own + others[-1:]


def _translated(submission: Submission, case: Case) -> dict[str, str]:
    """The plain values of another exercise under the names that the items have now."""
    values: Mapping[str, str] = submission.document["values"]
    before = dict(_plain_items(definition_data(submission.instrument_version_id)))
    slug_of = {code: slug for slug, code in before.items() if code}
    found = {}
    for slug, code in _plain_items(definition_data(case.instrument_version_id)):
        value = values.get(slug if slug in before else slug_of.get(code, ""), "")
        if value != "":
            found[slug] = value
    return found


def _plain_items(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section in definition["sections"]:
        if not section.get("group"):
            for item in section["items"]:
                yield item["slug"], str(item.get("code") or "")
