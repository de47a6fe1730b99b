"""Where the cases of a division stand, by child division: exact counts, rolled up on read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.models import User
from accounts.scopes import Jurisdiction, prefix_range
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import divisions_below
from submissions.enums import CaseStatus
from submissions.models import Case, CollectionExercise, Response
from submissions.models.case import CaseQuerySet
from submissions.selectors import cases_within
from summaries.enums import ProgressState
from summaries.models import ProgressCount

CODE_DIGITS = 12
DIGITS_OF_A_TOWN = 9
State = tuple[str, str]  # state and, under review, its level
Counts = dict[State, int]

STARTED = Exists(Response.objects.filter(case=OuterRef("pk"), version__gt=0))
STATE_OF_CASE = Choose(
    When(is_owed=False, then=Value(ProgressState.NOT_OWED.value)),
    When(~Q(status=CaseStatus.OPEN), then=F("status")),
    When(STARTED, then=Value(ProgressState.FILLING.value)),
    default=Value(ProgressState.NOT_STARTED.value),
    output_field=CharField(),
)


@dataclass(frozen=True)
class ProgressRow:
    """One division and how many cases stand where."""

    division: Division | None
    name: str
    prefix: str
    counts: Counts = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """Cases that count: owed and not void."""
        left_out = {ProgressState.VOID, ProgressState.NOT_OWED}
        return sum(n for (state, _level), n in self.counts.items() if state not in left_out)


@dataclass(frozen=True)
class Progress:
    """The table of one division."""

    exercise: CollectionExercise
    division: Division
    total: ProgressRow
    rows: Sequence[ProgressRow]

    @property
    def states(self) -> list[State]:
        """The columns, in the order of the work."""
        return [
            (ProgressState.NOT_STARTED, ""),
            (ProgressState.FILLING, ""),
            (ProgressState.RETURNED, ""),
            *((ProgressState.UNDER_REVIEW, level) for level in self.exercise.levels),
            (ProgressState.FINAL, ""),
            (ProgressState.VOID, ""),
            (ProgressState.NOT_OWED, ""),
        ]


def state_label(state: State) -> str:
    """The heading of a column."""
    name, level = state
    if level:
        return _("待%(level)s审核") % {"level": Level(level).label}
    return str(ProgressState(name).label)


def list_query(state: State, prefix: str, form_code: str = "") -> str:
    """The query string that makes the list of cases show exactly the counted ones."""
    name, level = state
    query = {"division": prefix, "form": form_code, "level": level, "owed": "1"}
    if name in {ProgressState.NOT_STARTED, ProgressState.FILLING}:
        query["status"] = CaseStatus.OPEN.value
        query["started"] = "1" if name == ProgressState.FILLING else "0"
    elif name == ProgressState.NOT_OWED:
        query["owed"] = "0"
    else:
        query["status"] = name
    return urlencode({key: str(value) for key, value in query.items() if value})


def own_divisions(actor: User) -> list[str]:
    """The 12-digit codes of the divisions whose progress this person sees, widest first."""
    scopes = actor.scopes_for(Permission.PROGRESS_VIEW)
    prefixes = {scope.prefix for scope in scopes if isinstance(scope, Jurisdiction)}
    return [
        prefix.ljust(CODE_DIGITS, "0") for prefix in sorted(prefixes, key=lambda p: (len(p), p))
    ]


def progress_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> Progress:
    """The counts of a division and its children, as they are now. Three queries.

    From the counters down to the town; inside a town, whose villages have no counters of their
    own, from its cases.
    """
    children = list(divisions_below(division.code))
    if division.level >= DivisionLevel.TOWN:
        by_place = _of_cases(actor, exercise, division, form_code)
    else:
        by_place = _of_counters(actor, exercise, division, form_code, children)
    whole = _added(by_place.values())
    rows = [
        ProgressRow(child, child.name, child.prefix, by_place.get(child.prefix, {}))
        for child in children
    ]
    elsewhere = _subtracted(whole, _added(row.counts for row in rows))
    if elsewhere and rows:
        rows.append(ProgressRow(None, _("其他"), "", elsewhere))
    return Progress(
        exercise, division, ProgressRow(division, division.name, division.prefix, whole), rows
    )


def _of_counters(
    actor: User,
    exercise: CollectionExercise,
    division: Division,
    form_code: str,
    children: Sequence[Division],
) -> dict[str, Counts]:
    """Counts by the prefix of a child. Children of one division may have prefixes of two lengths
    (a city with counties and towns of its own): the longest that is a child's wins.
    """
    counters = ProgressCount.objects.visible_to(actor).filter(exercise=exercise)
    low, high = prefix_range(division.prefix)
    if high is not None:
        counters = counters.filter(division_code__gte=low, division_code__lt=high)
    if form_code:
        counters = counters.filter(form_code=form_code)
    known = {child.prefix for child in children}
    longest = max((len(prefix) for prefix in known), default=DIGITS_OF_A_TOWN)
    places = counters.annotate(place=Left("division_code", longest))
    found: dict[str, Counts] = {}
    for place, state, level, number in places.values_list(
        "place", "state", "review_level"
    ).annotate(number=Sum("count")):
        prefix = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in known), "")
        counts = found.setdefault(prefix, {})
        counts[state, level] = counts.get((state, level), 0) + number
    return found


def _of_cases(
    actor: User, exercise: CollectionExercise, division: Division, form_code: str
) -> dict[str, Counts]:
    cases = Case.objects.visible_to(actor, Permission.PROGRESS_VIEW).filter(exercise=exercise)
    cases = cases_within(cases, division.prefix)
    if form_code:
        cases = cases.filter(form_code=form_code)
    found: dict[str, Counts] = {}
    for place, state, level, number in cases_by_state(cases):
        found.setdefault(place, {})[state, level] = number
    return found


def cases_by_state(cases: CaseQuerySet) -> Iterable[tuple[str, str, str, int]]:
    """Division, state, level and number: a plain GROUP BY over cases."""
    rows = cases.order_by().annotate(state=STATE_OF_CASE)
    return rows.values_list("division_code", "state", "review_level").annotate(number=Count("pk"))


def _added(many: Iterable[Mapping[State, int]]) -> Counts:
    total: Counts = {}
    for counts in many:
        for state, number in counts.items():
            total[state] = total.get(state, 0) + number
    return {state: number for state, number in total.items() if number}


def _subtracted(whole: Counts, part: Counts) -> Counts:
    left = {state: number - part.get(state, 0) for state, number in whole.items()}
    return {state: number for state, number in left.items() if number}


def forms_counted(*, actor: User, exercise: CollectionExercise) -> list[str]:
    """The forms there are cases of. One query."""
    counters = ProgressCount.objects.visible_to(actor).filter(exercise=exercise)
    return sorted(counters.values_list("form_code", flat=True).distinct())
