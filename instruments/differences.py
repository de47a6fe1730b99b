"""What differs between two versions of a form or of a code list. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Data = Mapping[str, Any]


class Act(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Part(StrEnum):
    """What a difference is about."""

    FORM = "form"
    GROUP = "group"
    SECTION = "section"
    ITEM = "item"
    RULE = "rule"
    ENTRY = "entry"


@dataclass(frozen=True)
class Difference:
    """One part that was added, removed or changed; `fields` are (name, before, after) as text."""

    part: Part
    act: Act
    name: str
    label: Mapping[str, str]
    fields: tuple[tuple[str, str, str], ...] = ()


def definition_differences(before: Data, after: Data) -> list[Difference]:
    """Heading, groups, sections, items, rules: in this order, each in the order of the form."""
    return [
        *_heading(before, after),
        *_parts(Part.GROUP, "slug", "label", before.get("groups") or [], after.get("groups") or []),
        *_parts(Part.SECTION, "id", "title", _without_items(before), _without_items(after)),
        *_parts(Part.ITEM, "slug", "label", _items(before), _items(after)),
        *_parts(Part.RULE, "id", "message", before["rules"], after["rules"]),
    ]


def codelist_differences(before: Sequence[Data], after: Sequence[Data]) -> list[Difference]:
    """Entries by their code."""
    return list(_parts(Part.ENTRY, "code", "label", before, after))


def items_removed(before: Data, after: Data) -> dict[str, Mapping[str, str]]:
    """Slug → label of the items that the new version no longer has where they were.

    An item that moved into a repeat group, or out of one, is another question.
    """
    kept = {(item["slug"], item["group"]) for item in _items(after)}
    return {
        item["slug"]: item["label"]
        for item in _items(before)
        if (item["slug"], item["group"]) not in kept
    }


def _heading(before: Data, after: Data) -> Iterator[Difference]:
    parts = {"groups", "sections", "rules"}
    names = [name for name in {**before, **after} if name not in parts]
    fields = _fields({n: before.get(n) for n in names}, {n: after.get(n) for n in names})
    if fields:
        yield Difference(Part.FORM, Act.CHANGED, str(after["code"]), after["title"], fields)


def _without_items(data: Data) -> list[Data]:
    return [{k: v for k, v in section.items() if k != "items"} for section in data["sections"]]


def _items(data: Data) -> list[dict[str, Any]]:
    return [
        {**item, "group": section.get("group", ""), "section": section["id"]}
        for section in data["sections"]
        for item in section["items"]
    ]


def _parts(
    part: Part, key: str, label: str, before: Sequence[Data], after: Sequence[Data]
) -> Iterator[Difference]:
    old = {one[key]: one for one in before}
    new = {one[key]: one for one in after}
    for name, one in new.items():
        if name not in old:
            yield Difference(part, Act.ADDED, str(name), _label(one[label]))
        elif fields := _fields(old[name], one):
            yield Difference(part, Act.CHANGED, str(name), _label(one[label]), fields)
    for name, one in old.items():
        if name not in new:
            yield Difference(part, Act.REMOVED, str(name), _label(one[label]))


def _label(value: Any) -> Mapping[str, str]:
    return value if isinstance(value, Mapping) else {"zh": str(value), "en": str(value)}


def _fields(before: Data, after: Data) -> tuple[tuple[str, str, str], ...]:
    names = list({**before, **after})
    return tuple(
        (name, _text(before.get(name)), _text(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
