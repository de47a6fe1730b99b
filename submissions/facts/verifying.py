"""Proof that a snapshot is what the database holds: counts, sums and digests, and the values.

Cases touched since the snapshot are left out on both sides and counted. The values are compared
through the record engine's own readers, which the snapshot did not use where a text was plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from audit.hashing import sm3_hex_of
from instruments.evaluation.definition import Item
from instruments.evaluation.language.duckdb import named
from instruments.evaluation.values import reader_for
from instruments.selectors import definition_for
from submissions.enums import FactBasis
from submissions.facts.changes import changes_since
from submissions.facts.extracting import statuses_of
from submissions.facts.reading import Facts, facts_open
from submissions.facts.refreshing import one_view
from submissions.facts.typing import scaled_column
from submissions.models import CollectionExercise, Response, Submission

_LIGHT = {
    FactBasis.WORKING: (
        "SELECT c.id, r.version, r.head_hash, c.status, c.review_level, c.division_code "
        "FROM submissions_case c JOIN submissions_response r ON r.case_id = c.id "
        "WHERE {where} ORDER BY c.id"
    ),
    FactBasis.SUBMITTED: (
        "SELECT DISTINCT ON (c.id) c.id, s.response_version, s.revision_hash, c.status, "
        "c.review_level, c.division_code "
        "FROM submissions_case c JOIN submissions_submission s ON s.case_id = c.id "
        "WHERE {where} ORDER BY c.id, s.number DESC"
    ),
}
_CHUNK = 500


@dataclass
class Verification:
    """What was compared and what differs; nothing differs in a snapshot that is right."""

    forms: int = 0
    cases: int = 0
    values: int = 0
    touched: int = 0
    differences: list[str] = field(default_factory=list)


def facts_verify(
    *, exercise: CollectionExercise, basis: FactBasis = FactBasis.WORKING, sample: int | None = None
) -> Verification:
    """Compare the newest snapshot with the database. `sample`: at most so many cases of a form
    value by value, all of them where None. Raises Missing without a snapshot, Conflict where whole provinces have changed since.
    """
    with one_view(), facts_open(exercise, basis) as facts:
        changes = changes_since(facts.manifest.moment)
        if changes.provinces:
            raise Conflict(
                _("快照之后有整省的数据变动，请先更新分析数据再核对。"), code="facts_stale"
            )
        result = Verification(touched=len(changes.cases))
        for code in facts.form_codes:
            _form_verify(facts, exercise, code, sorted(changes.cases), result)
            _values_verify(facts, code, changes.cases, sample, result)
            result.forms += 1
    return result


def _form_verify(
    facts: Facts,
    exercise: CollectionExercise,
    code: str,
    touched: Sequence[int],
    result: Verification,
) -> None:
    """Every case of the form, void ones too: which revision of it, where it stands, where it lies."""
    basis = FactBasis(facts.manifest.basis)
    where = "c.exercise_id = %s AND c.form_code = %s AND c.status = ANY(%s) AND c.id <> ALL(%s::bigint[])"
    ours = _Summed()
    with database.cursor() as cursor:
        cursor.execute(
            _LIGHT[basis].format(where=where),
            [exercise.pk, code, statuses_of(basis), list(touched)],
        )
        ours.take(cursor)
    theirs = _Summed()
    facts.view(code)
    theirs.take(
        facts.connection.execute(
            "SELECT case_id, case_revision, case_hash, case_status, case_level, case_division "
            f"FROM ({facts.unfiltered(code)}) WHERE NOT list_contains(?::BIGINT[], case_id) "
            "ORDER BY case_id",
            [list(touched)],
        )
    )
    result.cases += ours.rows
    for name in ("rows", "revisions", "digest"):
        if getattr(ours, name) != getattr(theirs, name):
            result.differences.append(
                f"{code} {name}: database {getattr(ours, name)}, snapshot {getattr(theirs, name)}"
            )


@dataclass
class _Summed:
    rows: int = 0
    revisions: int = 0
    digest: str = ""

    def take(self, cursor: Any) -> None:
        self.digest = sm3_hex_of(self._lines(cursor))

    def _lines(self, cursor: Any) -> Iterator[bytes]:
        while rows := cursor.fetchmany(10_000):
            self.rows += len(rows)
            self.revisions += sum(row[1] for row in rows)
            yield "".join(f"{'|'.join(map(str, row))}\n" for row in rows).encode()


def _values_verify(
    facts: Facts, code: str, touched: frozenset[int], sample: int | None, result: Verification
) -> None:
    """Value by value: the stored texts through the readers, against the columns."""
    limit = "" if sample is None else f" USING SAMPLE reservoir({sample} ROWS) REPEATABLE (7)"
    ids = [
        row[0]
        for row in facts.sql(f"SELECT case_id FROM {facts.view(code)}{limit}").fetchall()
        if row[0] not in touched
    ]
    for start in range(0, len(ids), _CHUNK):
        chunk = sorted(ids[start : start + _CHUNK])
        expected = dict(_plain_of(facts, chunk))
        for version_id, cases in _by_version(facts, code, chunk).items():
            definition = definition_for(version_id)
            for group in ("", *(g.slug for g in definition.groups)):
                items = definition.group_items(group)
                held = _held(facts, code, group, items, cases)
                wanted = {case: expected[case] for case in cases}
                _compare(code, group, items, held, wanted, result)


def _plain_of(facts: Facts, ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    if facts.manifest.basis == FactBasis.SUBMITTED:
        found = Submission.objects.filter(case_id__in=ids).order_by("case_id", "number")
        yield from found.values_list("case_id", "document")
        return
    for response in Response.objects.filter(case_id__in=ids):
        yield response.case_id, response.plain()


def _by_version(facts: Facts, code: str, ids: Sequence[int]) -> dict[int, list[int]]:
    listed = facts.connection.execute(
        f"SELECT case_version, list(case_id) FROM {facts.view(code)} "
        "WHERE list_contains(?::BIGINT[], case_id) GROUP BY 1",
        [list(ids)],
    )
    return dict(listed.fetchall())


def _held(
    facts: Facts, code: str, group: str, items: Sequence[Item], cases: Sequence[int]
) -> dict[tuple[int, str], tuple[Any, ...]]:
    columns = facts.columns(code, group)
    wanted = [scaled_column(item, named(item.slug), columns[item.slug]) for item in items]
    row = "row_id" if group else "''"
    found = facts.connection.execute(
        f"SELECT case_id, {row}, {', '.join(wanted) or 'NULL'} FROM {facts.view(code, group)} "
        "WHERE list_contains(?::BIGINT[], case_id)",
        [list(cases)],
    ).fetchall()
    return {(case, row_id): tuple(values) for case, row_id, *values in found}


def _compare(
    code: str,
    group: str,
    items: Sequence[Item],
    held: dict[tuple[int, str], tuple[Any, ...]],
    expected: dict[int, dict[str, Any]],
    result: Verification,
) -> None:
    readers = [(item, reader_for(item)) for item in items]
    wanted: dict[tuple[int, str], tuple[Any, ...]] = {}
    for case, plain in expected.items():
        for row in plain["rows"].get(group, []) if group else ("",):
            texts = (plain["values"].get(item.path(row)) for item in items)
            values = (
                read(text).value if text else None
                for (_item, read), text in zip(readers, texts, strict=True)
            )
            wanted[case, row] = tuple(values) or (None,)
    result.values += sum(len(values) for values in wanted.values())
    if held != wanted:
        differing = [key for key in {**held, **wanted} if held.get(key) != wanted.get(key)]
        result.differences.append(f"{code} {group} values differ in {differing[:5]}")
