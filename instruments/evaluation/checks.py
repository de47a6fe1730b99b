"""The checks of a form: one per item, one per repeat group, one per rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from instruments.evaluation.definition import Group, Item, ItemType, Rule, Severity
from instruments.evaluation.findings import Finding, FindingKind
from instruments.evaluation.language.compiling import Expression
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.parsing import Reading
from instruments.evaluation.record import Context, Record, Row
from instruments.evaluation.sentences import Arguments, sentence
from instruments.evaluation.values import BLANK, list_fault

_NUMBERS = {ItemType.DECIMAL, ItemType.INTEGER}
NO_LABEL: dict[str, str] = {}


class FailedToRun(Exception):
    """A condition could not be judged because it could not be compiled or it raised."""


@dataclass(frozen=True)
class Condition:
    """A compiled condition and the cells on which it depends; without expression it cannot run."""

    expression: Expression | None

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        """Everything it reads."""
        expression = self.expression
        return (*expression.reads, *expression.reads_row) if expression is not None else ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """Under which names of the record its values stand."""
        reads = self.expression.reads if self.expression is not None else ()
        return frozenset(ref.key for ref in reads)

    @cached_property
    def row_slugs(self) -> frozenset[str]:
        """Which columns of its own row it reads."""
        reads = self.expression.reads_row if self.expression is not None else ()
        return frozenset(ref.slug for ref in reads)

    def judge(self, record: Record, row: Row) -> bool | None:
        """True, false, or None where it cannot be told. Raises FailedToRun."""
        if self.expression is None:
            raise FailedToRun
        if record.malformed and not record.malformed.isdisjoint(self.keys):
            return None
        if row.malformed and not row.malformed.isdisjoint(self.row_slugs):
            return None
        try:
            return self.expression.judge(record.values, row.values)
        except Exception as error:
            raise FailedToRun from error


class Check(Protocol):
    """Something that gives findings of its own rule ids."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What it reads."""

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The ids that its findings can have."""

    def run(self, record: Record, context: Context) -> Iterator[Finding]:
        """What is wrong in a record."""


@dataclass(frozen=True)
class ItemState:
    """Whether an item applies (None: cannot be told yet) and has to be filled in, in one place."""

    applies: bool | None
    required: bool


@dataclass(frozen=True)
class ItemCheck:
    """Type, code list, required-ness and applicability of one item, in every row of its group."""

    item: Item
    prefix: str
    applies: Condition | None
    required: Condition | bool

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        """The item itself and what its conditions read."""
        refs = [Ref(self.item.slug, self.item.group)]
        for condition in (self.applies, self.required):
            if isinstance(condition, Condition):
                refs.extend(condition.refs)
        return tuple(dict.fromkeys(refs))

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """One per kind of finding."""
        kinds = ("type", "list", "required", "applies")
        return tuple(f"{self.prefix}-{kind}" for kind in kinds)

    def places(self, record: Record) -> list[Row]:
        """The rows in which the item stands; the record itself for an item outside of groups."""
        return record.rows.get(self.item.group, []) if self.item.group else [record.top]

    def run(self, record: Record, context: Context) -> Iterator[Finding]:
        """Findings in the order of the rows."""
        for row in self.places(record):
            reading = row.readings[self.item.slug]
            if reading.fault is not None:
                yield self._finding("type", FindingKind.TYPE, row, *reading.fault)
            elif self.item.codelist is not None and reading is not BLANK:
                yield from self._list_findings(reading, row, context)
            yield from self._state_findings(reading, record, row)

    def state(self, record: Record, row: Row) -> ItemState:
        """Raises FailedToRun."""
        applies = True if self.applies is None else self.applies.judge(record, row)
        if applies is not True:
            return ItemState(applies, required=False)
        if isinstance(self.required, bool):
            return ItemState(applies, self.required)
        return ItemState(applies, self.required.judge(record, row) is True)

    def _list_findings(self, reading: Reading, row: Row, context: Context) -> Iterator[Finding]:
        name = self.item.codelist or ""
        if name in context.codelists_unavailable:
            return
        codes = context.codelists.get(name)
        if codes is None:
            arguments = {"codelist": name}
            yield self._finding("list", FindingKind.FAILED_TO_RUN, row, "list_missing", arguments)
            return
        fault = list_fault(reading, codes)
        if fault is not None:
            yield self._finding("list", FindingKind.LIST, row, *fault)

    def _state_findings(self, reading: Reading, record: Record, row: Row) -> Iterator[Finding]:
        if reading is not BLANK and self.applies is None:
            return
        try:
            state = self.state(record, row)
        except FailedToRun:
            rule_id = f"{self.prefix}-applies"
            arguments = {"rule": rule_id}
            yield self._finding(
                "applies", FindingKind.FAILED_TO_RUN, row, "failed_to_run", arguments
            )
            return
        if reading is BLANK and state.required:
            code = "required" if self.item.type in _NUMBERS else "required_text"
            yield self._finding("required", FindingKind.REQUIRED, row, code)
        elif reading is not BLANK and state.applies is False:
            yield self._finding("applies", FindingKind.NOT_APPLICABLE, row, "not_applicable")

    def _finding(
        self, suffix: str, kind: FindingKind, row: Row, code: str, arguments: Arguments = NO_LABEL
    ) -> Finding:
        return Finding(
            f"{self.prefix}-{suffix}",
            kind,
            Severity.HARD,
            sentence(code, self.item.label, arguments),
            (self.item.path(row.id),),
            row.id,
        )


@dataclass(frozen=True)
class GroupCheck:
    """The number of rows of a repeat group."""

    group: Group
    prefix: str

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The list of rows."""
        return (Ref(group=self.group.slug, source="rows"),)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """One."""
        return (f"{self.prefix}-rows",)

    def run(self, record: Record, context: Context) -> Iterator[Finding]:
        """At most one finding."""
        found = len(record.rows.get(self.group.slug, ()))
        if found < self.group.min:
            yield self._finding(FindingKind.REQUIRED, "too_few_rows", self.group.min, found)
        elif self.group.max is not None and found > self.group.max:
            yield self._finding(FindingKind.TYPE, "too_many_rows", self.group.max, found)

    def _finding(self, kind: FindingKind, code: str, allowed: int, found: int) -> Finding:
        message = sentence(code, self.group.label, {"allowed": allowed, "found": found})
        return Finding(f"{self.prefix}-rows", kind, Severity.HARD, message)


@dataclass(frozen=True)
class RuleCheck:
    """An edit rule; `cells` are the items of the form that it is about."""

    rule: Rule
    condition: Condition
    cells: tuple[Item, ...]

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        """What it reads, and the rows of the groups whose cells it names."""
        groups = {item.group for item in self.cells if item.group} | {self.rule.each} - {""}
        rows = (Ref(group=group, source="rows") for group in sorted(groups))
        return tuple(dict.fromkeys((*self.condition.refs, *rows)))

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rule's own."""
        return (self.rule.id,)

    def run(self, record: Record, context: Context) -> Iterator[Finding]:
        """One finding per row in which the rule is violated."""
        for row in record.rows.get(self.rule.each, []) if self.rule.each else (record.top,):
            try:
                outcome = self.condition.judge(record, row)
            except FailedToRun:
                yield self._failed(record, row)
                continue
            if outcome is False:
                yield Finding(
                    self.rule.id,
                    FindingKind.RULE,
                    self.rule.severity,
                    self.rule.message,
                    self._paths(record, row),
                    row.id,
                )

    def _failed(self, record: Record, row: Row) -> Finding:
        message = sentence("failed_to_run", NO_LABEL, {"rule": self.rule.id})
        kind, paths = FindingKind.FAILED_TO_RUN, self._paths(record, row)
        return Finding(self.rule.id, kind, Severity.HARD, message, paths, row.id)

    def _paths(self, record: Record, row: Row) -> tuple[str, ...]:
        paths: list[str] = []
        for item in self.cells:
            if not item.group or item.group == self.rule.each:
                paths.append(item.path(row.id))
            else:
                paths.extend(item.path(other.id) for other in record.rows.get(item.group, ()))
        return tuple(paths)
