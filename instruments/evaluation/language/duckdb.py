"""Rules as DuckDB SQL expressions: the same tree, a column of records at a time.

An expression reads `f."key"` (the record, a column per `Ref.key`), `r."slug"` (the row of an
`each` rule) and, inside an aggregate, `e."slug"` of the relation `"rows:group"`. A decimal is an
integer at its static scale, BIGINT up to 18 digits and HUGEINT beyond; a quotient is DOUBLE;
dates and months are ISO text. SQL's three truth values are those of the rules. What the other
targets do with infinities and NaN is not repeated here: 38 digits cannot reach them.
"""

import re
from collections.abc import Callable, Sequence
from typing import cast

from instruments.evaluation.language.names import RowRef
from instruments.evaluation.language.patterns import compile_pattern
from instruments.evaluation.language.tree import Aggregate, Node, Op, Ref
from instruments.evaluation.language.types import DOUBLE, MOST_DIGITS, NULL, Kind, Type

RECORD, EACH_ROW, ROW = "f", "r", "e"
BIGINT_DIGITS = 18
_EXACT_DOUBLE = 2**53
_DOUBLE_DIGITS = 15  # every integer of so many digits is a double
_EXACT_POWERS = 22  # the greatest power of ten that is a double
_SIGNS = {Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*", Op.DIVIDE: "/"}
_WIDE = re.compile(r"\\u([0-9a-f]{4})")

# The check digit of a CAS registry number, as `is_cas_number` has it. SQL may judge both sides of
# an AND, so nothing here may fail whatever the text.
_CAS_DIGITS = "replace(t, '-', '')"
_CAS_SUM = (
    f"list_sum(list_transform(range(1, length({_CAS_DIGITS})), lambda i: i * "
    f"TRY_CAST(substring({_CAS_DIGITS}, length({_CAS_DIGITS}) - i, 1) AS BIGINT)))"
)
_CAS = (
    "CREATE OR REPLACE TEMP MACRO rule_cas(t) AS CASE "
    "WHEN NOT regexp_full_match(t, '[-0-9]*[0-9]') THEN false "
    f"ELSE coalesce({_CAS_SUM}, 0) % 10 = TRY_CAST(right(t, 1) AS BIGINT) END"
)
MACROS = (_CAS,)


def quoted(text: str) -> str:
    """A text constant."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def column_type(kind: Type) -> str:
    """The type that a column of the record or of its rows has to have."""
    if kind.kind is Kind.DECIMAL:
        return _integer_type(kind.digits)
    return {Kind.DOUBLE: "DOUBLE", Kind.BOOLEAN: "BOOLEAN"}.get(kind.kind, "VARCHAR")


def duckdb_pattern(pattern: str) -> str:
    """The spelling of RE2. Raises RuleError for what is outside of the subset."""
    python = compile_pattern(pattern).pattern.replace("\\Z", "\\z")
    return _WIDE.sub(r"\\x{\1}", python)


def duckdb_expression(tree: Node) -> str:
    """The SQL expression whose value is that of the tree."""
    return _WRITERS[tree.op](tree)


def _integer_type(digits: int) -> str:
    return "BIGINT" if digits <= BIGINT_DIGITS else "HUGEINT"


def _integer(sql: str, source: Type, digits: int, shift: int = 0) -> str:
    """An exact decimal with `shift` more decimal places, wide enough for `digits`."""
    if _integer_type(digits) == "HUGEINT":
        sql = f"CAST({sql} AS HUGEINT)"
    return f"{sql} * {10**shift}" if shift else sql


def _double(sql: str, kind: Type) -> str:
    """The double nearest to an exact decimal: rounded once."""
    if kind == DOUBLE:
        return sql
    near = f"CAST({sql} AS DOUBLE) / 1e{kind.scale}" if kind.scale else f"CAST({sql} AS DOUBLE)"
    text = f"CAST(CAST({sql} AS VARCHAR) || 'e-{kind.scale}' AS DOUBLE)"
    if kind.scale > _EXACT_POWERS:
        return text
    if kind.digits <= _DOUBLE_DIGITS:
        return f"({near})"
    return f"(CASE WHEN abs({sql}) <= {_EXACT_DOUBLE} THEN {near} ELSE {text} END)"


def _converted(node: Node, wanted: Type) -> str:
    """A branch's value in the type that all branches share."""
    sql = duckdb_expression(node)
    if node.type.kind is not Kind.DECIMAL or node.type == wanted:
        return sql
    if wanted == DOUBLE:
        return _double(sql, node.type)
    return _integer(sql, node.type, wanted.digits, wanted.scale - node.type.scale)


def _null(_node: Node) -> str:
    return "NULL"


def _literal(node: Node) -> str:
    if isinstance(node.extra, bool):
        return "true" if node.extra else "false"
    if isinstance(node.extra, int):  # a bare number would be a 32-bit one
        return f"CAST({node.extra} AS {_integer_type(node.type.digits)})"
    return quoted(str(node.extra))


def _read(node: Node) -> str:
    return f"{RECORD}.{named(cast(Ref, node.extra).key)}"


def _read_row(node: Node) -> str:
    column = cast(RowRef, node.extra)
    return f"{EACH_ROW if column.is_each else ROW}.{named(column.ref.slug)}"


def _junction(node: Node) -> str:
    sign = " AND " if node.op is Op.AND else " OR "
    return f"({sign.join(duckdb_expression(arg) for arg in node.args)})"


def _not(node: Node) -> str:
    return f"(NOT {duckdb_expression(node.args[0])})"


def _is_null(node: Node) -> str:
    return f"({duckdb_expression(node.args[0])} IS NULL)"


def _compare(node: Node) -> str:
    left, right = node.args
    return _compared(str(node.extra), left, right)


def _compared(sign: str, left: Node, right: Node) -> str:
    first, second = duckdb_expression(left), duckdb_expression(right)
    kinds = (left.type, right.type)
    if DOUBLE in kinds and NULL not in kinds:
        return f"({_double(first, left.type)} {sign} {_double(second, right.type)})"
    if all(kind.kind is Kind.DECIMAL for kind in kinds):
        return _compared_exactly(sign, (first, left.type), (second, right.type))
    return f"({first} {sign} {second})"


def _compared_exactly(sign: str, left: tuple[str, Type], right: tuple[str, Type]) -> str:
    scale = max(left[1].scale, right[1].scale)
    digits = max(kind.digits + scale - kind.scale for _sql, kind in (left, right))
    if digits > MOST_DIGITS:
        return _compared_in_parts(sign, left, right)
    first, second = (_integer(sql, kind, digits, scale - kind.scale) for sql, kind in (left, right))
    return f"({first} {sign} {second})"


def _compared_in_parts(sign: str, left: tuple[str, Type], right: tuple[str, Type]) -> str:
    """Where one scale for both would need too many digits: whole parts first, then the rest."""
    coarse, fine = sorted((left, right), key=lambda side: side[1].scale)
    unit = 10 ** (fine[1].scale - coarse[1].scale)
    rest = f"(({fine[0]} % {unit} + {unit}) % {unit})"
    whole = f"CAST(({fine[0]} - {rest}) // {unit} AS HUGEINT)"
    # -1, 0, 1 as the coarse side is less, equal, greater
    order = (
        f"CASE WHEN {coarse[0]} < {whole} THEN -1 WHEN {coarse[0]} > {whole} THEN 1 "
        f"WHEN {coarse[0]} IS NULL OR {fine[0]} IS NULL THEN NULL "
        f"WHEN {rest} > 0 THEN -1 ELSE 0 END"
    )
    return f"({order} {sign} 0)" if coarse is left else f"(0 {sign} {order})"


def _in(node: Node) -> str:
    subject, *choices = node.args
    if subject.type == NULL:
        return "NULL"
    if subject.type.is_number:
        parts = (_compared("=", subject, choice) for choice in choices)
        return f"({' OR '.join(parts)})"
    constants = ", ".join(_literal(choice) for choice in choices)
    return f"({duckdb_expression(subject)} IN ({constants}))"


def _arithmetic(node: Node) -> str:
    sign, (left, right) = _SIGNS[node.op], node.args
    first, second = duckdb_expression(left), duckdb_expression(right)
    if node.op is Op.DIVIDE:
        divisor = f"nullif({_double(second, right.type)}, 0e0)"
        return f"({_double(first, left.type)} / {divisor})"
    if node.type == DOUBLE:
        return f"({_double(first, left.type)} {sign} {_double(second, right.type)})"
    shifts = (0, 0)
    if node.op is not Op.MULTIPLY:
        shifts = (node.type.scale - left.type.scale, node.type.scale - right.type.scale)
    first = _integer(first, left.type, node.type.digits, shifts[0])
    second = _integer(second, right.type, node.type.digits, shifts[1])
    return f"({first} {sign} {second})"


def _of_one(form: str) -> Callable[[Node], str]:
    """An operator of one operand; of a bare NULL, which has no type, it is NULL."""

    def write(node: Node) -> str:
        operand = node.args[0]
        return "NULL" if operand.type == NULL else form.format(duckdb_expression(operand))

    return write


def _substring(node: Node) -> str:
    start, count = cast(tuple[int, int], node.extra)
    return _of_one(f"substring({{}}, {start}, {count})")(node)


def _matches(node: Node) -> str:
    if node.args[0].type == NULL:
        return "NULL"
    pattern = quoted(duckdb_pattern(str(node.extra)))
    return f"regexp_matches({duckdb_expression(node.args[0])}, {pattern})"


def _has(node: Node) -> str:
    return f"contains({duckdb_expression(node.args[0])}, {quoted(f',{node.extra},')})"


def _date_part(node: Node) -> str:
    start, count = (1, 4) if node.extra == "year" else (6, 2)
    return _of_one(f"CAST(substring({{}}, {start}, {count}) AS BIGINT)")(node)


def _coalesce(node: Node) -> str:
    return f"coalesce({', '.join(_converted(arg, node.type) for arg in node.args)})"


def _case(node: Node) -> str:
    *branches, default = node.args
    parts = [
        f"WHEN {duckdb_expression(condition)} THEN {_converted(value, node.type)}"
        for condition, value in zip(branches[::2], branches[1::2], strict=True)
    ]
    return f"(CASE {' '.join(parts)} ELSE {_converted(default, node.type)} END)"


def _aggregate(node: Node) -> str:
    aggregate, rows = cast(tuple[Aggregate, Ref], node.extra)
    inner = duckdb_expression(node.args[0]) if node.args else ""
    folded = _FOLDS[aggregate].format(inner)
    if node.type.kind is Kind.DECIMAL:
        folded = f"CAST({folded} AS {_integer_type(node.type.digits)})"
    source = f"{named(rows.key)} {ROW} WHERE {ROW}.case_id = {RECORD}.case_id"
    return f"(SELECT {folded} FROM {source})"


_UNDECIDED = "count(*) > count({0})"
_FOLDS: dict[Aggregate, str] = {
    Aggregate.ROWS: "count(*)",
    Aggregate.COUNT: "count({0})",
    Aggregate.SUM: "sum({0})",
    Aggregate.MIN: "min({0})",
    Aggregate.MAX: "max({0})",
    Aggregate.EVERY: f"CASE WHEN bool_or(NOT {{0}}) THEN false WHEN {_UNDECIDED} THEN NULL "
    "ELSE true END",
    Aggregate.SOME: f"CASE WHEN bool_or({{0}}) THEN true WHEN {_UNDECIDED} THEN NULL "
    "ELSE false END",
}
_WRITERS: dict[Op, Callable[[Node], str]] = {
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
    Op.NEGATE: _of_one("(-{})"),
    Op.ABSOLUTE: _of_one("abs({})"),
    Op.LENGTH: _of_one("length({})"),
    Op.SUBSTRING: _substring,
    Op.MATCHES: _matches,
    Op.CAS: _of_one("rule_cas({})"),
    Op.HAS: _has,
    Op.DATE_PART: _date_part,
    Op.COALESCE: _coalesce,
    Op.CASE: _case,
    Op.AGGREGATE: _aggregate,
}


def unreadable(holder: str, names: Sequence[str]) -> str:
    """Whether one of these names is among the unreadable cells of a record or row; "" for none."""
    if not names:
        return ""
    listed = ", ".join(quoted(name) for name in names)
    return f"coalesce(list_has_any({holder}.malformed, [{listed}]), false)"
