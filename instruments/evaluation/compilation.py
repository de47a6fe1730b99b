"""From a definition to its checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from instruments.evaluation.checks import Check, Condition, GroupCheck, ItemCheck, RuleCheck
from instruments.evaluation.definition import ALWAYS, NEVER, Definition, Item, Rule
from instruments.evaluation.language.compiling import Expression, read_condition
from instruments.evaluation.language.errors import CompileFault, RuleError
from instruments.evaluation.language.names import Names, RowRef
from instruments.evaluation.language.nodes import case
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import NULL
from instruments.evaluation.values import reader_for


@dataclass
class _Compilation:
    definition: Definition
    names: Names
    faults: list[CompileFault] = field(default_factory=list)

    def checks(self) -> Iterator[Check]:
        code = self.definition.code
        for item in self.definition.items:
            yield self._item_check(item, f"{code}-{item.slug}")
        for group in self.definition.groups:
            yield GroupCheck(group, f"{code}-{group.slug}")
        for rule in self.definition.rules:
            yield self._rule_check(rule)

    def _item_check(self, item: Item, prefix: str) -> ItemCheck:
        applies = self._condition(item, "applies", item.applies) if item.applies else None
        if item.required in (ALWAYS, NEVER, ""):
            return ItemCheck(item, prefix, applies, item.required == ALWAYS)
        return ItemCheck(item, prefix, applies, self._condition(item, "required", item.required))

    def _condition(self, item: Item, part: str, text: str) -> Condition:
        tree = self._tree(item.slug, part, text, item.group)
        name = f"{self.definition.code}-{item.slug}-{part}"
        return Condition(None if tree is None else Expression(name, tree))

    def _rule_check(self, rule: Rule) -> RuleCheck:
        assertion = self._tree(rule.id, "assert", rule.assertion, rule.each)
        when = self._tree(rule.id, "when", rule.when, rule.each) if rule.when else None
        trees = [tree for tree in (assertion, when) if tree is not None]
        cells = self._cells(rule, trees)
        if assertion is None or (rule.when and when is None):
            return RuleCheck(rule, Condition(None), cells)
        tree = case([(when, assertion)], Node(Op.NULL, NULL)) if when else assertion
        return RuleCheck(rule, Condition(Expression(rule.id, tree)), cells)

    def _tree(self, where: str, part: str, text: str, each: str) -> Node | None:
        try:
            return read_condition(text, self.names, each=each)
        except RuleError as error:
            self.faults.append(CompileFault(where, part, str(error)))
            return None

    def _cells(self, rule: Rule, trees: list[Node]) -> tuple[Item, ...]:
        """The items that the rule names as its own, or else all that it reads of its form."""
        slugs = rule.items or tuple(dict.fromkeys(slug for tree in trees for slug in _slugs(tree)))
        unknown = [slug for slug in slugs if slug not in self.definition.items_by_slug]
        for slug in unknown:
            self.faults.append(CompileFault(rule.id, "items", f"there is no item {slug!r}"))
        known = self.definition.items_by_slug
        return tuple(known[slug] for slug in slugs if slug in known)


def _slugs(tree: Node) -> Iterator[str]:
    for node in tree.walk():
        ref = node.extra.ref if isinstance(node.extra, RowRef) else node.extra
        if isinstance(ref, Ref) and not ref.form and not ref.source and ref.slug:
            yield ref.slug


def compile_checks(
    definition: Definition, others: Mapping[str, Definition]
) -> tuple[tuple[Check, ...], tuple[CompileFault, ...]]:
    """The checks of a form in the order of its findings, and what could not be compiled.

    Raises RuleError for an item whose own bounds or pattern make no sense: it cannot be read.
    """
    for item in definition.items:
        reader_for(item)
    compilation = _Compilation(definition, Names(definition, others))
    checks = tuple(compilation.checks())
    return checks, tuple(compilation.faults)
