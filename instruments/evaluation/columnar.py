"""The checks of a form as SQL over columns: the findings of `engine.evaluate` for many records.

The relations that the queries read, made ready by the caller, hold what `Record` holds for one:

* `record`: case_id, a column per `Ref.key` of `scalars()`, `malformed` (names of values that a
  rule may not read, as in `Record.malformed`) and `unread` (own cells that hold something but no
  value); both are lists of text, NULL where there is nothing to list;
* `"rows:group"` for each of `row_columns()`: case_id, row (its id), the columns, and for own
  groups `malformed` and `unread` by slug; the rows of other forms under the case that reads them;
* `faults`: case_id, slug, row, of every cell whose text is at fault;
* `codes`: list, code, of every code list there is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from instruments.evaluation.checks import Check, Condition, GroupCheck, ItemCheck, RuleCheck
from instruments.evaluation.definition import Definition, ItemType, Severity
from instruments.evaluation.engine import Compiled
from instruments.evaluation.findings import FindingKind
from instruments.evaluation.language.duckdb import (
    EACH_ROW,
    RECORD,
    column_type,
    duckdb_expression,
    named,
    quoted,
    unreadable,
)
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.language.types import BOOLEAN, DOUBLE, TEXT, Type, type_of_item

_SOURCES = {"register": TEXT, "param": DOUBLE, "owes": BOOLEAN, "filled": BOOLEAN}


@dataclass(frozen=True)
class Query:
    """`sql` gives case_id and row of every finding of one rule id; `judged` how many there were to
    judge. A query of a kind other than FAILED_TO_RUN may itself fail: the rule has then not run.
    """

    rule_id: str
    kind: FindingKind
    severity: Severity
    sql: str
    judged: str


@dataclass(frozen=True)
class Columns:
    """The names and SQL types that the relations of a form need."""

    scalars: Mapping[str, tuple[Ref, str]]
    rows: Mapping[str, Mapping[str, str]]


def columns_of(compiled: Compiled) -> Columns:
    """What has to be read so that every check of the form can run, by key and by `rows:…`."""
    definitions = {"": compiled.definition, **compiled.others}
    scalars: dict[str, tuple[Ref, str]] = {}
    rows: dict[str, dict[str, str]] = {}
    for group in compiled.definition.groups:
        rows[Ref(group=group.slug, source="rows").key] = {}
    for ref in dict.fromkeys(ref for check in compiled.checks for ref in check.refs):
        if ref.group:
            key = Ref(group=ref.group, form=ref.form, source="rows").key
            held = rows.setdefault(key, {})
            if ref.slug:
                held[ref.slug] = column_type(_type(definitions, ref))
        else:
            scalars[ref.key] = (ref, column_type(_type(definitions, ref)))
    return Columns(scalars, rows)


def _type(definitions: Mapping[str, Definition], ref: Ref) -> Type:
    if ref.source:
        return _SOURCES[ref.source]
    return type_of_item(definitions[ref.form].items_by_slug[ref.slug])


def queries_of(compiled: Compiled, codelists: Iterable[str]) -> list[Query]:
    """The queries of every check, in the order of the form."""
    known = frozenset(codelists)
    return [query for check in compiled.checks for query in _queries(check, known)]


def _queries(check: Check, codelists: frozenset[str]) -> Iterator[Query]:
    if isinstance(check, ItemCheck):
        yield from _item_queries(check, codelists)
    elif isinstance(check, GroupCheck):
        yield from _group_queries(check)
    elif isinstance(check, RuleCheck):
        yield _rule_query(check)


def _from(group: str) -> str:
    """The places that are judged: records, or the rows of one of their groups."""
    if not group:
        return f"FROM record {RECORD}"
    rows = named(f"rows:{group}")
    return f"FROM record {RECORD} JOIN {rows} {EACH_ROW} ON {EACH_ROW}.case_id = {RECORD}.case_id"


def _select(group: str, where: str) -> str:
    row = f"{EACH_ROW}.row" if group else "''"
    return f"SELECT {RECORD}.case_id, {row} AS row {_from(group)} WHERE {where}"


def _judged(group: str) -> str:
    return f"SELECT count(*) {_from(group)}"


def _outcome(condition: Condition) -> str:
    """True, false or NULL, as `Condition.judge`; the caller has seen that it can run."""
    assert condition.expression is not None  # noqa: S101  a condition without one is not asked
    sql, bars = duckdb_expression(condition.expression.tree), _bars(condition)
    return f"(CASE WHEN {' OR '.join(bars)} THEN NULL ELSE {sql} END)" if bars else sql


def _bars(condition: Condition) -> list[str]:
    """What keeps the condition from being judged: unreadable cells of the record or the row."""
    of_record = unreadable(RECORD, sorted(condition.keys))
    return [bar for bar in (of_record, unreadable(EACH_ROW, sorted(condition.row_slugs))) if bar]


def _rule_query(check: RuleCheck) -> Query:
    rule, condition = check.rule, check.condition
    if condition.expression is None:
        kind, severity, where = FindingKind.FAILED_TO_RUN, Severity.HARD, "true"
    else:
        kind, severity = FindingKind.RULE, rule.severity
        violated = f"NOT {duckdb_expression(condition.expression.tree)}"
        where = " AND ".join([violated, *(f"NOT {bar}" for bar in _bars(condition))])
    return Query(rule.id, kind, severity, _select(rule.each, where), _judged(rule.each))


def _group_queries(check: GroupCheck) -> Iterator[Query]:
    group = check.group
    number = f"(SELECT count(*) FROM {named(f'rows:{group.slug}')} e WHERE e.case_id = f.case_id)"
    bounds = [(FindingKind.REQUIRED, f"{number} < {group.min}")] if group.min else []
    if group.max is not None:
        bounds.append((FindingKind.TYPE, f"{number} > {group.max}"))
    for kind, where in bounds:
        yield Query(f"{check.prefix}-rows", kind, Severity.HARD, _select("", where), _judged(""))


def _item_queries(check: ItemCheck, codelists: frozenset[str]) -> Iterator[Query]:
    group, slug = check.item.group, check.item.slug
    holder = EACH_ROW if group else RECORD
    value = f"{holder}.{named(slug)}"
    row = f"{EACH_ROW}.row" if group else "''"
    is_blank = (
        f"{value} IS NULL AND NOT coalesce(list_contains({holder}.unread, {quoted(slug)}), false)"
    )
    has_fault = (
        f"EXISTS (SELECT 1 FROM faults x WHERE x.case_id = {RECORD}.case_id "
        f"AND x.slug = {quoted(slug)} AND x.row = {row})"
    )

    def query(suffix: str, kind: FindingKind, where: str) -> Query:
        sql = _select(group, where)
        return Query(f"{check.prefix}-{suffix}", kind, Severity.HARD, sql, _judged(group))

    yield query("type", FindingKind.TYPE, has_fault)
    if check.item.codelist is not None:
        if check.item.codelist in codelists:
            wrong = _not_listed(check, value)
            yield query("list", FindingKind.LIST, f"{wrong} AND NOT {has_fault}")
        else:
            filled = f"NOT ({is_blank}) AND NOT {has_fault}"
            yield query("list", FindingKind.FAILED_TO_RUN, filled)
    for suffix, kind, where in _states(check, is_blank):
        yield query(suffix, kind, where)


def _not_listed(check: ItemCheck, value: str) -> str:
    codes = f"(SELECT code FROM codes WHERE list = {quoted(check.item.codelist or '')})"
    if check.item.type is not ItemType.MULTI_CHOICE:
        return f"{value} NOT IN {codes}"
    # NULL NOT IN a list is NULL: a blank cell has no wrong code
    held = f"string_split(trim({value}, ','), ',')"
    known = f"coalesce((SELECT list(code) FROM {codes} AS listed(code)), [])"
    return f"NOT list_has_all({known}, {held})"


def _states(check: ItemCheck, is_blank: str) -> Iterator[tuple[str, FindingKind, str]]:
    """Required and not filled in; filled in and not applicable; not to be told."""
    failed = FindingKind.FAILED_TO_RUN
    if check.applies is not None and check.applies.expression is None:
        yield "applies", failed, "true"
        return
    applies = "true" if check.applies is None else _outcome(check.applies)
    asked = is_blank if check.applies is None else "true"
    if isinstance(check.required, Condition) and check.required.expression is None:
        yield "applies", failed, f"{asked} AND coalesce({applies}, false)"
    elif check.required is not False:
        required = "true" if check.required is True else _outcome(check.required)
        where = f"{is_blank} AND coalesce({applies}, false) AND coalesce({required}, false)"
        yield "required", FindingKind.REQUIRED, where
    if check.applies is not None:
        yield "applies", FindingKind.NOT_APPLICABLE, _not_applicable(check, applies, is_blank)


def _not_applicable(check: ItemCheck, applies: str, is_blank: str) -> str:
    return f"NOT ({is_blank}) AND NOT coalesce({applies}, true)"
