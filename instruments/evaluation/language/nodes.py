"""Typed nodes, each made by a function that refuses operands which make no sense."""

import re
from collections.abc import Sequence

from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.patterns import compile_pattern
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import (
    BOOLEAN,
    COUNT,
    DATE,
    DOUBLE,
    MONTH,
    NULL,
    TEXT,
    Kind,
    Type,
    product_type,
    sum_type,
    unified,
)
from instruments.evaluation.parsing.dates import is_month, read_date

MOST_CHOICES = 500
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,10})?")
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
_LONGEST_SUBSTRING = 1000


def named(node: Node) -> str:
    """How to speak of a node in a message: by the item's name where it is one."""
    ref = getattr(node.extra, "ref", node.extra)
    if isinstance(ref, Ref):
        return f"{ref.key!r} ({node.type})"
    if node.op is Op.LITERAL:
        return f"{node.extra!r} ({node.type})" if node.type == TEXT else f"the {node.type} literal"
    return f"a {node.type}"


def _needs(node: Node, wanted: str, *, is_met: bool) -> Node:
    if not is_met and node.type != NULL:
        raise RuleError(f"{named(node)} where a {wanted} is needed")
    return node


def boolean(node: Node) -> Node:
    """The node, where a condition is needed."""
    if node.type == TEXT and isinstance(node.extra, Ref):
        raise RuleError(
            f"{named(node)} is no condition: compare it, such as {node.extra.slug} = '1'"
        )
    return _needs(node, "condition", is_met=node.type == BOOLEAN)


def number(node: Node) -> Node:
    """The node, where a number is needed."""
    return _needs(node, "number", is_met=node.type.is_number)


def exact_number(node: Node) -> Node:
    """The node, where a number is needed that is no quotient."""
    return _needs(node, "number (no quotient)", is_met=node.type.kind is Kind.DECIMAL)


def text(node: Node) -> Node:
    """The node, where text is needed."""
    return _needs(node, "text", is_met=node.type.is_text)


def literal_number(digits: str) -> Node:
    """An exact constant."""
    if not _NUMBER.fullmatch(digits):
        raise RuleError(f"write the number {digits!r} in digits, such as 1234.5")
    whole, _, decimals = digits.partition(".")
    length = max(1, len(whole.lstrip("0"))) + len(decimals)
    return Node(Op.LITERAL, Type(Kind.DECIMAL, length, len(decimals)), extra=int(whole + decimals))


def date_literal(written: str) -> Node:
    """`date '2018-03-05'`."""
    value = read_date(written).value
    if value != written:
        raise RuleError(f"{written!r} is no date of the form 2018-03-05")
    return Node(Op.LITERAL, DATE, extra=written)


def conjunction(op: Op, operands: Sequence[Node]) -> Node:
    """AND or OR of several conditions."""
    return Node(op, BOOLEAN, tuple(boolean(operand) for operand in operands))


def negation(node: Node) -> Node:
    """NOT."""
    return Node(Op.NOT, BOOLEAN, (boolean(node),))


def is_null(node: Node) -> Node:
    """IS NULL."""
    return Node(Op.IS_NULL, BOOLEAN, (node,))


def compare(sign: str, left: Node, right: Node) -> Node:
    """`=`, `<>`, `<`, `<=`, `>`, `>=`. Text has no order that all engines share."""
    left, right = _calendar_literals(left, right)
    _check_comparable(left, right)
    if sign not in ("=", "<>") and TEXT in (left.type, right.type):
        raise RuleError(f"{named(left)} and {named(right)}: text is compared by =, <> and IN only")
    return Node(Op.COMPARE, BOOLEAN, (left, right), sign)


def _check_comparable(left: Node, right: Node) -> None:
    types = (left.type, right.type)
    if NULL in types:
        return
    for node in (left, right):
        if node.type.kind is Kind.CHOICES:
            raise RuleError(f"{named(node)}: use has(item, 'code') for an item of several choices")
    alike = left.type.is_number and right.type.is_number
    alike = alike or (left.type.is_text and right.type.is_text)
    if not alike and left.type != right.type:
        raise RuleError(f"{named(left)} cannot be compared with {named(right)}")


def _calendar_literals(left: Node, right: Node) -> tuple[Node, Node]:
    """Beside a date or month, a quoted constant is a date or month."""
    return _as_calendar(left, right.type), _as_calendar(right, left.type)


def _as_calendar(node: Node, beside: Type) -> Node:
    if node.op is not Op.LITERAL or node.type != TEXT:
        return node
    written = str(node.extra)
    if beside == DATE:
        return date_literal(written)
    if beside == MONTH:
        if not (_MONTH.fullmatch(written) and is_month(int(written[:4]), int(written[5:]))):
            raise RuleError(f"{written!r} is no month of the form 2017-12")
        return Node(Op.LITERAL, MONTH, extra=written)
    return node


def between(node: Node, low: Node, high: Node) -> Node:
    """Both ends belong to it."""
    return conjunction(Op.AND, (compare(">=", node, low), compare("<=", node, high)))


def is_in(node: Node, choices: Sequence[Node]) -> Node:
    """IN over constants."""
    if not 1 <= len(choices) <= MOST_CHOICES:
        raise RuleError(f"IN takes 1 to {MOST_CHOICES} constants in parentheses")
    choices = [_negative_literal(_as_calendar(choice, node.type)) for choice in choices]
    for choice in choices:
        if choice.op is not Op.LITERAL:
            raise RuleError(f"IN takes constants, not {named(choice)}")
        _check_comparable(node, choice)
    return Node(Op.IN, BOOLEAN, (node, *choices))


def _negative_literal(node: Node) -> Node:
    if (
        node.op is Op.NEGATE
        and node.args[0].op is Op.LITERAL
        and isinstance(node.args[0].extra, int)
    ):
        return Node(Op.LITERAL, node.type, extra=-node.args[0].extra)
    return node


def arithmetic(op: Op, left: Node, right: Node) -> Node:
    """`+`, `-` and `*` are exact; `/` is not, and null where the divisor is 0."""
    number(left), number(right)
    if NULL in (left.type, right.type):
        return Node(Op.NULL, NULL)
    if op is Op.DIVIDE:
        return Node(op, DOUBLE, (left, right))
    combine = product_type if op is Op.MULTIPLY else sum_type
    return Node(op, combine(left.type, right.type), (left, right))


def negate(node: Node) -> Node:
    """Unary minus."""
    return Node(Op.NEGATE, number(node).type, (node,))


def absolute(node: Node) -> Node:
    """abs()."""
    return Node(Op.ABSOLUTE, number(node).type, (node,))


def length(node: Node) -> Node:
    """length(): characters, counted as code points."""
    return Node(Op.LENGTH, COUNT, (text(node),))


def substring(node: Node, start: Node, count: Node) -> Node:
    """substring(text, start, count) with constants, counted from 1."""
    first, many = (_small_constant(part) for part in (start, count))
    return Node(Op.SUBSTRING, TEXT, (text(node),), (first, many))


def _small_constant(node: Node) -> int:
    value = node.extra
    exact = node.op is Op.LITERAL and node.type.kind is Kind.DECIMAL and node.type.scale == 0
    if not exact or not isinstance(value, int) or not 1 <= value <= _LONGEST_SUBSTRING:
        raise RuleError(f"a substring takes constants from 1 to {_LONGEST_SUBSTRING}")
    return value


def matches(node: Node, pattern: Node) -> Node:
    """`text ~ 'pattern'`: somewhere in the text, unless anchored by ^ and $."""
    if pattern.op is not Op.LITERAL or pattern.type != TEXT:
        raise RuleError("the pattern must be a constant in quotes")
    compile_pattern(str(pattern.extra))
    return Node(Op.MATCHES, BOOLEAN, (text(node),), pattern.extra)


def cas(node: Node) -> Node:
    """cas(): whether the check digit of a CAS registry number is right (7664-41-7)."""
    return Node(Op.CAS, BOOLEAN, (text(node),))


def has(node: Node, code: Node) -> Node:
    """has(item, '3'): whether a code is among several choices."""
    if node.type.kind is not Kind.CHOICES:
        raise RuleError(f"has() looks into an item of several choices, not {named(node)}")
    if code.op is not Op.LITERAL or code.type != TEXT or not code.extra or "," in str(code.extra):
        raise RuleError("has() takes one code in quotes")
    return Node(Op.HAS, BOOLEAN, (node,), code.extra)


def date_part(part: str, node: Node) -> Node:
    """year() and month() of a date or month."""
    _needs(node, "date or month", is_met=node.type in (DATE, MONTH))
    return Node(Op.DATE_PART, Type(Kind.DECIMAL, 4, 0), (node,), part)


def coalesce(nodes: Sequence[Node]) -> Node:
    """The first that is not null."""
    return Node(Op.COALESCE, unified(node.type for node in nodes), tuple(nodes))


def case(branches: Sequence[tuple[Node, Node]], default: Node) -> Node:
    """CASE WHEN … THEN … ELSE … END."""
    kind = unified([*(value.type for _condition, value in branches), default.type])
    flat = [node for branch in branches for node in branch]
    return Node(Op.CASE, kind, (*flat, default))
