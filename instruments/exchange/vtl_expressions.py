"""One rule's tree as a VTL 2.1 expression.

Null is VTL's null, and decided as in the rule language: AND by the first false, OR by the first true,
a comparison with null is null. A condition that is null takes the else branch in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import cast

from instruments.evaluation.language.names import RowRef
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import Kind
from instruments.exchange.vtl_words import vtl_name, vtl_text

_SIGNS = {Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*"}
_CALCULATED = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.CASE, Op.COALESCE})


class VtlUnable(Exception):
    """VTL has no words for this within one record; says why."""


def column_name(ref: Ref) -> str:
    """Under which name a value stands in the data set: what lies outside the form is joined to it."""
    if ref.source:
        return f"{ref.source}__{ref.form or ref.slug}"
    return f"{ref.form}__{ref.slug}" if ref.form else ref.slug


def vtl_expression(node: Node) -> str:
    """The expression. Raises `VtlUnable`."""
    return _WRITERS[node.op](node)


def _arguments(node: Node) -> list[str]:
    return [vtl_expression(arg) for arg in node.args]


def _literal(node: Node, scale: int = 0) -> str:
    value = node.extra
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        scale = max(scale, node.type.scale)
        return f"{Decimal(value).scaleb(-node.type.scale):.{scale}f}"
    if '"' in str(value):
        raise VtlUnable("VTL has no quotation mark inside a text")
    return vtl_text(str(value))


def _read(node: Node) -> str:
    return vtl_name(column_name(cast(Ref, node.extra)))


def _read_row(node: Node) -> str:
    column = cast(RowRef, node.extra)
    if not column.is_each:
        raise VtlUnable("reads every row of a repeat group")
    return vtl_name(column_name(Ref(column.ref.slug)))


def _junction(node: Node) -> str:
    word = " and " if node.op is Op.AND else " or "
    return f"({word.join(_arguments(node))})"


def _compare(node: Node) -> str:
    """Numbers that were calculated are doubles in VTL engines: they are rounded to the scale that
    the exact result has before they are compared.
    """
    left, right = _arguments(node)
    sign, types = str(node.extra), [arg.type for arg in node.args]
    exact = all(kind.kind is Kind.DECIMAL for kind in types)
    if exact and any(_is_calculated(arg) for arg in node.args):
        scale = max(kind.scale for kind in types)
        return f"(round({left} - {right}, {scale}) {sign} 0)"
    return f"({left} {sign} {right})"


def _is_calculated(node: Node) -> bool:
    return any(part.op in _CALCULATED for part in node.walk())


def _in(node: Node) -> str:
    """The constants of a set are of one type: all are written with the same decimals."""
    value = vtl_expression(node.args[0])
    scale = max(choice.type.scale for choice in node.args[1:])
    choices = [_literal(choice, scale) for choice in node.args[1:]]
    return f"({value} in {{{', '.join(choices)}}})"


def _divide(node: Node) -> str:
    """Null where the divisor is 0."""
    left, right = _arguments(node)
    if node.args[1].op is Op.LITERAL:
        return f"({left} / {right})" if node.args[1].extra else "null"
    return f"(if {right} <> 0 then {left} / {right} else null)"


def _substring(node: Node) -> str:
    first, count = cast(tuple[int, int], node.extra)
    return f"substr({vtl_expression(node.args[0])}, {first}, {count})"


def _cas(node: Node) -> str:
    raise VtlUnable("VTL cannot reckon a check digit from a text")


def _matches(node: Node) -> str:
    pattern = vtl_text(f".*({node.extra}).*")  # VTL matches the whole text, we look inside it
    return f"match_characters({vtl_expression(node.args[0])}, {pattern})"


def _has(node: Node) -> str:
    """Several choices are one text in VTL: `1,3`."""
    pattern = vtl_text(f"(.*,)?{re.escape(str(node.extra))}(,.*)?")
    return f"match_characters({vtl_expression(node.args[0])}, {pattern})"


def _date_part(node: Node) -> str:
    """Dates and months are ISO texts."""
    start, count = (1, 4) if node.extra == "year" else (6, 2)
    return f"cast(substr({vtl_expression(node.args[0])}, {start}, {count}), integer)"


def _coalesce(node: Node) -> str:
    *others, last = _arguments(node)
    text = last
    for other in reversed(others):
        text = f"nvl({other}, {text})"
    return text


def _case(node: Node) -> str:
    *flat, default = _arguments(node)
    text = default
    for condition, value in reversed(list(zip(flat[::2], flat[1::2], strict=True))):
        text = f"(if nvl({condition}, false) then {value} else {text})"
    return text


def _aggregate(node: Node) -> str:
    raise VtlUnable("reads every row of a repeat group")


def _wrapped(before: str, after: str) -> Callable[[Node], str]:
    return lambda node: f"{before}{vtl_expression(node.args[0])}{after}"


def _arithmetic(node: Node) -> str:
    left, right = _arguments(node)
    return f"({left} {_SIGNS[node.op]} {right})"


_WRITERS: dict[Op, Callable[[Node], str]] = {
    Op.NULL: lambda _node: "null",
    Op.LITERAL: _literal,
    Op.READ: _read,
    Op.READ_ROW: _read_row,
    Op.AND: _junction,
    Op.OR: _junction,
    Op.NOT: _wrapped("(not ", ")"),
    Op.IS_NULL: _wrapped("isnull(", ")"),
    Op.COMPARE: _compare,
    Op.IN: _in,
    Op.ADD: _arithmetic,
    Op.SUBTRACT: _arithmetic,
    Op.MULTIPLY: _arithmetic,
    Op.DIVIDE: _divide,
    Op.NEGATE: _wrapped("(- ", ")"),
    Op.ABSOLUTE: _wrapped("abs(", ")"),
    Op.LENGTH: _wrapped("length(", ")"),
    Op.SUBSTRING: _substring,
    Op.MATCHES: _matches,
    Op.CAS: _cas,
    Op.HAS: _has,
    Op.DATE_PART: _date_part,
    Op.COALESCE: _coalesce,
    Op.CASE: _case,
    Op.AGGREGATE: _aggregate,
}
