"""Compile a form once, evaluate many records: the same findings as in the browser."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from instruments.evaluation.checks import (
    Check,
    FailedToRun,
    ItemCheck,
    ItemState,
    RuleCheck,
)
from instruments.evaluation.compilation import compile_checks
from instruments.evaluation.definition import Definition, Severity, split_path
from instruments.evaluation.findings import Finding, FindingKind
from instruments.evaluation.language.errors import CompileFault, DefinitionError, RuleError
from instruments.evaluation.record import Answers, Context, Plan, Record, plan

__all__ = [
    "CompileFault",
    "Compiled",
    "Context",
    "DefinitionError",
    "Finding",
    "FindingKind",
    "RuleError",
    "Severity",
    "compile_definition",
    "evaluate",
]
_PLANS_KEPT = 1_000


@dataclass(frozen=True)
class Compiled:
    """A form ready for evaluation. A rule with a fault counts as failed in every record."""

    definition: Definition
    others: Mapping[str, Definition]
    checks: tuple[Check, ...]
    faults: tuple[CompileFault, ...] = ()
    _plans: dict[tuple[int, ...], Plan] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def reads_forms(self) -> frozenset[str]:
        """Names of the other forms whose answers some check reads."""
        refs = (ref for check in self.checks for ref in check.refs if ref.source != "owes")
        return frozenset(ref.form for ref in refs if ref.form)

    @cached_property
    def reads_owed(self) -> bool:
        """Whether some check depends on which forms are owed."""
        return any(ref.source == "owes" for check in self.checks for ref in check.refs)

    @cached_property
    def item_checks(self) -> tuple[ItemCheck, ...]:
        """The checks of the items, in the order of the form."""
        return tuple(check for check in self.checks if isinstance(check, ItemCheck))

    @cached_property
    def rule_checks(self) -> tuple[RuleCheck, ...]:
        """The checks of the rules, in the order of the form."""
        return tuple(check for check in self.checks if isinstance(check, RuleCheck))

    @cached_property
    def readers(self) -> Mapping[str, tuple[int, ...]]:
        """Which checks (by position) read a value: by `slug`, `group.slug` and `rows:group`."""
        found: dict[str, list[int]] = {}
        for number, check in enumerate(self.checks):
            for ref in check.refs:
                found.setdefault(ref.key, []).append(number)
        return {key: tuple(numbers) for key, numbers in found.items()}

    def touched(self, changed: Iterable[str]) -> tuple[int, ...]:
        """Positions of the checks that a change of these cells, rows or groups may concern."""
        numbers: set[int] = set()
        for path in changed:
            for key in self._keys(path):
                numbers.update(self.readers.get(key, ()))
        return tuple(sorted(numbers))

    def _keys(self, path: str) -> Collection[str]:
        group, _row, slug = split_path(path)
        if group and slug in self.definition.items_by_slug:
            return (f"{group}.{slug}",)
        group = path.partition("/")[0]
        if group not in self.definition.groups_by_slug:
            return (path,)
        items = self.definition.group_items(group)
        return (f"rows:{group}", *(f"{group}.{item.slug}" for item in items))

    def plan(self, numbers: tuple[int, ...]) -> Plan:
        """What has to be read for some of the checks; kept, because edits repeat themselves."""
        if numbers not in self._plans:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            refs = [ref for number in numbers for ref in self.checks[number].refs]
            self._plans[numbers] = plan(refs, self.definition, self.others)
        return self._plans[numbers]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Which check (by position) gives findings of a rule id."""
        checks = enumerate(self.checks)
        return {rule_id: number for number, check in checks for rule_id in check.rule_ids}

    @cached_property
    def every(self) -> tuple[int, ...]:
        """The positions of all checks."""
        return tuple(range(len(self.checks)))

    def load(self, answers: Answers, context: Context) -> Record:
        """The whole record."""
        return self.plan(self.every).load(answers, context)

    def item_states(self, answers: Answers, context: Context) -> dict[str, ItemState]:
        """By cell, whether it applies and has to be filled in. A condition that failed to run
        leaves its cell out.
        """
        record, states = self.load(answers, context), {}
        for check in self.item_checks:
            for row in check.places(record):
                try:
                    states[check.item.path(row.id)] = check.state(record, row)
                except FailedToRun:
                    continue
        return states

    def required_cells(self, answers: Answers, context: Context) -> tuple[str, ...]:
        """The cells that have to be filled in, whether they are or not."""
        states = self.item_states(answers, context)
        return tuple(path for path, state in states.items() if state.required)


def compile_definition(
    definition: Definition, others: Mapping[str, Definition], *, strict: bool = True
) -> Compiled:
    """Compile every check. Raises DefinitionError, a RuleError, for what cannot be compiled.

    Not `strict`, it is kept in `faults` and counts as failed in every record: what a published
    form needs when a newer version of another form has lost an item.
    """
    checks, faults = compile_checks(definition, others)
    if strict and faults:
        raise DefinitionError(faults)
    return Compiled(definition, others, checks, faults)


def evaluate(
    compiled: Compiled,
    answers: Answers,
    context: Context,
    changed: Collection[str] | None = None,
    previous: Iterable[Finding] | None = None,
) -> list[Finding]:
    """Everything that is wrong with a record, in the order of the form.

    With `changed` (cells, `group/row` or groups) only the checks that read these run. Together
    with the findings from before the change the answer is complete again; without, it holds
    those of the checks that ran. Changes of other forms or the register need a full evaluation.
    """
    numbers = compiled.every if changed is None else compiled.touched(changed)
    record = compiled.plan(numbers).load(answers, context)
    found = {number: list(compiled.checks[number].run(record, context)) for number in numbers}
    if changed is not None and previous is not None:
        _take_over(compiled, previous, found)
    return [finding for number in sorted(found) for finding in found[number]]


def _take_over(
    compiled: Compiled, previous: Iterable[Finding], found: dict[int, list[Finding]]
) -> None:
    """Findings of the checks that did not run stay as they were."""
    ran = frozenset(found)
    for finding in previous:
        number = compiled.numbers.get(finding.rule_id)
        if number is not None and number not in ran:
            found.setdefault(number, []).append(finding)
