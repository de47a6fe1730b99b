"""Reading for the pages: the own work, lists of cases, what a form's page shows beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from accounts.enums import Level, Permission
from accounts.models import User
from accounts.querysets import scope_filter
from accounts.scopes import Jurisdiction, OwnUnit, prefix_range
from audit.hashing import content_hash
from submissions.case_filters import (
    AGES,
    PASSED,
    age_condition,
    industry_condition,
    industry_read,
    passed_condition,
)
from submissions.division_filter import division_read, significant
from submissions.enums import CaseStatus, Holder
from submissions.models import (
    Case,
    CaseHandover,
    Derivation,
    Response,
    ResponseRevision,
    Submission,
)
from submissions.models.case import CaseQuerySet
from submissions.models.response import slot_in_force
from submissions.phases.due_dates import closed_for_filling, with_due_dates

PAGE = 50
_PLACE = re.compile(r"(?P<division>[0-9]{1,12})-(?P<pk>[0-9]{1,18})")


def values_at(response: Response, version: int) -> dict[str, str]:
    """The plain values as they were at a version. One query where it is not the newest."""
    values: dict[str, str] = dict(response.plain()["values"])
    if version >= response.version:
        return values
    later = ResponseRevision.objects.filter(response=response, number__gt=version)
    for patch in later.order_by("-number").values_list("patch", flat=True):
        for change in patch:
            if change["op"] in {"set", "derive"}:
                values[change["cell"]] = change["before"]
            elif change["op"] == "remove_row":
                values.update(change["cells"])
    return values


def authors_of(response: Response, paths: Collection[str]) -> dict[str, dict[str, str]]:
    """Who wrote these cells and when. One query, none for no cells."""
    slots = {path: slot_in_force(response.cells.get(path, {})) for path in paths}
    ids = {slot["by"] for slot in slots.values() if slot and slot.get("by")}
    if not ids:
        return {}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    return {
        path: {"by": names.get(slot["by"], ""), "at": str(slot.get("at", ""))}
        for path, slot in slots.items()
        if slot and slot.get("by")
    }


def context_token(case: Case) -> str:
    """Changes whenever another form of the unit does: rules in the browser read those. One query."""
    others = Response.objects.filter(
        case__unit_id=case.unit_id, case__exercise_id=case.exercise_id
    ).exclude(case_id=case.pk)
    states = others.order_by("pk").values_list("pk", "version", "case__is_owed", "case__status")
    return content_hash([list(state) for state in states])[:16]


def forms_beside(responses: Sequence[Response], case: Case) -> list[Case]:
    """The unit's other forms, to go to from this one."""
    return [r.case for r in responses if r.case_id != case.pk and r.case.is_owed]


# --- the own work -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Work:
    """What waits for one person."""

    handed: list[CaseHandover]
    returned: list[Case]
    begun: list[Case]
    untouched: list[Case]
    closed: Collection[int]  # keys of those that no phase lets anybody fill today
    counts: Mapping[str, int]
    waiting: Mapping[str, int]


def work_of(user: User, *, at_most: int = 12) -> Work:
    """Returned forms first, then those begun, then those untouched. Five queries, and
    six where the exercise has phases.
    """
    if user.can_anywhere(Permission.RESPONSE_SAVE):
        seen = Case.objects.visible_to(user, Permission.RESPONSE_SAVE).owed().with_names()
        cases = seen.exclude(holder=other_side(user))
    else:
        cases = Case.objects.none()
    returned = cases.filter(status=CaseStatus.RETURNED).order_by("status_changed_at", "pk")
    opened = cases.filter(status=CaseStatus.OPEN)
    begun = opened.filter(response__version__gt=0).order_by("-updated_at", "pk")
    untouched = opened.filter(response__version=0).order_by("division_code", "pk")
    first, second, third = (list(found[:at_most]) for found in (returned, begun, untouched))
    every = [*first, *second, *third]
    with_due_dates(every)
    return Work(
        handed_to(user, cases, at_most),
        first,
        second,
        third,
        closed_for_filling(every),
        counts_by_status(cases) if user.can_anywhere(Permission.RESPONSE_SAVE) else {},
        waiting_for(user),
    )


def other_side(user: User) -> Holder:
    """Whose cases do not wait for this person: a respondent has one unit and nothing else."""
    scopes = user.scopes_for(Permission.RESPONSE_SAVE)
    is_respondent = bool(scopes) and all(isinstance(scope, OwnUnit) for scope in scopes)
    return Holder.ENUMERATOR if is_respondent else Holder.RESPONDENT


def handed_to(user: User, cases: CaseQuerySet, at_most: int) -> list[CaseHandover]:
    """The cases that were handed to this person's side, newest first, with the note. One query."""
    held = cases.being_filled().exclude(holder=Holder.BOTH)
    newest = CaseHandover.objects.filter(case=OuterRef("case")).order_by("-number")
    handovers = CaseHandover.objects.filter(
        case__in=held.order_by(), pk=Subquery(newest.values("pk")[:1])
    )
    names = ("case__unit", "case__exercise", "handed_by")
    return list(handovers.select_related(*names).order_by("-handed_at")[:at_most])


def counts_by_status(cases: CaseQuerySet) -> dict[str, int]:
    """How many cases stand in each state. One query."""
    rows = cases.order_by().values_list("status").annotate(number=Count("pk"))
    return {str(status): number for status, number in rows}


def waiting_for(user: User) -> dict[str, int]:
    """How many cases wait at each level for this person's decision. One query a level."""
    scopes = [s for s in user.scopes_for(Permission.CASE_REVIEW) if isinstance(s, Jurisdiction)]
    levels = [level for level in Level if any(scope.level == level for scope in scopes)]
    own_saves = ResponseRevision.objects.filter(response__case=OuterRef("pk"), actor=user)
    own_submissions = Submission.objects.filter(case=OuterRef("pk"), submitted_by=user)
    found = {}
    for level in levels:
        here = tuple(scope for scope in scopes if scope.level == level)
        within = scope_filter(here, division_field="division_code", unit_field="unit_id")
        waiting = Case.objects.waiting_at(level).filter(within)
        found[str(level.label)] = waiting.filter(
            ~Exists(own_saves), ~Exists(own_submissions)
        ).count()
    return found


# --- the list of cases ------------------------------------------------------------------------
@dataclass(frozen=True)
class CaseSearch:
    """What the list is narrowed to; blank means everything."""

    form_code: str = ""
    status: str = ""
    level: str = ""
    division: str = ""
    text: str = ""
    is_owed: str = "1"
    started: str = ""  # "1" somebody has saved to it, "0" nobody has
    passed: str = ""  # submitted, or approved by a level, and not returned since
    age: str = ""  # a name of `case_filters.AGES`: days returned or under review
    industry: str = ""  # two to four digits
    counting: str = ""  # "1": without the void ones

    @classmethod
    def read(cls, query: Mapping[str, str]) -> CaseSearch:
        """From a query string; what is not a known choice counts as not asked."""
        status, level = query.get("status", ""), query.get("level", "")
        form = query.get("form", "").strip().upper()
        return cls(
            form_code=form if re.fullmatch(r"[A-Z0-9-]{1,12}", form) else "",
            status=status if status in CaseStatus.values else "",
            level=level if level in Level.values else "",
            division=division_read(query.get("division", "")),
            text=query.get("q", "").replace("\x00", "").strip()[:100],
            is_owed=query.get("owed", "1") if query.get("owed", "1") in {"0", "1", ""} else "1",
            started=query.get("started", "") if query.get("started", "") in {"0", "1"} else "",
            passed=query.get("passed", "") if query.get("passed", "") in PASSED else "",
            age=query.get("age", "") if query.get("age", "") in AGES else "",
            industry=industry_read(query.get("industry", "")),
            counting="1" if query.get("counting", "") == "1" else "",
        )

    @property
    def prefix(self) -> str:
        """The significant digits of the division."""
        return significant(self.division)


def cases_found(*, actor: User, search: CaseSearch) -> CaseQuerySet:
    """The visible cases that match."""
    found = Case.objects.visible_to(actor)
    if search.prefix:
        low, high = prefix_range(search.prefix)
        found = found.filter(division_code__gte=low, division_code__lt=high)
    for name, value in {
        "form_code": search.form_code,
        "status": search.status,
        "review_level": search.level,
    }.items():
        if value:
            found = found.filter(**{name: value})
    if search.is_owed:
        found = found.filter(is_owed=search.is_owed == "1")
    if search.started:
        is_saved = Q(response__version__gt=0)
        found = found.filter(is_saved if search.started == "1" else ~is_saved)
    found = found.filter(_figures_condition(search))
    if search.text:
        named = Q(unit__name__icontains=search.text)
        found = found.filter(named | Q(unit__code__startswith=search.text.upper()))
    return found


def _figures_condition(search: CaseSearch) -> Q:
    """What the figures of a dashboard are narrowed to."""
    condition = Q()
    if search.passed:
        condition &= passed_condition(search.passed)
    if search.age:
        condition &= age_condition(search.age)
    if search.industry:
        condition &= industry_condition(search.industry)
    if search.counting:
        condition &= ~Q(status=CaseStatus.VOID)
    return condition


def case_page(cases: CaseQuerySet, after: str) -> tuple[list[Case], str]:
    """One page in the order of the places and the place after it. One query, at any depth."""
    place = _PLACE.fullmatch(after)
    if place:
        division, pk = place["division"], int(place["pk"])
        cases = cases.filter(division_code__gte=division).filter(
            Q(division_code__gt=division) | Q(pk__gt=pk)
        )
    rows = list(cases.with_names().order_by("division_code", "pk")[: PAGE + 1])
    page = rows[:PAGE]
    is_last = len(rows) <= PAGE
    return page, "" if is_last else f"{page[-1].division_code}-{page[-1].pk}"


def derivation_of(case: Case, cell: str) -> Derivation | None:
    """How the derived value of a cell came about; None where none stands. One query."""
    found = (
        Derivation.objects.filter(response__case=case, cell=cell)
        .select_related("coefficient_version")
        .order_by("-number")
        .first()
    )
    return found if found is not None and found.value != "" else None
