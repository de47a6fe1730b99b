"""From what was typed to typed columns, a chunk of records at a time, as the rules read it.

What is written as the portal itself writes it is read by SQL; everything else, each text once,
by the readers of the rule language. Both give the same value: the test compares them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pyarrow as pa

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.language.duckdb import duckdb_pattern, named, quoted
from instruments.evaluation.language.types import MOST_DIGITS
from instruments.evaluation.values import BLANK, DEFAULT_MAX_LENGTH, bounds, reader_for

_PLAIN_TEXT = r"[!-~\x{4e00}-\x{9fa5}]([ -~\x{4e00}-\x{9fa5}]*[!-~\x{4e00}-\x{9fa5}])?"
_DATE = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_MONTH = "[12][0-9]{3}-(0[1-9]|1[0-2])"
READINGS = "readings"

BIGINT_DIGITS = 18


@dataclass(frozen=True)
class Plain:
    """SQL: whether a text is written plainly, and its value if so."""

    is_plain: str
    value: str


def plain_of(item: Item, raw: str) -> Plain:
    """How texts of this item are read without leaving SQL; never, where that is not worth it."""
    read = _PLAIN.get(item.type)
    return read(item, raw) if read else Plain("false", "NULL")


def _matching(raw: str, pattern: str) -> str:
    return f"regexp_full_match({raw}, {quoted(pattern)})"


def _number(item: Item, raw: str) -> Plain:
    """Without leading zeros, separators or signs that the portal does not write."""
    whole = max(item.digits - item.scale, 1)
    decimals = rf"(\.[0-9]{{1,{item.scale}}})?" if item.scale else ""
    pattern = f"-?(0|[1-9][0-9]{{0,{whole - 1}}}){decimals}"
    if item.digits > MOST_DIGITS:
        return Plain("false", "NULL")
    return _bounded(item, raw, pattern, f"TRY_CAST({raw} AS {_number_type(item)})")


def _number_type(item: Item) -> str:
    if item.scale and item.type is not ItemType.COORDINATE:
        return f"DECIMAL({item.digits}, {item.scale})"
    return "BIGINT" if item.digits <= BIGINT_DIGITS else "HUGEINT"


def _bounded(item: Item, raw: str, pattern: str, value: str) -> Plain:
    """A value out of bounds is at fault: the reader says so."""
    tests = [_matching(raw, pattern)]
    for sign, bound in zip((">=", "<="), bounds(item), strict=True):
        if bound is not None:
            told = quoted(bound) if isinstance(bound, str) else _written(item, bound)
            tests.append(f"{value} {sign} {told}")
    return Plain(f"coalesce({' AND '.join(tests)}, false)", value)


def _written(item: Item, value: int | str) -> str:
    """A reader's value as a column says it: with its decimal point."""
    if isinstance(value, str) or item.type is ItemType.COORDINATE or not item.scale:
        return str(value)
    return f"{Decimal(value).scaleb(-item.scale):f}"


def _text(item: Item, raw: str) -> Plain:
    tests = [
        _matching(raw, _PLAIN_TEXT),
        f"length({raw}) <= {item.max_length or DEFAULT_MAX_LENGTH}",
    ]
    if item.pattern:
        tests.append(_matching(raw, duckdb_pattern(item.pattern)))
    return Plain(f"({' AND '.join(tests)})", raw)


def _year(item: Item, raw: str) -> Plain:
    return _bounded(item, raw, "[12][0-9]{3}", f"TRY_CAST({raw} AS BIGINT)")


_PLAIN: Mapping[ItemType, Callable[[Item, str], Plain]] = {
    ItemType.DECIMAL: _number,
    ItemType.INTEGER: _number,
    ItemType.YEAR: _year,
    ItemType.DATE: lambda item, raw: _bounded(item, raw, _DATE, raw),
    ItemType.YEAR_MONTH: lambda item, raw: _bounded(item, raw, _MONTH, raw),
    ItemType.YES_NO: lambda _item, raw: Plain(f"{raw} IN ('1', '2')", raw),
    ItemType.DIVISION: lambda _item, raw: Plain(_matching(raw, "[0-9]{12}"), raw),
    ItemType.TEXT: _text,
    ItemType.CODE: _text,
    ItemType.CHOICE: _text,
}


def table_type(
    connection: duckdb.DuckDBPyConnection,
    *,
    source: str,
    target: str,
    items: Sequence[Item],
    columns: Mapping[str, str],
    kept: Sequence[str],
) -> None:
    """Make the table `target` of the raw texts in `source`.

    `kept` columns are taken as they are; `columns` names the SQL type of every item of the shape,
    also of items that these records' version does not have.
    """
    raw = {item.slug: f"s.{named(item.slug)}" for item in items}
    plain = {item.slug: plain_of(item, raw[item.slug]) for item in items}
    odd = _odd_read(connection, source, items, plain)
    parts = [f"s.{named(name)}" for name in kept]
    parts += [f"{_listed(odd)} AS cells_unread", f"{_faulty(odd)} AS cells_faulty"]
    known = {item.slug: item for item in items}
    for slug, kind in columns.items():
        value = "NULL"
        if slug in known:
            value = plain[slug].value
            if slug in odd:
                other = _as_value(known[slug], f"{named('o_' + slug)}.value")
                value = f"CASE WHEN {plain[slug].is_plain} THEN {value} ELSE {other} END"
        parts.append(f"CAST({value} AS {kind}) AS {named(slug)}")
    joins = "".join(
        f" LEFT JOIN (SELECT raw, value, fault, is_unread FROM {READINGS} "
        f"WHERE slug = {quoted(slug)}) {named('o_' + slug)} "
        f"ON {named('o_' + slug)}.raw = {raw[slug]}"
        for slug in odd
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {named(target)} AS "
        f"SELECT {', '.join(parts)} FROM {named(source)} s{joins}"
    )


def _odd_read(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    items: Sequence[Item],
    plain: Mapping[str, Plain],
) -> set[str]:
    """Read what is not written plainly, each text once, into a table; the items that have any."""
    readers = {item.slug: reader_for(item) for item in items}
    item_of = {item.slug: item for item in items}
    asked = " UNION ALL ".join(
        f"SELECT DISTINCT {quoted(slug)} AS slug, s.{named(slug)} AS raw FROM {named(source)} s "
        f"WHERE s.{named(slug)} IS NOT NULL AND NOT {form.is_plain}"
        for slug, form in plain.items()
    )
    found = connection.execute(asked).fetchall() if asked else []
    rows: list[tuple[str, str, str | None, str | None, bool]] = []
    for slug, text in found:
        reading = readers[slug](text)
        if reading is BLANK:
            continue
        value = None if reading.value is None else _written(item_of[slug], reading.value)
        fault = reading.fault.code if reading.fault else None
        rows.append((slug, text, value, fault, value is None))
    names = ("slug", "raw", "value", "fault")
    given = pa.table(
        {
            **{
                name: pa.array([row[place] for row in rows], pa.string())
                for place, name in enumerate(names)
            },
            "is_unread": pa.array([row[4] for row in rows], pa.bool_()),
        }
    )
    connection.register("readings_given", given)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {READINGS} AS FROM readings_given")
    connection.unregister("readings_given")
    return {slug for slug, _text in found}


def _collected(parts: Iterator[str]) -> str:
    """A list of what is there; NULL where nothing is."""
    listed = ", ".join(parts)
    if not listed:
        return "NULL"
    present = f"list_filter([{listed}], lambda x: x IS NOT NULL)"
    return f"CASE WHEN len({present}) > 0 THEN {present} END"


def _listed(odd: set[str]) -> str:
    listed = _collected(
        f"CASE WHEN {named('o_' + slug)}.is_unread THEN {quoted(slug)} END" for slug in sorted(odd)
    )
    return f"CAST({listed} AS VARCHAR[])"


def _faulty(odd: set[str]) -> str:
    listed = _collected(
        f"CASE WHEN {named('o_' + slug)}.fault IS NOT NULL THEN "
        f"{{'slug': {quoted(slug)}, 'code': {named('o_' + slug)}.fault}} END"
        for slug in sorted(odd)
    )
    return f"CAST({listed} AS STRUCT(slug VARCHAR, code VARCHAR)[])"


def _is_number(item: Item) -> bool:
    return item.type in (
        ItemType.DECIMAL,
        ItemType.INTEGER,
        ItemType.YEAR,
        ItemType.COORDINATE,
    )


def _as_value(item: Item, text: str) -> str:
    """The reader's value, which came as text."""
    return f"CAST({text} AS {_number_type(item)})" if _is_number(item) else text


def scaled_column(item: Item, name: str, kind: str) -> str:
    """The value as rules hold it, from a column of the facts of this SQL type."""
    if not _is_number(item):
        return f"CAST({name} AS VARCHAR)"
    wide = "BIGINT" if item.digits <= BIGINT_DIGITS else "HUGEINT"
    if item.type is ItemType.COORDINATE or not item.scale:
        return f"CAST({name} AS {wide})"
    if item.digits + item.scale >= MOST_DIGITS or kind == "VARCHAR":
        exact = f"CAST({name} AS DECIMAL({item.digits}, {item.scale}))"
        return f"CAST(replace(CAST({exact} AS VARCHAR), '.', '') AS {wide})"
    if item.digits + item.scale > BIGINT_DIGITS:  # the product has so many digits
        name = f"CAST({name} AS DECIMAL({item.digits + item.scale}, {item.scale}))"
    return f"CAST({name} * {10**item.scale} AS {wide})"
