"""A province's additions to a national form: put into it, and taken out of its way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = dict[str, Any]
PARTS = ("groups", "sections", "rules")


def extended(base: Data, extension: Data, division: str) -> Data:
    """The national definition with the additions in it, marked with two digits of the province.

    What the nation asks comes first and unchanged; a section added to a repeat group follows the
    sections of that group, because those have to be consecutive.
    """
    added = {part: list(extension.get(part) or []) for part in PARTS}
    sections = list(base["sections"])
    for section in added["sections"]:
        sections.insert(_place(sections, section.get("group", "")), section)
    result = {**base, "division": division, "sections": sections}
    if base.get("groups") or added["groups"]:
        result["groups"] = [*(base.get("groups") or []), *added["groups"]]
    result["rules"] = [*base["rules"], *added["rules"]]
    return result


def _place(sections: list[Data], group: str) -> int:
    same = [number for number, section in enumerate(sections) if section.get("group") == group]
    return same[-1] + 1 if group and same else len(sections)


def slug_prefix(division: str) -> str:
    """What every added slug begins with: `x33_`. No national slug ever does."""
    return f"x{division}_"


def rule_prefix(code: str, division: str) -> str:
    """What the id of every added rule begins with: `S103-X33-`."""
    return f"{code}-X{division}-"


def is_local(slug: str) -> bool:
    """Whether an item was added by a province."""
    return slug[:1] == "x" and slug[1:3].isdigit() and slug[3:4] == "_"


def without(extension: Data, *, sections: set[str], rules: set[str]) -> Data:
    """The additions without these sections and rules, and without groups nothing belongs to."""
    kept = [s for s in extension.get("sections") or [] if s["id"] not in sections]
    used = {section.get("group", "") for section in kept}
    result: Data = {
        "groups": [g for g in extension.get("groups") or [] if g["slug"] in used],
        "sections": kept,
        "rules": [r for r in extension.get("rules") or [] if r["id"] not in rules],
    }
    return {part: value for part, value in result.items() if value or part == "sections"}


def names(extension: Mapping[str, Any]) -> set[str]:
    """The slugs of the added items and the ids of the added rules."""
    items = {i["slug"] for section in extension.get("sections") or [] for i in section["items"]}
    return items | {rule["id"] for rule in extension.get("rules") or []}


def counts(extension: Mapping[str, Any]) -> tuple[int, int]:
    """How many items and rules are added."""
    items = sum(len(section["items"]) for section in extension.get("sections") or [])
    return items, len(extension.get("rules") or [])
