"""The second check, part two: every expression compiles, and every example agrees with its rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from instruments.checking.examples import Judge
from instruments.checking.faults import Fault, Source, rule_path
from instruments.checking.meaning import items_of
from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import Compiled, RuleError, compile_definition
from instruments.scoping import scoping_definition

Lists = Mapping[str, frozenset[str]]
Definitions = Mapping[str, Definition]


def check_expressions(
    sources: Sequence[Source], codelists: Lists, others: Sequence[Source]
) -> list[Fault]:
    """Faults of rules, of `required` and `applies`, of `owed_when`, and of the examples."""
    definitions: dict[str, Definition] = {}
    for source in [*sources, *others]:
        definition = Definition.from_dict(source.data)
        definitions[definition.form_name] = definition
    faults: list[Fault] = []
    for source in sources:
        faults.extend(_check(source, definitions, codelists))
    return faults


def _check(source: Source, definitions: Definitions, codelists: Lists) -> list[Fault]:
    own = Definition.from_dict(source.data)
    others = {name: other for name, other in definitions.items() if other.code != own.code}
    faults = list(_check_owed(source, definitions))
    try:
        compiled = compile_definition(own, others, strict=False)
    except RuleError as error:  # bounds or a pattern without sense
        return [*faults, source.fault("items", "expression", str(error))]
    faults += _compile_faults(source, compiled)
    return faults or list(_check_examples(source, compiled, codelists))


def _compile_faults(source: Source, compiled: Compiled) -> Iterator[Fault]:
    places = {item["slug"]: path for path, _group, item in items_of(source.data)}
    for number, rule in enumerate(source.data["rules"]):
        places[rule["id"]] = rule_path(number, rule)
    for fault in compiled.faults:
        yield source.fault(f"{places[fault.where]} {fault.part}", "expression", fault.sentence)


def _check_owed(source: Source, definitions: Definitions) -> Iterator[Fault]:
    scoping = Definition.from_dict(scoping_definition([source.data]))
    for fault in compile_definition(scoping, definitions, strict=False).faults:
        yield source.fault("owed_when", "expression", fault.sentence)


def _check_examples(source: Source, compiled: Compiled, codelists: Lists) -> Iterator[Fault]:
    rules = source.data["rules"]
    denied = Definition.from_dict({**source.data, "rules": [_denied(rule) for rule in rules]})
    judge = Judge(compiled, compile_definition(denied, compiled.others), codelists)
    for number, rule in enumerate(rules):
        for part in ("pass", "fail"):
            given = rule[part] if isinstance(rule[part], list) else [rule[part]]
            for data in given:
                if sentence := judge.disagreement(rule["id"], part, data):
                    path = rule_path(number, rule, part)
                    yield source.fault(path, "example_disagrees", sentence)


def _denied(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "assert": f"not ({rule['assert']})"}
