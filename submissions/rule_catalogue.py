"""All edit rules of the current forms: searched, and followed through the versions of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from instruments.evaluation.definition import Definition, Rule
from instruments.models import InstrumentVersion
from instruments.selectors import definition_for, version_ids_current
from submissions.enums import Severity

COMPARED = ("severity", "when", "each", "assert", "message", "items", "pass", "fail", "source")


@dataclass(frozen=True)
class RuleEntry:
    """A rule of a current form."""

    version_id: int
    definition: Definition
    rule: Rule

    @cached_property
    def haystack(self) -> str:
        """Everything the search looks into, in lower case."""
        named = [self.definition.items_by_slug.get(slug) for slug in self.rule.items]
        parts = [
            self.rule.id,
            self.definition.code,
            self.rule.assertion,
            self.rule.when,
            self.rule.source,
            *self.rule.message.values(),
            *(f"{item.code} {' '.join(item.label.values())}" for item in named if item),
        ]
        return " ".join(parts).casefold()


@dataclass(frozen=True)
class RuleSearch:
    """What the list is narrowed to; blank means everything."""

    text: str = ""
    form_code: str = ""
    severity: str = ""
    item: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> RuleSearch:
        """From a query string; what is not a known choice counts as not asked."""
        severity = query.get("severity", "")
        return cls(
            text=query.get("q", "").replace("\x00", "").strip()[:100],
            form_code=query.get("form", "").strip().upper()[:12],
            severity=severity if severity in Severity.values else "",
            item=query.get("item", "").strip()[:80],
        )

    def fits(self, entry: RuleEntry) -> bool:
        """Whether a rule is meant. Every word of the text has to occur."""
        if self.form_code and entry.definition.code != self.form_code:
            return False
        if self.severity and entry.rule.severity != self.severity:
            return False
        if self.item and not _names_item(entry, self.item):
            return False
        return all(word in entry.haystack for word in self.text.casefold().split())


def _names_item(entry: RuleEntry, wanted: str) -> bool:
    """By slug, wherever the rule names it, or by the official code of an item it marks."""
    rule = entry.rule
    if wanted in rule.items or wanted in f"{rule.assertion} {rule.when}":
        return True
    known = entry.definition.items_by_slug
    return any(slug in known and known[slug].code == wanted for slug in rule.items)


@lru_cache(maxsize=4)
def _entries(version_ids: tuple[int, ...]) -> tuple[RuleEntry, ...]:
    return tuple(
        RuleEntry(version_id, definition_for(version_id), rule)
        for version_id in version_ids
        for rule in definition_for(version_id).rules
    )


def rule_entries() -> tuple[RuleEntry, ...]:
    """Every rule of the current forms, in their order. One small query; kept per set of versions."""
    return _entries(version_ids_current())


def rules_found(search: RuleSearch) -> list[RuleEntry]:
    """The rules that match."""
    return [entry for entry in rule_entries() if search.fits(entry)]


def rule_entry(form_code: str, rule_id: str) -> RuleEntry | None:
    """One rule of a current form, or None."""
    return next(
        (e for e in rule_entries() if e.definition.code == form_code and e.rule.id == rule_id), None
    )


@dataclass(frozen=True)
class RuleChange:
    """A version of the form in which the rule came, changed or went."""

    number: int
    published_at: Any
    is_there: bool
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def rule_history(form_code: str, rule_id: str) -> list[RuleChange]:
    """What the versions of the form did to the rule, newest first. One query over all versions."""
    versions = (
        InstrumentVersion.objects.filter(instrument__code=form_code)
        .order_by("number")
        .values_list("number", "published_at", "definition__rules")
    )
    return list(_changes(versions, rule_id))[::-1]


def _changes(versions: Any, rule_id: str) -> Iterator[RuleChange]:
    before: Mapping[str, Any] | None = None
    for number, published_at, rules in versions:
        now = next((rule for rule in rules or () if rule["id"] == rule_id), None)
        if now is None and before is not None:
            yield RuleChange(number, published_at, is_there=False)
        if now is not None and now != before:
            was = before or {}
            changed = {
                key: (was.get(key, ""), now.get(key, ""))
                for key in COMPARED
                if before is not None and was.get(key) != now.get(key)
            }
            yield RuleChange(number, published_at, is_there=True, changed=changed)
        before = now
