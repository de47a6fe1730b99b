"""Writes a tree as straight-line code: the same steps in the same order for every Target.

Every value is held in a variable: a decimal as an integer at its static scale, a double, a text
(dates and months too), a truth value, or null. An operator gives null as soon as an operand is.
"""

from collections.abc import Callable, Sequence
from typing import cast

from instruments.evaluation.language.names import RowRef
from instruments.evaluation.language.target import Target
from instruments.evaluation.language.tree import Aggregate, Node, Op, Ref
from instruments.evaluation.language.types import DOUBLE, NULL, Kind, Type

_ARITHMETIC_SIGNS = {Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*", Op.DIVIDE: "/"}
RECORD, EACH_ROW, ROW = "v", "r", "e"


class Writer:
    """Writes one tree to a target; `write` gives the name of the variable with its value."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.constants: set[str] = set()

    def write(self, node: Node) -> str:
        """Emit what computes the node."""
        return _WRITERS[node.op](self, node)

    def let(self, expression: str) -> str:
        """A new variable."""
        name = self.target.new_name()
        self.target.declare(name, expression)
        return name

    def lifted(self, operands: Sequence[str], expression: str) -> str:
        """Null where an operand is null, the expression otherwise."""
        names = [name for name in dict.fromkeys(operands) if name not in self.constants]
        if not names:
            return self.let(expression)
        nulls = self.target.either([self.target.is_null(name) for name in names])
        return self.let(self.target.choose(nulls, self.target.null, expression))

    def constant(self, node: Node) -> str:
        """A literal."""
        if isinstance(node.extra, bool):
            return self.target.truth(value=node.extra)
        if isinstance(node.extra, int):
            return self.target.integer(node.extra)
        return self.target.text(str(node.extra))

    def scaled(self, value: str, source: Type, scale: int) -> str:
        """An exact decimal at a greater scale."""
        factor = 10 ** (scale - source.scale)
        return value if factor == 1 else f"{value} * {self.target.integer(factor)}"

    def as_double(self, value: str, source: Type) -> str:
        """A number as a double."""
        return value if source == DOUBLE else self.target.double(value, source.scale)

    def converted(self, name: str, source: Type, wanted: Type) -> str:
        """A branch's value in the type that all branches share."""
        if source.kind is not Kind.DECIMAL or source == wanted:
            return name
        if wanted == DOUBLE:
            expression = self.as_double(name, source)
        else:
            expression = self.scaled(name, source, wanted.scale)
        if expression == name or name in self.constants:
            return expression
        return self.target.choose(self.target.is_null(name), self.target.null, expression)

    def aligned(self, nodes: Sequence[Node], names: Sequence[str]) -> list[str]:
        """Numbers in one representation, other values as they are."""
        types = [node.type for node in nodes]
        if DOUBLE in types:
            return [
                self.as_double(name, kind) if kind.is_number else name
                for name, kind in zip(names, types, strict=True)
            ]
        scale = max(kind.scale for kind in types)
        return [
            self.scaled(name, kind, scale) if kind.kind is Kind.DECIMAL else name
            for name, kind in zip(names, types, strict=True)
        ]


def _null(writer: Writer, node: Node) -> str:
    return writer.let(writer.target.null)


def _literal(writer: Writer, node: Node) -> str:
    """A number or text stands where it is used; a truth value is a variable like any other."""
    constant = writer.constant(node)
    if isinstance(node.extra, bool):
        return writer.let(constant)
    writer.constants.add(constant)
    return constant


def _read(writer: Writer, node: Node) -> str:
    ref = cast(Ref, node.extra)
    return writer.let(writer.target.read(RECORD, ref.key))


def _read_row(writer: Writer, node: Node) -> str:
    column = cast(RowRef, node.extra)
    holder = EACH_ROW if column.is_each else ROW
    return writer.let(writer.target.read(holder, column.ref.slug))


def _junction(writer: Writer, node: Node) -> str:
    """AND is decided by the first false, OR by the first true; null gives way to both."""
    target = writer.target
    decisive = target.truth(value=node.op is Op.OR)
    neutral = target.truth(value=node.op is Op.AND)
    result = writer.let(writer.write(node.args[0]))
    for operand in node.args[1:]:
        target.open_if(target.differs(result, decisive))
        name = writer.write(operand)
        target.open_if(target.either([target.same(name, decisive), target.same(result, neutral)]))
        target.assign(result, name)
        target.close()
        target.close()
    return result


def _not(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    return writer.lifted([name], writer.target.negated(name))


def _is_null(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    is_constant = name in writer.constants
    return writer.let(writer.target.false if is_constant else writer.target.is_null(name))


def _compare(writer: Writer, node: Node) -> str:
    names = [writer.write(arg) for arg in node.args]
    left, right = writer.aligned(node.args, names)
    return writer.lifted(names, writer.target.compare(str(node.extra), left, right))


def _in(writer: Writer, node: Node) -> str:
    subject, *choices = node.args
    name = writer.write(subject)
    constants = [writer.constant(choice) for choice in choices]
    value, *constants = writer.aligned(node.args, [name, *constants])
    return writer.lifted([name], writer.target.member(value, constants))


def _arithmetic(writer: Writer, node: Node) -> str:
    names = [writer.write(arg) for arg in node.args]
    sign = _ARITHMETIC_SIGNS[node.op]
    pairs = list(zip(names, (arg.type for arg in node.args), strict=True))
    if node.type == DOUBLE:
        left, right = (writer.as_double(name, kind) for name, kind in pairs)
    elif node.op is Op.MULTIPLY:
        left, right = names
    else:
        left, right = (writer.scaled(name, kind, node.type.scale) for name, kind in pairs)
    if node.op is Op.DIVIDE:
        return _divided(writer, names, left, right)
    return writer.lifted(names, f"{left} {sign} {right}")


def _divided(writer: Writer, names: list[str], left: str, right: str) -> str:
    """Null where the divisor is 0."""
    target = writer.target
    divisor = writer.lifted([names[1]], right)
    zero = writer.let(target.double(target.integer(0), 0))
    target.open_if(target.compare("=", divisor, zero))
    target.assign(divisor, target.null)
    target.close()
    return writer.lifted([names[0], divisor], f"{left} / {divisor}")


def _negate(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    return writer.lifted([name], f"-{name}")


def _absolute(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    return writer.lifted([name], writer.target.absolute(name))


def _length(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    return writer.lifted([name], writer.target.length(name))


def _substring(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    start, count = cast(tuple[int, int], node.extra)
    return writer.lifted([name], writer.target.substring(name, start - 1, count))


def _matches(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    pattern = writer.target.pattern(str(node.extra))
    return writer.lifted([name], writer.target.matches(name, pattern))


def _cas(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    return writer.lifted([name], writer.target.cas(name))


def _has(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    part = writer.target.text(f",{node.extra},")
    return writer.lifted([name], writer.target.contains(name, part))


def _date_part(writer: Writer, node: Node) -> str:
    name = writer.write(node.args[0])
    start, stop = (0, 4) if node.extra == "year" else (5, 7)
    return writer.lifted([name], writer.target.integer_of(name, start, stop))


def _coalesce(writer: Writer, node: Node) -> str:
    target = writer.target
    result = writer.let(target.null)
    for arg in node.args:
        target.open_if(target.is_null(result))
        name = writer.write(arg)
        target.assign(result, writer.converted(name, arg.type, node.type))
        target.close()
    return result


def _case(writer: Writer, node: Node) -> str:
    target = writer.target
    result, is_done = writer.let(target.null), writer.let(target.false)
    *branches, default = node.args
    for condition, value in zip(branches[::2], branches[1::2], strict=True):
        target.open_if(target.same(is_done, target.false))
        target.open_if(target.same(writer.write(condition), target.true))
        target.assign(is_done, target.true)
        target.assign(result, writer.converted(writer.write(value), value.type, node.type))
        target.close()
        target.close()
    if default.type != NULL:
        target.open_if(target.same(is_done, target.false))
        target.assign(result, writer.converted(writer.write(default), default.type, node.type))
        target.close()
    return result


def _aggregate(writer: Writer, node: Node) -> str:
    aggregate, rows_ref = cast(tuple[Aggregate, Ref], node.extra)
    target = writer.target
    rows = writer.let(target.read(RECORD, rows_ref.key))
    if aggregate is Aggregate.ROWS:
        return writer.let(target.row_count(rows))
    result = writer.let(_start(target, aggregate))
    target.open_rows(rows, ROW)
    _FOLDS[aggregate](target, result, writer.write(node.args[0]))
    target.close()
    return result


def _start(target: Target, aggregate: Aggregate) -> str:
    starts = {
        Aggregate.COUNT: target.integer(0),
        Aggregate.EVERY: target.true,
        Aggregate.SOME: target.false,
    }
    return starts.get(aggregate, target.null)


def _guarded(target: Target, condition: str, result: str, expression: str) -> None:
    target.open_if(condition)
    target.assign(result, expression)
    target.close()


def _fold_sum(target: Target, result: str, name: str) -> None:
    total = target.choose(target.is_null(result), name, f"{result} + {name}")
    _guarded(target, target.differs(name, target.null), result, total)


def _fold_count(target: Target, result: str, name: str) -> None:
    one = f"{result} + {target.integer(1)}"
    _guarded(target, target.differs(name, target.null), result, one)


def _fold_extreme(sign: str) -> Callable[[Target, str, str], None]:
    def fold(target: Target, result: str, name: str) -> None:
        target.open_if(target.differs(name, target.null))
        better = target.either([target.is_null(result), target.compare(sign, name, result)])
        _guarded(target, better, result, name)
        target.close()

    return fold


def _fold_truth(*, decisive: bool) -> Callable[[Target, str, str], None]:
    def fold(target: Target, result: str, name: str) -> None:
        target.open_if(target.differs(result, target.truth(value=decisive)))
        undecided = [target.same(name, target.truth(value=decisive)), target.is_null(name)]
        _guarded(target, target.either(undecided), result, name)
        target.close()

    return fold


_FOLDS: dict[Aggregate, Callable[[Target, str, str], None]] = {
    Aggregate.SUM: _fold_sum,
    Aggregate.COUNT: _fold_count,
    Aggregate.MIN: _fold_extreme("<"),
    Aggregate.MAX: _fold_extreme(">"),
    Aggregate.EVERY: _fold_truth(decisive=False),
    Aggregate.SOME: _fold_truth(decisive=True),
}
_WRITERS: dict[Op, Callable[[Writer, Node], str]] = {
    Op.NULL: _null,
    Op.LITERAL: _literal,
    Op.READ: _read,
    Op.READ_ROW: _read_row,
    Op.AND: _junction,
    Op.OR: _junction,
    Op.NOT: _not,
    Op.IS_NULL: _is_null,
    Op.COMPARE: _compare,
    Op.IN: _in,
    Op.ADD: _arithmetic,
    Op.SUBTRACT: _arithmetic,
    Op.MULTIPLY: _arithmetic,
    Op.DIVIDE: _arithmetic,
    Op.NEGATE: _negate,
    Op.ABSOLUTE: _absolute,
    Op.LENGTH: _length,
    Op.SUBSTRING: _substring,
    Op.MATCHES: _matches,
    Op.CAS: _cas,
    Op.HAS: _has,
    Op.DATE_PART: _date_part,
    Op.COALESCE: _coalesce,
    Op.CASE: _case,
    Op.AGGREGATE: _aggregate,
}
