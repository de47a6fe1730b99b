"""The second check, part one: what the names of a definition refer to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from instruments.checking.faults import Fault, Source, rule_path
from instruments.extending import is_local
from instruments.prefill import PREFILL_KEYS

Lists = Mapping[str, frozenset[str]]


def items_of(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, group slug or "", item) for every item."""
    for number, section in enumerate(data["sections"]):
        for place, item in enumerate(section["items"]):
            path = f"sections[{number}].items[{place}] {item['slug']}"
            yield path, section.get("group", ""), item


def _repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _check_unique(source: Source) -> Iterator[Fault]:
    data = source.data
    items = [item for _path, _group, item in items_of(data)]
    groups = [group["slug"] for group in data.get("groups", [])]
    kinds = {
        "duplicate_slug": ("slug", [item["slug"] for item in items] + groups),
        "duplicate_code": ("official code", [item["code"] for item in items]),
        "duplicate_rule": ("rule id", [rule["id"] for rule in data["rules"]]),
        "duplicate_section": ("section id", [section["id"] for section in data["sections"]]),
    }
    for code, (word, values) in kinds.items():
        for value in _repeated(values):
            yield source.fault(value, code, f"the {word} {value!r} is used more than once")


def _check_local(source: Source) -> Iterator[Fault]:
    """Names that begin like a province's stay free for the provinces."""
    if "division" in source.data:
        return
    for path, _group, item in items_of(source.data):
        if is_local(item["slug"]):
            sentence = f"{item['slug']!r} begins like an item that a province adds"
            yield source.fault(path, "local_name", sentence)


def _check_groups(source: Source) -> Iterator[Fault]:
    data = source.data
    declared = {group["slug"]: group for group in data.get("groups", [])}
    used = [section.get("group", "") for section in data["sections"]]
    for number, group in enumerate(data.get("groups", [])):
        path = f"groups[{number}] {group['slug']}"
        if group["min"] > group["max"]:
            yield source.fault(path, "group_bounds", "min is greater than max")
        if group["slug"] not in used:
            yield source.fault(path, "group_unused", "no section belongs to this group")
    previous = ""
    left: set[str] = set()
    for number, name in enumerate(used):
        path = f"sections[{number}] {data['sections'][number]['id']}"
        if name and name not in declared:
            yield source.fault(path, "group_unknown", f"the group {name!r} is not declared")
        if name and name != previous and name in left:
            yield source.fault(path, "group_split", f"the sections of {name!r} are not consecutive")
        left.add(previous)
        previous = name


def _check_item(source: Source, path: str, item: dict[str, Any], lists: Lists) -> Iterator[Fault]:
    codelist = item.get("codelist")
    if codelist and codelist not in lists:
        yield source.fault(path, "codelist_missing", f"the code list {codelist!r} does not exist")
    if item.get("prefill") and item["prefill"] not in PREFILL_KEYS:
        sentence = f"the register has no fact {item['prefill']!r} to fill in"
        yield source.fault(path, "prefill_unknown", sentence)
    if item.get("scale", 0) > item.get("digits", 16):
        yield source.fault(path, "scale", "more decimals than digits")
    low, high = item.get("min"), item.get("max")
    if low is not None and high is not None and float(low) > float(high):
        yield source.fault(path, "bounds", f"min {low} is greater than max {high}")


def _check_listing(source: Source) -> Iterator[Fault]:
    known = {item["slug"] for _path, _group, item in items_of(source.data)}
    for role, slug in source.data.get("listing", {}).items():
        if slug not in known:
            yield source.fault(f"listing.{role}", "unknown_item", f"there is no item {slug!r}")


def _check_rule(source: Source, number: int, names: Mapping[str, str]) -> Iterator[Fault]:
    rule = source.data["rules"][number]
    groups = {group["slug"] for group in source.data.get("groups", [])}
    if rule.get("each") and rule["each"] not in groups:
        path = rule_path(number, rule, "each")
        yield source.fault(path, "group_unknown", f"the group {rule['each']!r} is not declared")
    if not rule["id"].startswith(f"{source.data['code']}-"):
        sentence = f"the id does not start with {source.data['code']}-"
        yield source.fault(rule_path(number, rule), "rule_id", sentence)
    for slug in rule.get("items", []):
        path = rule_path(number, rule, "items")
        if slug not in names:
            yield source.fault(path, "slug_unknown", f"the form has no item {slug!r}")
        elif names[slug] and rule.get("each") and names[slug] != rule["each"]:
            sentence = f"{slug!r} belongs to {names[slug]!r}, over which this rule does not run"
            yield source.fault(path, "group_item", sentence)


def check_meaning(source: Source, lists: Lists) -> list[Fault]:
    """Faults of reference: slugs, codes, groups, code lists, prefill keys, bounds."""
    faults = [*_check_unique(source), *_check_local(source), *_check_groups(source)]
    names: dict[str, str] = {}
    for path, group, item in items_of(source.data):
        names[item["slug"]] = group
        faults.extend(_check_item(source, path, item, lists))
    faults.extend(_check_listing(source))
    for number in range(len(source.data["rules"])):
        faults.extend(_check_rule(source, number, names))
    return faults


def check_codelists(lists: Mapping[str, list[str]]) -> list[Fault]:
    """A blank inside a code never matches what is typed ('211 0' once hid an industry)."""
    faults = []
    for name, codes in lists.items():
        source = Source(f"codelist {name}", None)
        for code in codes:
            if not code or any(character.isspace() for character in code):
                sentence = f"the code {code!r} is empty or holds a blank"
                faults.append(source.fault(repr(code), "code_blank", sentence))
        for code in _repeated(codes):
            faults.append(source.fault(code, "code_repeated", f"the code {code!r} stands twice"))
    return faults
