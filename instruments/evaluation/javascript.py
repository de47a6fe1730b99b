"""The module that the browser loads for a form; `static/js/evaluation.js` runs it."""

from collections.abc import Iterable, Mapping

from instruments.evaluation.checks import Condition, GroupCheck, ItemCheck, RuleCheck
from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.engine import Compiled
from instruments.evaluation.language.javascript import javascript_regexp, javascript_text
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.parsing import Value
from instruments.evaluation.sentences import SENTENCES
from instruments.evaluation.values import DEFAULT_MAX_LENGTH, bounds

_NUMBERS = {ItemType.DECIMAL, ItemType.INTEGER}


def module_source(compiled: Compiled) -> str:
    """An ES module with `definition`, `rules` and `sentences`: ASCII, no code made from text."""
    parts = [
        f"export const definition = {_definition(compiled)};",
        f"export const rules = {_list(_rule(check) for check in compiled.rule_checks)};",
        f"export const sentences = {javascript_text(SENTENCES)};",
    ]
    return "\n".join([*parts, ""])


def _object(fields: Mapping[str, str]) -> str:
    """An object literal of fields that are JavaScript already."""
    return "{" + ",".join(f"{name}:{text}" for name, text in fields.items()) + "}"


def _list(parts: Iterable[str]) -> str:
    return "[" + ",\n".join(parts) + "]"


def _definition(compiled: Compiled) -> str:
    definition = compiled.definition
    groups = [check for check in compiled.checks if isinstance(check, GroupCheck)]
    refs = list(dict.fromkeys(ref for check in compiled.checks for ref in check.refs))
    return _object(
        {
            "code": javascript_text(definition.code),
            "form": javascript_text(definition.form_name),
            "items": _list(_item_check(check) for check in compiled.item_checks),
            "groups": _list(_group(check) for check in groups),
            "foreign": _list(_foreign(compiled.others, refs)),
            "facts": _list(_fact(ref) for ref in refs if ref.source not in ("", "rows")),
        }
    )


def _item(item: Item) -> dict[str, str]:
    """What is needed to read a cell."""
    least, greatest = bounds(item)
    return {
        "slug": javascript_text(item.slug),
        "group": javascript_text(item.group),
        "type": javascript_text(item.type.value),
        "digits": str(item.digits),
        "scale": str(item.scale),
        "minimum": _value(least),
        "minimumText": javascript_text(item.minimum),
        "maximum": _value(greatest),
        "maximumText": javascript_text(item.maximum),
        "maxLength": str(item.max_length or DEFAULT_MAX_LENGTH),
        "pattern": javascript_regexp(item.pattern, whole=True) if item.pattern else "null",
        "patternText": javascript_text(item.pattern),
    }


def _item_check(check: ItemCheck) -> str:
    item, required = check.item, check.required
    fields = {
        **_item(item),
        "prefix": javascript_text(check.prefix),
        "label": javascript_text(dict(item.label)),
        "codelist": javascript_text(item.codelist),
        "isNumber": javascript_text(item.type in _NUMBERS),
        "applies": "null" if check.applies is None else _condition(check.applies),
        "required": javascript_text(required)
        if isinstance(required, bool)
        else _condition(required),
        "reads": _keys(check.refs),
    }
    return _object(fields)


def _group(check: GroupCheck) -> str:
    group = check.group
    return _object(
        {
            "slug": javascript_text(group.slug),
            "prefix": javascript_text(check.prefix),
            "label": javascript_text(dict(group.label)),
            "min": javascript_text(group.min),
            "max": javascript_text(group.max),
        }
    )


def _foreign(others: Mapping[str, Definition], refs: Iterable[Ref]) -> Iterable[str]:
    """The items of other forms that are read, form by form."""
    forms: dict[str, list[Ref]] = {}
    for ref in refs:
        if ref.form and ref.source in ("", "rows"):
            forms.setdefault(ref.form, []).append(ref)
    for form, wanted in forms.items():
        known = others[form].items_by_slug
        items = {ref.slug: known[ref.slug] for ref in wanted if ref.slug}
        groups = dict.fromkeys(ref.group for ref in wanted if ref.group)
        yield _object(
            {
                "form": javascript_text(form),
                "items": _list(_object(_item(item)) for item in items.values()),
                "groups": _list(_object({"slug": javascript_text(group)}) for group in groups),
            }
        )


def _fact(ref: Ref) -> str:
    facts = {"source": ref.source, "slug": ref.slug, "form": ref.form, "key": ref.key}
    return javascript_text(facts)


def _rule(check: RuleCheck) -> str:
    rule = check.rule
    cells = [{"slug": item.slug, "group": item.group} for item in check.cells]
    return _object(
        {
            "id": javascript_text(rule.id),
            "severity": javascript_text(rule.severity.value),
            "message": javascript_text(dict(rule.message)),
            "each": javascript_text(rule.each),
            "cells": javascript_text(cells),
            "reads": _keys(check.refs),
            "condition": _condition(check.condition),
        }
    )


def _condition(condition: Condition) -> str:
    expression = condition.expression
    return _object(
        {
            "judge": "null" if expression is None else expression.javascript,
            "keys": javascript_text(sorted(condition.keys)),
            "rowSlugs": javascript_text(sorted(condition.row_slugs)),
        }
    )


def _keys(refs: Iterable[Ref]) -> str:
    return javascript_text([ref.key for ref in refs])


def _value(value: Value | None) -> str:
    """A number becomes a BigInt literal."""
    return f"{value}n" if isinstance(value, int) else javascript_text(value)
