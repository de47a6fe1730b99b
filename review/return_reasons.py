"""Why forms go back: the coded reasons, counted for a division and the level below it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q

from accounts.enums import Level, Permission
from accounts.models import User
from accounts.scopes import prefix_range
from registry.models import Division
from registry.selectors import divisions_below
from review.enums import Decision, ReturnReason
from review.models import ReviewDecision, ReviewDecisionQuerySet


@dataclass(frozen=True)
class ReasonCount:
    """One coded reason: how often it was given, and its share of the returns."""

    reason: ReturnReason
    number: int
    share: float

    @property
    def shown(self) -> str:
        """The share as a percentage of one decimal."""
        return f"{self.share:.1%}"


@dataclass(frozen=True)
class ReturnLine:
    """A division: decisions, returns, and the reason that was given most."""

    name: str
    code: str
    decisions: int
    returns: int
    most: ReturnReason | None

    @property
    def rate(self) -> str:
        """Returns of all decisions."""
        return f"{self.returns / self.decisions:.1%}" if self.decisions else ""


@dataclass(frozen=True)
class ReturnReport:
    """The reasons of a division, and its divisions side by side."""

    total: ReturnLine
    reasons: list[ReasonCount]
    lines: list[ReturnLine]


def return_report(*, actor: User, division: Division, level: str = "") -> ReturnReport:
    """Decisions that this person oversees; `level` is whose. Three queries.

    Decisions keep the code of their time: those of a county that moved here count here.
    """
    found = _within(ReviewDecision.objects.visible_to(actor, _OVERSEES), division)
    if level in Level.values:
        found = found.filter(level=level)
    decisions = _counted(found.values_list("division_code", "decision"))
    returned = found.filter(decision=Decision.RETURN)
    each = Func(F("reason_codes"), function="unnest", output_field=CharField())
    reasons = _counted(returned.annotate(one=each).values_list("division_code", "one"))
    total = _line(division, "", decisions, reasons)
    given: Counter[str] = Counter()
    for (_place, reason), number in reasons.items():
        given[reason] += number
    return ReturnReport(
        total=total,
        reasons=[
            ReasonCount(ReturnReason(reason), number, number / total.returns)
            for reason, number in given.most_common()
        ],
        lines=[
            line
            for child in divisions_below(division.code)
            if (line := _line(child, child.code, decisions, reasons)).decisions
        ],
    )


_OVERSEES = Permission.FINDING_REPORT_VIEW
_Counts = dict[tuple[str, str], int]


def _within(rows: ReviewDecisionQuerySet, division: Division) -> ReviewDecisionQuerySet:
    condition = Q(pk__in=[])
    for prefix in (division.prefix, *division.former_prefixes):
        low, high = prefix_range(prefix)
        if high is None:
            return rows
        condition |= Q(division_code__gte=low, division_code__lt=high)
    return rows.filter(condition)


def _counted(rows: Any) -> _Counts:
    """Rows of (division, what), grouped by the database."""
    counts: _Counts = defaultdict(int)
    for place, what, number in rows.order_by().annotate(number=Count("pk")):
        counts[place, what] += number
    return counts


def _line(division: Division, code: str, decisions: _Counts, reasons: _Counts) -> ReturnLine:
    prefixes = (division.prefix, *division.former_prefixes)
    own = {key: n for key, n in decisions.items() if key[0].startswith(prefixes)}
    given: Counter[str] = Counter()
    for (place, reason), number in reasons.items():
        if place.startswith(prefixes):
            given[reason] += number
    most = given.most_common(1)
    return ReturnLine(
        name=division.name,
        code=code,
        decisions=sum(own.values()),
        returns=sum(n for (_place, what), n in own.items() if what == Decision.RETURN),
        most=ReturnReason(most[0][0]) if most else None,
    )
