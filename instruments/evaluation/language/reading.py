"""From sqlglot's tree to our own: a whitelist of shapes, each given a static type."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.names import GroupName, Names
from instruments.evaluation.language.nodes import (
    arithmetic,
    between,
    boolean,
    case,
    compare,
    conjunction,
    date_literal,
    is_in,
    is_null,
    literal_number,
    matches,
    negate,
    negation,
)
from instruments.evaluation.language.tokens import FUNCTION_PREFIX, parse_expression
from instruments.evaluation.language.tree import Node, Op
from instruments.evaluation.language.types import BOOLEAN, NULL, TEXT
from instruments.evaluation.text import folded

MOST_NODES = 1_000
DEEPEST_TREE = 60
_NAME = re.compile("[a-z][a-z0-9_]{0,40}")

# Every part that a node of sqlglot's may carry; whatever else it carries is refused, because
# versions move meaning between nodes and parts (`IS NOT NULL`: Not(Is), then Is(negate=True)).
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Paren: frozenset({"this"}),
    exp.Column: frozenset({"this", "table", "db"}),
    exp.Identifier: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: frozenset({"this"}),
    exp.Null: frozenset(),
    exp.Not: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.If: frozenset({"this", "true"}),
    exp.RegexpLike: frozenset({"this", "expression"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Div: frozenset({"this", "expression", "typed"}),
    **{
        kind: frozenset({"this", "expression"})
        for kind in (
            *(exp.And, exp.Or, exp.Add, exp.Sub, exp.Mul),
            *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
        )
    },
}
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_ARITHMETIC: dict[type[exp.Expr], Op] = {
    exp.Add: Op.ADD,
    exp.Sub: Op.SUBTRACT,
    exp.Mul: Op.MULTIPLY,
    exp.Div: Op.DIVIDE,
}


@dataclass
class Reader:
    """Reads one expression. `row` is set while the inside of an aggregate is read."""

    names: Names
    function: Callable[["Reader", str, list[exp.Expr]], Node]
    each: str = ""
    row: GroupName | None = None
    count: int = 0
    depth: int = 0

    def read(self, tree: exp.Expr) -> Node:
        """The typed node of a tree. Raises RuleError."""
        self.count += 1
        self.depth += 1
        if self.count > MOST_NODES or self.depth > DEEPEST_TREE:
            raise RuleError("the expression is too large")
        check_parts(tree)
        node = self._read(tree)
        self.depth -= 1
        return node

    def _read(self, tree: exp.Expr) -> Node:
        kind = type(tree)
        if kind in _COMPARISONS:
            return compare(_COMPARISONS[kind], self.read(tree.this), self.read(tree.expression))
        if kind in _ARITHMETIC:
            return arithmetic(_ARITHMETIC[kind], self.read(tree.this), self.read(tree.expression))
        return _READERS[kind](self, tree)

    def read_boolean(self, tree: exp.Expr) -> Node:
        """The same, where a condition is needed."""
        return boolean(self.read(tree))


def check_parts(tree: exp.Expr) -> None:
    """Refuse every node and part of a node that is not on the list."""
    parts = _PARTS.get(type(tree))
    if parts is None:
        raise RuleError(f"{type(tree).__name__.lower()} is not allowed in an expression")
    for name, value in tree.args.items():
        if name not in parts and value not in (None, False, [], ()):
            raise RuleError(f"{type(tree).__name__.lower()} with {name} is not allowed")


def name_parts(tree: exp.Expr) -> tuple[str, ...]:
    """`g102.outlets.discharge` as its parts. Raises RuleError where the tree is no name."""
    check_parts(tree)
    if not isinstance(tree, exp.Column):
        raise RuleError("a name is expected here")
    parts = [part for part in (tree.args.get("db"), tree.args.get("table"), tree.this) if part]
    for part in parts:
        check_parts(part)
        if not isinstance(part, exp.Identifier) or not _NAME.fullmatch(part.name):
            raise RuleError(f"{part.name!r} is no name: small letters, digits and _")
    return tuple(part.name for part in parts)


def _paren(reader: Reader, tree: exp.Expr) -> Node:
    return reader.read(tree.this)


def _column(reader: Reader, tree: exp.Expr) -> Node:
    return reader.names.read(name_parts(tree), reader.row, reader.each)


def _literal(reader: Reader, tree: exp.Expr) -> Node:
    """Constants are folded as typed texts are: one in full width would never be equal to any."""
    if tree.is_string:
        return Node(Op.LITERAL, TEXT, extra=folded(str(tree.this)))
    return literal_number(tree.this)


def _boolean(reader: Reader, tree: exp.Expr) -> Node:
    return Node(Op.LITERAL, BOOLEAN, extra=bool(tree.this))


def _null(reader: Reader, tree: exp.Expr) -> Node:
    return Node(Op.NULL, NULL)


def _junction(reader: Reader, tree: exp.Expr) -> Node:
    """A chain of ANDs or ORs becomes one node, so that a long one is not a deep one."""
    kind, operands = type(tree), []
    while type(tree) is kind:
        check_parts(tree)
        operands.append(tree.expression)
        tree = tree.this
    operands.append(tree)
    op = Op.AND if kind is exp.And else Op.OR
    return conjunction(op, [reader.read_boolean(operand) for operand in reversed(operands)])


def _not(reader: Reader, tree: exp.Expr) -> Node:
    return negation(reader.read(tree.this))


def _neg(reader: Reader, tree: exp.Expr) -> Node:
    return negate(reader.read(tree.this))


def _is(reader: Reader, tree: exp.Expr) -> Node:
    if not isinstance(tree.expression, exp.Null):
        raise RuleError("IS is only for NULL")
    node = is_null(reader.read(tree.this))
    return negation(node) if tree.args.get("negate") else node


def _in(reader: Reader, tree: exp.Expr) -> Node:
    return is_in(reader.read(tree.this), [reader.read(choice) for choice in tree.expressions])


def _between(reader: Reader, tree: exp.Expr) -> Node:
    low, high = reader.read(tree.args["low"]), reader.read(tree.args["high"])
    return between(reader.read(tree.this), low, high)


def _case(reader: Reader, tree: exp.Expr) -> Node:
    branches = []
    for branch in tree.args["ifs"]:
        check_parts(branch)
        branches.append((reader.read_boolean(branch.this), reader.read(branch.args["true"])))
    default = tree.args.get("default")
    return case(branches, reader.read(default) if default else Node(Op.NULL, NULL))


def _matches(reader: Reader, tree: exp.Expr) -> Node:
    return matches(reader.read(tree.this), reader.read(tree.expression))


def _date(reader: Reader, tree: exp.Expr) -> Node:
    target = tree.args["to"]
    literal = tree.this
    if target.this != exp.DataType.Type.DATE or not isinstance(literal, exp.Literal):
        raise RuleError("only date '2018-03-05' is allowed")
    return date_literal(str(literal.this))


def _function(reader: Reader, tree: exp.Expr) -> Node:
    name = str(tree.this)
    if not name.startswith(FUNCTION_PREFIX):
        raise RuleError(f"{name!r} is not allowed in an expression")
    return reader.function(reader, name.removeprefix(FUNCTION_PREFIX), tree.expressions)


_READERS: dict[type[exp.Expr], Callable[[Reader, exp.Expr], Node]] = {
    exp.Paren: _paren,
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.And: _junction,
    exp.Or: _junction,
    exp.Not: _not,
    exp.Neg: _neg,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Case: _case,
    exp.RegexpLike: _matches,
    exp.Cast: _date,
    exp.Anonymous: _function,
}
__all__ = ["Reader", "check_parts", "name_parts", "parse_expression"]
