"""Reading a division's observations in one pass a kind: the database counts, COPY brings columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from pyarrow import csv

from accounts.scopes import prefix_range
from instruments.evaluation.definition import ItemType
from instruments.selectors import definition_for, versions_current
from registry.prefixes import significant_digits
from review.interference.observations import (
    Contacts,
    Corrections,
    Decisions,
    Observations,
    Saves,
    Submitted,
    Values,
)
from submissions.models import CollectionExercise

NUMBERS = (ItemType.DECIMAL, ItemType.INTEGER)
# Saves that nobody typed: the accounting's own, workbooks, and whole forms without a script.
UNTYPED = ("accounting", "excel", "form")
GAP_AT_MOST = 1800  # seconds; after a longer pause an approval's own time is unknown

# every statement goes on from here
_CASES = """
    WITH cases AS (
    SELECT c.id, c.form_code, c.division_code, c.filled_count,
           coalesce(c.due_on, e.due_on) AS due_on
    FROM submissions_case c JOIN submissions_collectionexercise e ON e.id = c.exercise_id
    WHERE c.exercise_id = %(exercise)s AND c.status <> 'void'
      AND c.division_code >= %(low)s AND c.division_code < %(high)s)
"""
_NUMBER = r"^[0-9]{1,15}([.][0-9]{1,6})?$"

_VALUES = """
    , newest AS (
      SELECT DISTINCT ON (s.case_id) s.case_id, s.submitted_by_id, s.document, c.form_code
      FROM submissions_submission s JOIN cases c ON c.id = s.case_id
      WHERE s.submitted_at <= %(as_of)s ORDER BY s.case_id, s.number DESC)
    SELECT n.case_id AS "case", n.submitted_by_id AS person,
           n.form_code || '/' || split_part(kv.key, '/', -1) AS item, kv.value::float8 AS number,
           CASE WHEN kv.value::float8 < 10 THEN -1
                WHEN kv.value LIKE '%%.%%'
                THEN right(rtrim(rtrim(kv.value, '0'), '.'), 1)::int
                ELSE right(kv.value, 1)::int END AS last_digit
    FROM newest n, jsonb_each_text(n.document -> 'values') kv
    WHERE n.form_code || '/' || split_part(kv.key, '/', -1) = ANY(%(items)s)
      AND kv.value ~ %(number)s
"""
_CORRECTIONS = """
    , first AS (
      SELECT s.case_id, min(s.submitted_at) AS at FROM submissions_submission s
      JOIN cases c ON c.id = s.case_id GROUP BY s.case_id)
    SELECT p.case_id AS "case", v.actor_id AS person, extract(epoch FROM v.at)::float8 AS at,
           (one ->> 'before')::float8 AS before, (one ->> 'value')::float8 AS after
    FROM submissions_responserevision v
    JOIN submissions_response p ON p.id = v.response_id
    JOIN first f ON f.case_id = p.case_id AND v.at > f.at
    JOIN cases c ON c.id = p.case_id,
    LATERAL jsonb_array_elements(v.patch) one
    WHERE v.at <= %(as_of)s AND one ->> 'op' = 'set'
      AND c.form_code || '/' || split_part(one ->> 'cell', '/', -1) = ANY(%(items)s)
      AND one ->> 'before' ~ %(number)s AND one ->> 'value' ~ %(number)s
"""
_SAVES = """
    SELECT p.case_id AS "case", v.actor_id AS person, extract(epoch FROM v.at)::float8 AS at,
           jsonb_array_length(v.patch) AS cells
    FROM submissions_responserevision v
    JOIN submissions_response p ON p.id = v.response_id JOIN cases c ON c.id = p.case_id
    WHERE v.at <= %(as_of)s AND NOT v.device = ANY(%(untyped)s)
    ORDER BY p.case_id, v.at, v.id
"""
_SUBMITTED = """
    SELECT s.case_id AS "case", s.submitted_by_id AS person,
           extract(epoch FROM s.submitted_at AT TIME ZONE 'Asia/Shanghai')::float8 AS local,
           coalesce(extract(epoch FROM (c.due_on + 1)::timestamp), 0)::float8 AS due
    FROM submissions_submission s JOIN cases c ON c.id = s.case_id
    WHERE s.submitted_at <= %(as_of)s
"""
# A note counts as contact where its writer has not worked on the answers.
_CONTACTS = """
    , touched AS (
      SELECT d.case_id, d.decided_by_id AS person, d.decided_at AS at FROM review_reviewdecision d
      JOIN cases c ON c.id = d.case_id WHERE d.decision = 'return'
      UNION SELECT q.case_id, q.raised_by_id, q.raised_at FROM submissions_itemquery q
      JOIN cases c ON c.id = q.case_id
      UNION SELECT t.case_id, n.written_by_id, n.written_at FROM submissions_note n
      JOIN submissions_notethread t ON t.id = n.thread_id JOIN cases c ON c.id = t.case_id
      WHERE NOT EXISTS (SELECT 1 FROM submissions_responserevision v
        JOIN submissions_response p ON p.id = v.response_id
        WHERE p.case_id = t.case_id AND v.actor_id = n.written_by_id))
    SELECT t.case_id AS "case", t.person, extract(epoch FROM t.at)::float8 AS at,
           extract(epoch FROM coalesce((SELECT min(s.submitted_at) FROM submissions_submission s
             WHERE s.case_id = t.case_id AND s.submitted_at > t.at), %(as_of)s))::float8 AS until
    FROM touched t WHERE t.at <= %(as_of)s
"""
_DECISIONS = """
    , acts AS (
      SELECT d.case_id, d.decided_by_id, d.decision, d.decided_at, c.filled_count,
             lag(d.decided_at) OVER (PARTITION BY d.decided_by_id ORDER BY d.decided_at, d.id)
               AS before
      FROM review_reviewdecision d JOIN cases c ON c.id = d.case_id
      WHERE d.decided_at <= %(as_of)s)
    SELECT a.case_id AS "case", a.decided_by_id AS person,
           extract(epoch FROM a.decided_at - a.before)::float8 AS seconds, a.filled_count AS cells
    FROM acts a
    WHERE a.decision <> 'return' AND a.decided_at - a.before <= %(gap)s * interval '1 second'
      AND NOT EXISTS (SELECT 1 FROM submissions_job j
        WHERE j.kind = 'bulk_review' AND j.requested_by_id = a.decided_by_id
          AND a.decided_at BETWEEN j.started_at AND coalesce(j.finished_at, %(as_of)s))
"""
_COUNTIES = """SELECT id AS "case", left(division_code, 6) AS county FROM cases"""
_TEXTS = {"item": pa.string(), "county": pa.string()}
_STEPS = 7


@dataclass(frozen=True)
class Scope:
    """What is read: a division of an exercise, as of a moment."""

    exercise: CollectionExercise
    division_code: str
    as_of: datetime

    def parameters(self) -> dict[str, Any]:
        """Of the statements. The upper end of the nation is the sign after the digits."""
        low, high = prefix_range(significant_digits(self.division_code))
        return {
            "exercise": self.exercise.pk,
            "low": low,
            "high": high or ":",
            "as_of": self.as_of,
            "items": number_items(),
            "untyped": list(UNTYPED),
            "number": _NUMBER,
            "gap": GAP_AT_MOST,
        }


def number_items() -> list[str]:
    """form/item of every number that a person writes: neither filled in beforehand nor derived."""
    found = []
    for version in versions_current():
        definition = definition_for(version.pk)
        found += [
            f"{definition.code}/{item.slug}"
            for item in definition.items
            if item.type in NUMBERS and not item.prefill and not item.derived
        ]
    return found


def observations_read(
    scope: Scope, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Observations:
    """Everything a scan looks at: seven statements, whatever the size."""
    parameters = scope.parameters()
    tables = []
    for number, statement in enumerate(
        (_VALUES, _CORRECTIONS, _SAVES, _SUBMITTED, _CONTACTS, _DECISIONS, _COUNTIES)
    ):
        progress(number, _STEPS)
        tables.append(_copied(statement, parameters))
    values, corrections, saves, submitted, contacts, decisions, counties = tables
    items = values.column("item").combine_chunks().dictionary_encode()
    return Observations(
        values=Values(
            _ints(values, "case"),
            _ints(values, "person"),
            items.indices.to_numpy(zero_copy_only=False).astype(np.int64),
            _floats(values, "number"),
            _ints(values, "last_digit"),
        ),
        corrections=Corrections(
            _ints(corrections, "case"),
            _ints(corrections, "person"),
            *(_floats(corrections, name) for name in ("at", "before", "after")),
        ),
        saves=Saves(
            _ints(saves, "case"),
            _ints(saves, "person"),
            _floats(saves, "at"),
            _ints(saves, "cells"),
        ),
        submitted=Submitted(
            _ints(submitted, "case"),
            _ints(submitted, "person"),
            _floats(submitted, "local"),
            _floats(submitted, "due"),
        ),
        contacts=Contacts(
            _ints(contacts, "case"),
            _ints(contacts, "person"),
            _floats(contacts, "at"),
            _floats(contacts, "until"),
        ),
        decisions=Decisions(
            _ints(decisions, "case"),
            _ints(decisions, "person"),
            _floats(decisions, "seconds"),
            _ints(decisions, "cells"),
        ),
        items=items.dictionary.to_pylist(),
        county=_counties(counties),
    )


def _copied(statement: str, parameters: Mapping[str, Any]) -> pa.Table:
    buffer = BytesIO()
    with connection.cursor() as cursor:
        whole = cursor.cursor.mogrify(_CASES + statement, parameters).decode()
        cursor.cursor.copy_expert(f"COPY ({whole}) TO STDOUT (FORMAT csv, HEADER)", buffer)
    buffer.seek(0)
    return csv.read_csv(buffer, convert_options=csv.ConvertOptions(column_types=_TEXTS))


def _ints(table: pa.Table, name: str) -> Any:
    return pc.cast(table.column(name), pa.int64()).to_numpy()


def _floats(table: pa.Table, name: str) -> Any:
    return pc.cast(table.column(name), pa.float64()).to_numpy()


def _counties(table: pa.Table) -> dict[int, str]:
    return dict(
        zip(table.column("case").to_pylist(), table.column("county").to_pylist(), strict=True)
    )
