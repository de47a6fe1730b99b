"""What a province may add to a national form, and what it may not touch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from instruments.checking.check import check_set
from instruments.checking.faults import Fault, Source, rule_path
from instruments.checking.meaning import items_of
from instruments.checking.structure import check_extension_structure
from instruments.extending import extended, rule_prefix, slug_prefix, without

LOCAL_CODE = re.compile(r"^D[0-9]{1,3}$")
Lists = Mapping[str, frozenset[str]]


def check_extension(
    source: Source, base: dict[str, Any], division: str, lists: Lists, others: Sequence[Source]
) -> list[Fault]:
    """Every fault of the additions; of the whole form only where they are sound in themselves.

    The names keep them apart from what the nation asks, now and in later versions: slugs, section
    and group names begin with `x33_`, official codes are `D1` … `D999`, rule ids `S103-X33-…`.
    """
    faults = check_extension_structure(source)
    if faults:
        return faults
    faults = list(_check_names(source, division, base["code"]))
    if faults:
        return faults
    whole = extended(base, source.data, division)
    found = check_set([Source(source.file, whole)], lists, others)
    # a place in the whole form says nothing to the author of the additions; the name does
    return [replace(fault, path=fault.path.partition(" ")[2] or fault.path) for fault in found]


def fitting(
    extension: dict[str, Any],
    base: dict[str, Any],
    division: str,
    lists: Lists,
    others: Sequence[Source],
) -> tuple[dict[str, Any], list[Fault]]:
    """The additions as far as they fit a new national version, and the faults of what does not.

    A rule that reads an item the nation has dropped is left out, and so is a section of a repeat
    group that is no more. The nation's publishing never waits for a province.
    """
    left_out: list[Fault] = []
    source = Source(f"{base['code']}/{division}", extension)
    while faults := check_extension(source, base, division, lists, others):
        named = {word for fault in faults for word in fault.path.split()}
        rules = {r["id"] for r in source.data.get("rules") or []} & named
        sections = set() if rules else _sections_with(source.data, named)
        if not (rules or sections):
            return {"sections": []}, [*left_out, *faults]
        left_out += faults
        source = Source(source.file, without(source.data, sections=sections, rules=rules))
    return source.data, left_out


def _sections_with(extension: dict[str, Any], names: set[str]) -> set[str]:
    return {
        section["id"]
        for section in extension["sections"]
        if names & {section["id"], *(item["slug"] for item in section["items"])}
    }


def _check_names(source: Source, division: str, code: str) -> Iterator[Fault]:
    data = source.data
    prefix = slug_prefix(division)
    named = [(f"groups[{n}] {g['slug']}", g["slug"]) for n, g in enumerate(data.get("groups", []))]
    named += [(f"sections[{n}] {s['id']}", s["id"]) for n, s in enumerate(data["sections"])]
    items = list(items_of(data))
    named += [(path, item["slug"]) for path, _group, item in items]
    for path, name in named:
        if not name.startswith(prefix):
            yield source.fault(path, "local_name", f"{name!r} has to begin with {prefix!r}")
    for path, _group, item in items:
        if not LOCAL_CODE.match(item["code"]):
            yield source.fault(path, "local_code", "the code of a local item is D1 … D999")
    yield from _check_rules(source, division, code, {item["slug"] for _p, _g, item in items})


def _check_rules(source: Source, division: str, code: str, own: set[str]) -> Iterator[Fault]:
    """A province's rule judges the province's items; it may read the nation's, not mark them."""
    prefix = rule_prefix(code, division)
    for number, rule in enumerate(source.data.get("rules", [])):
        if not rule["id"].startswith(prefix):
            sentence = f"the id of a local rule begins with {prefix!r}"
            yield source.fault(rule_path(number, rule), "rule_id", sentence)
        marked = set(rule.get("items", []))
        if not marked or marked - own:
            sentence = "a local rule marks local items, at least one and no others"
            yield source.fault(rule_path(number, rule, "items"), "local_rule", sentence)
