"""The first answers and the checker's own, cell by cell: what differs beyond its tolerance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scipy.optimize import linear_sum_assignment

from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.values import normalise, parse
from review.quality.plan import QualityPlan

Answers = Mapping[str, Any]
_HUNDREDTHS = 100  # a coordinate's value is hundredths of a second of arc
NO_ROW = ""


@dataclass(frozen=True)
class Compared:
    """One cell. `path` is the first answers' cell, or the checker's where the row is theirs alone."""

    path: str
    item: Item
    first: str
    own: str
    is_same: bool


def compare(
    definition: Definition, first: Answers, own: Answers, plan: QualityPlan
) -> list[Compared]:
    """Every cell that either has answered, in the order of the form; derived values are left out.

    The rows of a repeat group have no common key: they are paired so that most of their cells
    agree. A row that only one side has differs in every cell.
    """
    pairs = {group.slug: _pairs(definition, group.slug, first, own) for group in definition.groups}
    found = []
    for item in definition.items:
        if item.derived:
            continue
        for mine, theirs in pairs.get(item.group, [(NO_ROW, NO_ROW)]):
            a = _value(item, first, mine)
            b = _value(item, own, theirs)
            if not a and not b:
                continue
            path = item.path(mine or theirs)
            found.append(Compared(path, item, a, b, is_same(item, a, b, plan, definition.code)))
    return found


def is_same(item: Item, first: str, own: str, plan: QualityPlan, form_code: str) -> bool:
    """Whether two answers agree within the item's tolerance. A blank agrees with a blank only."""
    a, b = parse(item, first), parse(item, own)
    if a.canonical == b.canonical:
        return True
    if not first or not own or a.problem or b.problem or a.value is None or b.value is None:
        return normalise(first) == normalise(own)
    tolerance = plan.tolerance(form_code, item)
    if not tolerance:
        return False
    gap, larger = _gap(item, a.value, b.value)
    if gap is None:
        return False
    allowed = Decimal(tolerance.get("absolute", 0))
    if "relative" in tolerance:
        allowed = max(allowed, Decimal(tolerance["relative"]) * larger)
    return gap <= allowed


def _gap(item: Item, first: Any, own: Any) -> tuple[Decimal | None, Decimal]:
    """How far apart two values are and how large the larger is, in the item's own unit."""
    if item.type == ItemType.DATE:
        days = _days(first), _days(own)
        if None in days:
            return None, Decimal(0)
        return Decimal(abs((days[0] or 0) - (days[1] or 0))), Decimal(0)
    if not isinstance(first, int) or not isinstance(own, int) or isinstance(first, bool):
        return None, Decimal(0)
    scale = _HUNDREDTHS if item.type == ItemType.COORDINATE else 10**item.scale
    larger = max(abs(first), abs(own))
    return Decimal(abs(first - own)) / scale, Decimal(larger) / scale


def _days(value: Any) -> int | None:
    try:
        return date.fromisoformat(str(value)).toordinal()
    except ValueError:
        return None


def _value(item: Item, answers: Answers, row: str) -> str:
    if item.group and not row:
        return ""
    return str(answers["values"].get(item.path(row), ""))


def _pairs(
    definition: Definition, group: str, first: Answers, own: Answers
) -> list[tuple[str, str]]:
    """Rows of both sides that are the same thing, then those that only one side has."""
    mine: Sequence[str] = first["rows"].get(group, [])
    theirs: Sequence[str] = own["rows"].get(group, [])
    items = [item for item in definition.group_items(group) if not item.derived]
    if not mine or not theirs:
        return [*((row, NO_ROW) for row in mine), *((NO_ROW, row) for row in theirs)]
    agreement = [[_agreeing(items, first, row, own, other) for other in theirs] for row in mine]
    rows, columns = linear_sum_assignment(agreement, maximize=True)
    matched = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    pairs = [(row, theirs[matched[n]] if n in matched else NO_ROW) for n, row in enumerate(mine)]
    taken = set(matched.values())
    return [*pairs, *((NO_ROW, row) for n, row in enumerate(theirs) if n not in taken)]


def _agreeing(items: Sequence[Item], first: Answers, mine: str, own: Answers, theirs: str) -> int:
    return sum(1 for a, b in _both(items, first, mine, own, theirs) if a == b)


def _both(
    items: Sequence[Item], first: Answers, mine: str, own: Answers, theirs: str
) -> Iterator[tuple[str, str]]:
    for item in items:
        a, b = _value(item, first, mine), _value(item, own, theirs)
        if a or b:
            yield normalise(a), normalise(b)
