"""Reading who holds a case, who held it, and what each changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import RoleAssignment
from submissions.models import Case, CaseHandover, ResponseRevision


@dataclass(frozen=True)
class Tenure:
    """One hand-over and what was done until the next one: cells changed, by how many people."""

    handover: CaseHandover
    cells: int
    people: tuple[str, ...]


def has_respondent(unit_id: int) -> bool:
    """Whether somebody of the unit has an account today. One query."""
    return RoleAssignment.objects.in_force().filter(unit_id=unit_id, user__is_active=True).exists()


def handover_last(case: Case) -> CaseHandover | None:
    """The newest hand-over. One query."""
    found = CaseHandover.objects.filter(case=case).select_related("handed_by")
    return found.order_by("-number").first()


def tenures_of(case: Case) -> list[Tenure]:
    """Every hand-over, newest first, with what its holder changed. Two queries."""
    handovers = list(
        CaseHandover.objects.filter(case=case).select_related("handed_by").order_by("number")
    )
    if not handovers:
        return []
    revisions = ResponseRevision.objects.filter(
        response__case=case, number__gt=handovers[0].response_version
    )
    saves = list(revisions.values_list("number", "patch", "actor__full_name").order_by("number"))
    ends = [h.response_version for h in handovers[1:]] + [saves[-1][0] if saves else 0]
    return [
        _tenure(handover, [s for s in saves if handover.response_version < s[0] <= end])
        for handover, end in zip(handovers, ends, strict=True)
    ][::-1]


def _tenure(handover: CaseHandover, saves: list[tuple[int, list[dict[str, str]], str]]) -> Tenure:
    cells = {
        change["cell"] for _number, patch, _name in saves for change in patch if "cell" in change
    }
    people = tuple(dict.fromkeys(name for _number, _patch, name in saves if name))
    return Tenure(handover, len(cells), people)
