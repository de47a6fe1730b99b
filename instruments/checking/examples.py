"""Examples of rules: read, and run against the rule they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.evaluation.definition import Definition, Item
from instruments.evaluation.engine import Compiled, Context, Finding, FindingKind, evaluate

Answers = dict[str, Any]
Lists = Mapping[str, frozenset[str]]


class ExampleError(ValueError):
    """An example that names what does not exist."""


def _blank() -> Answers:
    return {"values": {}, "rows": {}}


@dataclass
class Example:
    """Answers of the form, of other forms, and what else a rule may read."""

    answers: Answers = field(default_factory=_blank)
    forms: dict[str, Answers] = field(default_factory=dict)
    owed: frozenset[str] = frozenset()
    register: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)


def _item(definition: Definition, slug: str, *, group: str) -> Item:
    item = definition.items_by_slug.get(slug)
    if item is None or item.group != group:
        place = f"group {group!r} of form {definition.code}" if group else f"form {definition.code}"
        raise ExampleError(f"the {place} has no item {slug!r}")
    return item


def _put(answers: Answers, slug: str, value: Any, definition: Definition) -> None:
    answers["values"][_item(definition, slug, group="").slug] = str(value)


def _put_rows(answers: Answers, group: str, rows: list[Any], definition: Definition) -> None:
    if group not in definition.groups_by_slug:
        raise ExampleError(f"the form {definition.code} has no group {group!r}")
    ids = [f"row{number:05d}" for number in range(1, len(rows) + 1)]
    answers["rows"][group] = ids
    for row_id, row in zip(ids, rows, strict=True):
        for slug, value in row.items():
            path = _item(definition, slug, group=group).path(row_id)
            answers["values"][path] = str(value)


def _fill(answers: Answers, data: Mapping[str, Any], definition: Definition) -> None:
    """`{values: …, rows: …}` or flat `{slug: value}`."""
    for key, value in data.items():
        if key == "values":
            for slug, inner in value.items():
                _put(answers, slug, inner, definition)
        elif key == "rows":
            for group, rows in value.items():
                _put_rows(answers, group, rows, definition)
        else:
            _put(answers, key, value, definition)


def example_from(
    data: Mapping[str, Any], own: Definition, others: Mapping[str, Definition]
) -> Example:
    """An example as written: values and rows, `owed`, `register.…`, `params.…`, other forms.

    Raises ExampleError for names that do not exist.
    """
    example = Example()
    for key, value in data.items():
        place, _dot, slug = key.partition(".")
        inner = {slug: value} if slug else value
        if key == "owed":
            example.owed = frozenset(value)
        elif place == "register":
            example.register.update({name: str(text) for name, text in inner.items()})
        elif place == "params":
            example.params.update(inner)
        elif place in others:
            _fill(example.forms.setdefault(place, _blank()), inner, others[place])
        elif slug:
            raise ExampleError(f"there is no form {place!r}")
        else:
            _fill(example.answers, {key: value}, own)
    return example


@dataclass(frozen=True)
class Judge:
    """A form compiled as it is, and once more with every rule denied."""

    compiled: Compiled
    denied: Compiled
    codelists: Lists

    def disagreement(self, rule_id: str, part: str, data: Mapping[str, Any]) -> str:
        """What is wrong with an example, in a sentence; blank for nothing.

        A passing example must make the rule true: with a blank in it the rule would say nothing,
        and prove nothing. So the denied rule has to be violated.
        """
        try:
            example = example_from(data, self.compiled.definition, self.compiled.others)
        except ExampleError as error:
            return str(error)
        found = self._findings(self.compiled, example, rule_id)
        if any(finding.kind == FindingKind.FAILED_TO_RUN for finding in found):
            return "the rule could not be run on this example"
        if part == "fail":
            return "" if found else "the rule does not object to its failing example"
        if found:
            return "the rule objects to its passing example"
        if not self._findings(self.denied, example, rule_id):
            return "the rule says nothing about its passing example (a blank, or `when` is false)"
        return ""

    def _findings(self, compiled: Compiled, example: Example, rule_id: str) -> list[Finding]:
        context = Context(
            forms=example.forms,
            owed=example.owed,
            register=example.register,
            codelists=self.codelists,
            params=example.params,
        )
        findings = evaluate(compiled, example.answers, context)
        return [finding for finding in findings if finding.rule_id == rule_id]
