"""A rule as its page shows it: what it says, what it reads, its examples run, a case tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from instruments.checking.examples import ExampleError, example_from
from instruments.evaluation.engine import Compiled, Context
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.trial import (
    ReadValues,
    RowOutcome,
    Trial,
    outcomes_of,
    rule_check_of,
    rule_trial,
)
from instruments.selectors import codelists_for_rules, compiled_for
from submissions.models import Case
from submissions.presenters.items import localised
from submissions.rule_catalogue import RuleEntry
from submissions.services.unit_forms import unit_forms_read


@dataclass(frozen=True)
class ReadName:
    """Something the rule reads, in words and with the form and item to go to."""

    name: str
    label: str
    form_code: str = ""
    slug: str = ""


@dataclass(frozen=True)
class ValueView:
    """What was read under one name."""

    name: ReadName
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ExampleView:
    """One example and what the server's engine made of it just now."""

    number: int
    is_pass: bool
    text: Mapping[str, Any]
    outcomes: tuple[RowOutcome, ...] = ()
    fault: str = ""

    @property
    def is_as_promised(self) -> bool:
        """A failing example is violated somewhere; a passing one is true and nowhere violated."""
        found = [one.outcome for one in self.outcomes]
        if self.fault or any(one.is_failed for one in self.outcomes):
            return False
        return (True in found and False not in found) if self.is_pass else False in found


@dataclass(frozen=True)
class TrialView:
    """A case tried; `trial` is None where its version of the form has no such rule."""

    case: Case
    trial: Trial | None
    values: tuple[ValueView, ...] = ()

    @property
    def lines(self) -> list[tuple[str, RowOutcome]]:
        """Every row with what came out."""
        return [(one.row, one) for one in self.trial.outcomes] if self.trial else []


@dataclass
class RulePage:
    """One rule of a current form."""

    entry: RuleEntry

    @cached_property
    def compiled(self) -> Compiled:
        """The form, compiled."""
        return compiled_for(self.entry.version_id)

    @property
    def message(self) -> str:
        """What the filler reads."""
        return localised(self.entry.rule.message)

    @cached_property
    def items(self) -> list[ReadName]:
        """The items that the rule marks."""
        check = rule_check_of(self.compiled, self.entry.rule.id)
        own = self.entry.definition
        return [
            ReadName(item.slug, f"{item.code} {localised(item.label)}", own.code, item.slug)
            for item in (check.cells if check else ())
        ]

    @cached_property
    def reads(self) -> list[ReadName]:
        """Everything the rule reads, of this form, of others and of the register."""
        check = rule_check_of(self.compiled, self.entry.rule.id)
        refs = dict.fromkeys(check.condition.refs) if check else {}
        return [read_name(ref, self.compiled) for ref in refs]

    @cached_property
    def examples(self) -> list[ExampleView]:
        """The examples, run now."""
        rule = self.entry.rule
        written = [(True, e) for e in rule.examples_pass] + [(False, e) for e in rule.examples_fail]
        return [
            self._run(number, example, is_pass=is_pass)
            for number, (is_pass, example) in enumerate(written, start=1)
        ]

    def _run(self, number: int, written: Mapping[str, Any], *, is_pass: bool) -> ExampleView:
        check = rule_check_of(self.compiled, self.entry.rule.id)
        if check is None:
            return ExampleView(number, is_pass, written, fault=_("没有这条审核关系。"))
        try:
            example = example_from(written, self.entry.definition, self.compiled.others)
        except ExampleError as error:
            return ExampleView(number, is_pass, written, fault=str(error))
        context = Context(
            forms=example.forms,
            owed=example.owed,
            register=example.register,
            codelists=codelists_for_rules(),
            params=example.params,
        )
        outcomes = outcomes_of(self.compiled, check, example.answers, context)
        return ExampleView(number, is_pass, written, outcomes)

    @cached_property
    def for_browser(self) -> list[dict[str, Any]]:
        """The examples as the browser's engine takes them, with the server's outcomes."""
        found = []
        for view in self.examples:
            if view.fault:
                continue
            example = example_from(view.text, self.entry.definition, self.compiled.others)
            found.append(
                {
                    "number": view.number,
                    "answers": example.answers,
                    "context": {
                        "forms": example.forms,
                        "owed": sorted(example.owed),
                        "register": example.register,
                        "params": {key: str(value) for key, value in example.params.items()},
                    },
                    "expected": [one.as_dict() for one in view.outcomes],
                }
            )
        return found

    def tried(self, case: Case) -> TrialView:
        """The rule on the case's answers as they are now, in the case's own version of the form."""
        forms = unit_forms_read(case)
        response = forms.of(case.pk)
        compiled = forms.compiled(response)
        check = rule_check_of(compiled, self.entry.rule.id)
        if check is None:
            return TrialView(case, None)
        trial = rule_trial(compiled, check, forms.plain(response), forms.context())
        return TrialView(case, trial, tuple(_value(read, compiled) for read in trial.values))


def _value(read: ReadValues, compiled: Compiled) -> ValueView:
    return ValueView(read_name(read.ref, compiled), read.texts)


def read_name(ref: Ref, compiled: Compiled) -> ReadName:
    """What a rule reads, in words."""
    definition = compiled.others.get(ref.form, compiled.definition)
    match ref.source:
        case "register":
            return ReadName(ref.key, _("名录库中的 %(name)s") % {"name": ref.slug})
        case "param":
            return ReadName(ref.key, _("参数 %(name)s") % {"name": ref.slug})
        case "owes":
            return ReadName(ref.key, _("是否应填 %(form)s") % {"form": definition.code})
        case "filled":
            return ReadName(ref.key, _("是否已填 %(form)s") % {"form": definition.code})
        case "rows":
            group = definition.groups_by_slug[ref.group]
            label = _("%(group)s的个数") % {"group": localised(group.label)}
            return ReadName(ref.key, label, definition.code)
    item = definition.items_by_slug[ref.slug]
    label = f"{item.code} {localised(item.label)}"
    return ReadName(ref.key, label, definition.code, item.slug)
