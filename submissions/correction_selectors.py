"""Reading corrections: lists, where one stands, and both versions side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from instruments.selectors import definition_data
from submissions.models import Case, CorrectionRequest, Submission
from submissions.models.correction import CorrectionRequestQuerySet
from submissions.phase_enums import CorrectionState, Verdict

DECIDED = {
    Verdict.REFUSE: CorrectionState.REFUSED,
    Verdict.WITHDRAW: CorrectionState.WITHDRAWN,
}


def corrections_seen(actor: User) -> CorrectionRequestQuerySet:
    """The corrections of the own jurisdiction, newest first."""
    return CorrectionRequest.objects.visible_to(actor).with_names().order_by("-pk")


def correction_of(case: Case) -> CorrectionRequest | None:
    """The correction that a case is open for. One query or none."""
    if case.correction_id is None:
        return None
    return CorrectionRequest.objects.filter(pk=case.correction_id).with_names().first()


def submission_after(correction: CorrectionRequest) -> Submission | None:
    """The submission that took the corrected one's place, or is on its way to. One query."""
    later = Submission.objects.filter(
        case_id=correction.case_id, number__gt=correction.submission.number
    )
    if correction.case.correction_id == correction.pk:
        return later.order_by("-number").first()
    following = (
        CorrectionRequest.objects.filter(
            case_id=correction.case_id, pk__gt=correction.pk, decision__verdict=Verdict.APPROVE
        )
        .order_by("pk")
        .values_list("submission__number", flat=True)
        .first()
    )
    if following is not None:
        later = later.filter(number__lte=following)
    return later.order_by("-number").first()


def correction_state(correction: CorrectionRequest, after: Submission | None) -> CorrectionState:
    """Where it stands. No query for one read `with_names`."""
    decision = getattr(correction, "decision", None)
    if decision is None:
        return CorrectionState.REQUESTED
    if decision.verdict in DECIDED:
        return DECIDED[Verdict(decision.verdict)]
    if correction.case.correction_id == correction.pk:
        return CorrectionState.IN_PROGRESS
    return CorrectionState.DONE if after is not None else CorrectionState.ENDED


@dataclass(frozen=True)
class SideBySide:
    """One cell of a correction: before, what was proposed, and after."""

    cell: str
    label: str
    before: str
    proposed: str | None
    after: str | None
    reason: str


def side_by_side(
    correction: CorrectionRequest, after: Submission | None, language: str
) -> list[SideBySide]:
    """Every cell that was proposed or has changed, in order of its path."""
    old = correction.submission.document["values"]
    new = after.document["values"] if after else None
    asked = {change["cell"]: change for change in correction.changes}
    changed = {c for c in {*old, *(new or {})} if new is not None and old.get(c) != new.get(c)}
    labels = _labels(correction.case.instrument_version_id, language)
    return [
        SideBySide(
            cell=cell,
            label=labels.get(cell.rsplit("/", 1)[-1], cell),
            before=str(old.get(cell, "")),
            proposed=asked[cell]["value"] if cell in asked else None,
            after=str(new.get(cell, "")) if new is not None else None,
            reason=asked[cell]["reason"] if cell in asked else "",
        )
        for cell in sorted({*asked, *changed})
    ]


def _labels(version_id: int, language: str) -> dict[str, str]:
    """The label of every item, by slug."""
    sections = definition_data(version_id)["sections"]
    return {item["slug"]: item["label"][language] for s in sections for item in s["items"]}


@dataclass(frozen=True)
class CellLine:
    """One cell of a form as it may be asked to be corrected; `row` counts from 1 in a group."""

    cell: str
    code: str
    label: str
    row: int | None
    value: str


def cells_listed(version_id: int, plain: Mapping[str, Any], language: str) -> list[CellLine]:
    """Every cell of a form in the form's order, with its value."""
    values, lines = plain["values"], []
    for section in definition_data(version_id)["sections"]:
        group = section.get("group")
        rows = list(enumerate(plain["rows"].get(group, []), start=1)) if group else [(None, "")]
        for number, row in rows:
            for item in section["items"]:
                cell = f"{group}/{row}/{item['slug']}" if group else item["slug"]
                value = str(values.get(cell, ""))
                lines.append(CellLine(cell, item["code"], item["label"][language], number, value))
    return lines
