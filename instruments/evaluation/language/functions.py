"""The functions of the rule language."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce

from sqlglot import exp

from instruments.evaluation.language import nodes
from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.names import GroupName
from instruments.evaluation.language.reading import Reader, name_parts
from instruments.evaluation.language.tree import Aggregate, Node, Op, Ref
from instruments.evaluation.language.types import BOOLEAN, COUNT, DOUBLE, NULL, Kind, Type, decimal

Arguments = list[exp.Expr]
_ROWS_DIGITS = 3  # a sum over up to 999 rows


def read_function(reader: Reader, name: str, arguments: Arguments) -> Node:
    """The node of a call. Raises RuleError for an unknown function or a wrong number of arguments."""
    known = FUNCTIONS.get(name)
    if known is None:
        near = get_close_matches(name, FUNCTIONS, n=1)
        hint = f"; did you mean {near[0]}()?" if near else ""
        raise RuleError(f"there is no function {name}(){hint}")
    fewest, most, read = known
    if not fewest <= len(arguments) <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise RuleError(f"{name}() takes {wanted} arguments, not {len(arguments)}")
    return read(reader, arguments)


def _values(make: Callable[..., Node]) -> Callable[[Reader, Arguments], Node]:
    """A function all of whose arguments are plain values."""
    return lambda reader, arguments: make(*(reader.read(argument) for argument in arguments))


def _left(value: Node, count: Node) -> Node:
    return nodes.substring(value, nodes.literal_number("1"), count)


def _year(value: Node) -> Node:
    return nodes.date_part("year", value)


def _month(value: Node) -> Node:
    return nodes.date_part("month", value)


def _coalesce(*values: Node) -> Node:
    return nodes.coalesce(values)


def _implies(condition: Node, consequence: Node) -> Node:
    return nodes.conjunction(Op.OR, (nodes.negation(condition), consequence))


def _nsum(*values: Node) -> Node:
    """The sum of what is filled in; null only where nothing is."""
    zero = nodes.literal_number("0")
    filled = [nodes.coalesce((nodes.exact_number(value), zero)) for value in values]
    total = reduce(lambda left, right: nodes.arithmetic(Op.ADD, left, right), filled)
    nothing = nodes.conjunction(Op.AND, [nodes.is_null(value) for value in values])
    return nodes.case([(nothing, Node(Op.NULL, NULL))], total)


def _filled(reader: Reader, arguments: Arguments) -> Node:
    """filled(g102): whether the form holds anything; filled(a, b): whether every item does."""
    if len(arguments) == 1 and isinstance(arguments[0], exp.Column):
        parts = name_parts(arguments[0])
        if len(parts) == 1 and parts[0] in reader.names.others:
            return Node(Op.READ, BOOLEAN, extra=Ref(form=parts[0], source="filled"))
    blank = [nodes.is_null(reader.read(argument)) for argument in arguments]
    return nodes.conjunction(Op.AND, [nodes.negation(node) for node in blank])


def _owes(reader: Reader, arguments: Arguments) -> Node:
    (name,) = _one_part(arguments[0], "owes() takes the name of a form")
    form = reader.names.form(name).form_name
    return Node(Op.READ, BOOLEAN, extra=Ref(form=form, source="owes"))


def _one_part(tree: exp.Expr, message: str) -> tuple[str]:
    parts = name_parts(tree)
    if len(parts) != 1:
        raise RuleError(message)
    return parts


def _param(reader: Reader, arguments: Arguments) -> Node:
    name = reader.read(arguments[0])
    if (
        name.op is not Op.LITERAL
        or not isinstance(name.extra, str)
        or not name.extra.isidentifier()
    ):
        raise RuleError("param() takes a name in quotes, such as 'p99_energy_per_output'")
    return Node(Op.READ, DOUBLE, extra=Ref(name.extra, source="param"))


def _rows(reader: Reader, arguments: Arguments) -> Node:
    return _aggregate(Aggregate.ROWS, COUNT, reader.names.group(name_parts(arguments[0])))


def _over_rows(aggregate: Aggregate) -> Callable[[Reader, Arguments], Node]:
    """every(boilers, hours <= 8760) and some(…)."""

    def read(reader: Reader, arguments: Arguments) -> Node:
        group = reader.names.group(name_parts(arguments[0]))
        condition = nodes.boolean(_inside(reader, group, arguments[1]))
        return _aggregate(aggregate, BOOLEAN, group, condition)

    return read


def _over_column(aggregate: Aggregate) -> Callable[[Reader, Arguments], Node]:
    """sum(boilers.fuel), count(g102.outlets.outlet_number), min(…), max(…)."""

    def read(reader: Reader, arguments: Arguments) -> Node:
        group = _group_inside(reader, arguments[0], aggregate)
        node = _inside(reader, group, arguments[0])
        if aggregate is Aggregate.COUNT:
            return _aggregate(aggregate, COUNT, group, node)
        nodes.exact_number(node)
        return _aggregate(aggregate, _aggregate_type(aggregate, node.type), group, node)

    return read


def _aggregate_type(aggregate: Aggregate, kind: Type) -> Type:
    if aggregate is Aggregate.SUM and kind.kind is Kind.DECIMAL:
        return decimal(kind.digits + _ROWS_DIGITS, kind.scale)
    return kind


def _aggregate(aggregate: Aggregate, kind: Type, group: GroupName, *args: Node) -> Node:
    return Node(Op.AGGREGATE, kind, args, (aggregate, group.rows))


def _group_inside(reader: Reader, tree: exp.Expr, aggregate: Aggregate) -> GroupName:
    """The one repeat group whose columns are named inside an aggregate."""
    columns = [name_parts(column) for column in tree.find_all(exp.Column)]
    groups = {group for group in map(reader.names.group_of, columns) if group is not None}
    if len(groups) != 1:
        raise RuleError(
            f"{aggregate}() is over one repeat group: name its items as group.item, "
            f"such as {aggregate}(outlets.discharge)"
        )
    return groups.pop()


def _inside(reader: Reader, group: GroupName, tree: exp.Expr) -> Node:
    if reader.row is not None:
        raise RuleError("an aggregate inside an aggregate is not allowed")
    reader.row = group
    node = reader.read(tree)
    reader.row = None
    return node


_MANY = 100
FUNCTIONS: dict[str, tuple[int, int, Callable[[Reader, Arguments], Node]]] = {
    "abs": (1, 1, _values(nodes.absolute)),
    "blank": (1, 1, _values(nodes.is_null)),
    "cas": (1, 1, _values(nodes.cas)),
    "coalesce": (1, _MANY, _values(_coalesce)),
    "count": (1, 1, _over_column(Aggregate.COUNT)),
    "every": (2, 2, _over_rows(Aggregate.EVERY)),
    "filled": (1, _MANY, _filled),
    "has": (2, 2, _values(nodes.has)),
    "implies": (2, 2, _values(_implies)),
    "left": (2, 2, _values(_left)),
    "length": (1, 1, _values(nodes.length)),
    "matches": (2, 2, _values(nodes.matches)),
    "max": (1, 1, _over_column(Aggregate.MAX)),
    "min": (1, 1, _over_column(Aggregate.MIN)),
    "month": (1, 1, _values(_month)),
    "nsum": (1, _MANY, _values(_nsum)),
    "owes": (1, 1, _owes),
    "param": (1, 1, _param),
    "rows": (1, 1, _rows),
    "some": (2, 2, _over_rows(Aggregate.SOME)),
    "substr": (3, 3, _values(nodes.substring)),
    "substring": (3, 3, _values(nodes.substring)),
    "sum": (1, 1, _over_column(Aggregate.SUM)),
    "year": (1, 1, _values(_year)),
}
