"""Random records in DuckDB: what the columnar engine finds beside what the record engine does."""

import duckdb
import pyarrow as pa

from instruments.evaluation.columnar import columns_of, queries_of
from instruments.evaluation.engine import evaluate
from instruments.evaluation.language.duckdb import MACROS, named
from instruments.evaluation.values import BLANK
from tests.unit.instruments.evaluation.both_engines import as_context
from tests.unit.instruments.evaluation.chance import RecordMaker

NAMES = pa.list_(pa.string())
ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "HUGEINT": pa.string(),  # pyarrow has no integer so wide: read from text
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
}


def _create(connection, name, columns, rows):
    """A table of `columns` ({name: SQL type}) holding dictionaries."""
    arrays = {}
    for column, kind in columns.items():
        values = [row.get(column) for row in rows]
        if kind == "HUGEINT":
            values = [None if value is None else str(value) for value in values]
        arrays[column] = pa.array(values, NAMES if kind == "VARCHAR[]" else ARROW[kind])
    given = pa.table(arrays)  # noqa: F841  DuckDB finds it by its name
    wanted = ", ".join(f"CAST({named(c)} AS {kind}) AS {named(c)}" for c, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE {named(name)} AS SELECT {wanted} FROM given")


def _unread(row):
    return [slug for slug, r in row.readings.items() if r is not BLANK and r.value is None]


def _faults(loaded):
    for case, record in enumerate(loaded):
        for row in (record.top, *(row for rows in record.rows.values() for row in rows)):
            for slug, reading in row.readings.items():
                if reading.fault is not None:
                    yield {"case_id": case, "slug": slug, "row": row.id}


def relations_make(connection, compiled, loaded, codes):
    """`loaded`: records as the record engine reads them; the case id is the place in the list."""
    needed = columns_of(compiled)
    scalars = {key: kind for key, (_ref, kind) in needed.scalars.items()}
    tops = []
    for case, record in enumerate(loaded):
        own = {key: record.values.get(key) for key in scalars}
        lists = {"malformed": sorted(record.malformed), "unread": _unread(record.top)}
        tops.append({"case_id": case, **own, **lists})
    listed = {"malformed": "VARCHAR[]", "unread": "VARCHAR[]"}
    _create(connection, "record", {"case_id": "BIGINT", **scalars, **listed}, tops)
    for key, columns in needed.rows.items():
        group, rows = key.removeprefix("rows:"), []
        for case, record in enumerate(loaded):
            if group in record.rows:
                for row in record.rows[group]:
                    lists = {"malformed": sorted(row.malformed), "unread": _unread(row)}
                    rows.append({"case_id": case, "row": row.id, **row.values, **lists})
            else:
                rows += [{"case_id": case, **values} for values in record.values[key]]
        _create(connection, key, {"case_id": "BIGINT", "row": "VARCHAR", **columns, **listed}, rows)
    kinds = {"case_id": "BIGINT", "slug": "VARCHAR", "row": "VARCHAR"}
    _create(connection, "faults", kinds, list(_faults(loaded)))
    pairs = [{"list": name, "code": code} for name, known in codes.items() for code in known]
    _create(connection, "codes", {"list": "VARCHAR", "code": "VARCHAR"}, pairs)


def columnar_differences(compiled, codes, count, chance):
    """Keys of findings that only one of both engines has, over `count` random records."""
    maker = RecordMaker(chance, {name: list(known) for name, known in codes.items()})
    others = {name: compiled.others[name] for name in compiled.reads_forms}
    sets = {name: frozenset(known) for name, known in codes.items()}
    loaded, ours = [], set()
    for case in range(count):
        plain = maker.answers(compiled.definition)
        context = as_context(maker.context(others), sets, ())
        loaded.append(compiled.load(plain, context))
        ours.update(
            (case, finding.rule_id, finding.row, finding.kind.value, finding.severity.value)
            for finding in evaluate(compiled, plain, context)
        )
    connection = duckdb.connect(config={"threads": 1})
    for macro in MACROS:
        connection.execute(macro)
    relations_make(connection, compiled, loaded, codes)
    theirs = {
        (case, query.rule_id, row, query.kind.value, query.severity.value)
        for query in queries_of(compiled, codes)
        for case, row in connection.execute(query.sql).fetchall()
    }
    assert len(ours) > count, "the records are too tame"
    return sorted(ours ^ theirs)
