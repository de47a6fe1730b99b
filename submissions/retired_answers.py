"""Answers under items that the form no longer has: kept, shown, not asked for any more."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.evaluation.definition import Item, split_path
from instruments.models import InstrumentVersion
from instruments.selectors import definition_for
from submissions.models import Response
from submissions.presenters.items import localised


@dataclass(frozen=True)
class RetiredAnswer:
    """One such answer; `row` counts from 1, 0 outside of a repeat group."""

    code: str
    label: str
    unit: str
    row: int
    value: str


def retired_answers(response: Response) -> list[RetiredAnswer]:
    """In the order of their cells. One query where there are any, else none."""
    case = response.case
    definition = definition_for(case.instrument_version_id)
    values = response.plain()["values"]
    paths = sorted(path for path in values if definition.item_at(path) is None)
    if not paths:
        return []
    known = _items_of_all_versions(case.instrument_version_id)
    return [_answer(response, path, str(values[path]), known) for path in paths]


def _items_of_all_versions(version_id: int) -> dict[str, Item]:
    """Slug → item as the newest version that had it says it."""
    series = InstrumentVersion.objects.filter(instrument__versions=version_id)
    found: dict[str, Item] = {}
    for pk in series.order_by("number", "pk").values_list("pk", flat=True):
        found.update(definition_for(pk).items_by_slug)
    return found


def _answer(response: Response, path: str, value: str, known: dict[str, Item]) -> RetiredAnswer:
    group, row, slug = split_path(path)
    rows = response.rows.get(group, [])
    item = known.get(slug)
    return RetiredAnswer(
        code=item.code if item else "",
        label=localised(item.label) if item else slug,
        unit=item.unit if item else "",
        row=rows.index(row) + 1 if row in rows else 0,
        value=value,
    )
