"""The one writer of fact snapshots: what has changed since the last, in one transaction's view.

A refresh reads PostgreSQL in one REPEATABLE READ transaction, so the whole snapshot is true for
one moment; it takes no lock that a save waits for. Writers of the same snapshot take turns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from audit.hashing import sm3_hex_of
from submissions.enums import FactBasis
from submissions.facts.changes import Changes, Moment, changes_forget, changes_since, moment_now
from submissions.facts.extracting import (
    Extraction,
    rows_read,
    sql_of_cases,
    sql_of_province,
)
from submissions.facts.reading import GONE, UNITS, Facts, place_column
from submissions.facts.shapes import Shape, shapes_now
from submissions.facts.store import FactStore, FormFacts, Manifest, Part
from submissions.facts.unit_tables import UNIT_COLUMNS, units_extract
from submissions.models import Case, CollectionExercise

Progress = Callable[[int, int], None]
_LOCK = 7201717
# a province is read anew rather than patched when so much of it has changed
PATCHED_AT_MOST, PATCHED_SHARE = 2_000, 0.05
DIGEST_SQL = (
    "SELECT case_id, case_revision, case_hash, case_status, case_level, case_division "
    "FROM {table} ORDER BY case_id"
)


@dataclass
class Refresh:
    """What one refresh does; `read` counts the forms of cases that were read from the database."""

    exercise: CollectionExercise
    basis: FactBasis
    store: FactStore
    moment: Moment
    shapes: dict[str, Shape]
    previous: Manifest | None
    folder: Path
    progress: Progress
    manifest: Manifest = field(init=False)
    read: int = 0

    def __post_init__(self) -> None:
        """The new manifest begins as the old one."""
        self.manifest = Manifest(
            sequence=self.previous.sequence + 1 if self.previous else 1,
            exercise=self.exercise.code,
            basis=str(self.basis),
            taken_at=timezone.localtime(self.moment.at).isoformat(),
            moment=self.moment.snapshot,
            forms=dict(self.previous.forms) if self.previous else {},
        )
        self.connection = duckdb.connect(config={"threads": 1})

    def run(self, *, is_full: bool) -> None:
        """Rebuild or patch every form, then publish."""
        changes = changes_since(self.previous.moment) if self.previous and not is_full else None
        provinces = self._provinces()
        codes = [UNITS, *self._form_codes()]
        for number, code in enumerate(codes):
            self.progress(number, len(codes))
            columns = self._columns(code)
            old = self.manifest.forms.get(code)
            if changes is None or old is None or old.columns != columns:
                self.manifest.forms[code] = self._built(code, columns, provinces)
            else:
                self.manifest.forms[code] = self._patched(code, old, changes)
        self.store.publish(self.manifest)
        self.progress(len(codes), len(codes))

    def _columns(self, code: str) -> dict[str, dict[str, str]]:
        if code == UNITS:
            return {"": dict(UNIT_COLUMNS)}
        shape = self.shapes[code]
        return {group: shape.columns(group) for group in shape.tables}

    def _provinces(self) -> list[str]:
        """Those that have a case in the exercise. Skips along the index of divisions."""
        with database.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE step(p) AS ("
                " SELECT left(min(division_code), 2) FROM submissions_case"
                " UNION ALL SELECT (SELECT left(min(division_code), 2) FROM submissions_case"
                "  WHERE division_code >= step.p || ':') FROM step WHERE step.p IS NOT NULL"
                ") SELECT p FROM step WHERE p IS NOT NULL"
            )
            return [row[0] for row in cursor.fetchall()]

    def _form_codes(self) -> list[str]:
        cases = Case.objects.filter(exercise=self.exercise).order_by()
        return sorted(code for code in cases.values_list("form_code", flat=True).distinct())

    def _built(
        self, code: str, columns: dict[str, dict[str, str]], provinces: Sequence[str]
    ) -> FormFacts:
        form = FormFacts(columns)
        for province in provinces:
            part = self._province_part(code, province)
            if part.rows:
                form.base[province] = part
        return form

    def _province_part(self, code: str, province: str) -> Part:
        if code == UNITS:
            units_extract(self.connection, self.exercise.pk, province=province)
            return self._part(code, [""], f"{code}.{province}")
        extraction = self._extraction(code)
        sql = sql_of_province(self.basis, self.exercise.pk, code, province)
        extraction.add_all(rows_read(*sql))
        self.read += extraction.cases
        return self._part(code, list(self.shapes[code].tables), f"{code}.{province}")

    def _extraction(self, code: str) -> Extraction:
        is_plain = self.basis == FactBasis.SUBMITTED
        return Extraction(self.connection, self.shapes[code], is_plain)

    def _patched(self, code: str, old: FormFacts, changes: Changes) -> FormFacts:
        """A new delta, and new bases where very much has changed."""
        key = "unit_id" if code == UNITS else "case_id"
        ids = sorted(changes.units if code == UNITS else changes.cases)
        form = FormFacts(old.columns, dict(old.base), old.delta)
        anew = set(changes.provinces)
        if ids or anew:
            self._changed_read(code, ids)
            self._delta_merge(old, key, ids)
            anew |= self._crowded(old, place_column(key))
        if not (ids or anew):
            return form
        while behind := self._left_behind(form, key, anew):
            anew |= behind
        for province in sorted(anew):
            part = self._province_part(code, province)
            form.base.pop(province, None)
            if part.rows:
                form.base[province] = part
        form.delta = self._delta_write(code, key, form, anew)
        return form

    def _changed_read(self, code: str, ids: Sequence[int]) -> None:
        """The tables `out…` of what changed, as it is now."""
        if code == UNITS:
            units_extract(self.connection, self.exercise.pk, ids=ids)
            return
        extraction = self._extraction(code)
        if ids:
            sql = sql_of_cases(self.basis, self.exercise.pk, code, ids)
            extraction.add_all(rows_read(*sql))
        self.read += extraction.cases

    def _delta_merge(self, old: FormFacts, key: str, ids: Sequence[int]) -> None:
        """The tables `delta…`: the old delta without what changed again, and what changed."""
        run = self.connection.execute
        run("CREATE OR REPLACE TABLE touched (id BIGINT)")
        if ids:
            run("INSERT INTO touched SELECT unnest(?::BIGINT[])", [list(ids)])
        for group in old.columns:
            new, merged = self._names(group)
            mark = "" if group else f", false AS {GONE}"
            run(f"CREATE OR REPLACE TABLE {merged} AS SELECT *{mark} FROM {new}")
            if old.delta and group in old.delta.files:
                path = self._local(old.delta.files[group])
                kept = f"SELECT * FROM {path} WHERE {key} NOT IN (SELECT id FROM touched)"
                run(f"INSERT INTO {merged} BY NAME {kept}")
        run(
            f'INSERT INTO "delta" BY NAME SELECT t.id AS {key}, true AS {GONE} '
            f'FROM touched t WHERE t.id NOT IN (SELECT {key} FROM "delta") '
            f"AND {self._in_base(old, key)}"
        )

    def _in_base(self, form: FormFacts, key: str) -> str:
        files = [part.files[""] for part in form.base.values()]
        if not files:
            return "false"
        return f"t.id IN (SELECT {key} FROM {self._local(*files)})"

    @staticmethod
    def _names(group: str) -> tuple[str, str]:
        suffix = f".{group}" if group else ""
        return f'"out{suffix}"', f'"delta{suffix}"'

    def _crowded(self, old: FormFacts, place: str) -> set[str]:
        """Provinces where so much has changed that their base is better made anew."""
        counted = self.connection.execute(
            f'SELECT left({place}, 2), count(*) FROM "delta" WHERE NOT {GONE} GROUP BY 1'
        ).fetchall()
        return {
            province
            for province, count in counted
            if count > PATCHED_AT_MOST
            and count > PATCHED_SHARE * (old.base[province].rows if province in old.base else 0)
        }

    def _left_behind(self, form: FormFacts, key: str, anew: set[str]) -> set[str]:
        """Provinces whose base still holds what now lies in a province that is made anew: their
        rows would come to light again once the delta no longer hides them.
        """
        found: set[str] = set()
        for province, part in form.base.items():
            if province in anew or not anew:
                continue
            listed = ", ".join(f"'{code}'" for code in sorted(anew))
            moved = self.connection.execute(
                f"SELECT count(*) FROM {self._local(part.files[''])} WHERE {key} IN (SELECT {key} "
                f'FROM "delta" WHERE NOT {GONE} AND left({place_column(key)}, 2) IN ({listed}))'
            ).fetchone()
            if moved and moved[0]:
                found.add(province)
        return found

    def _delta_write(self, code: str, key: str, form: FormFacts, anew: set[str]) -> Part | None:
        """What is in no new base. A row that only hides goes with the base that it hid in."""
        run = self.connection.execute
        for province in sorted(anew):
            run(f"DELETE FROM \"delta\" WHERE left({place_column(key)}, 2) = '{province}'")
        files = [part.files[""] for part in form.base.values()]
        in_base = f"SELECT {key} FROM {self._local(*files)}" if files else "SELECT NULL WHERE false"
        run(f'DELETE FROM "delta" WHERE {GONE} AND {key} NOT IN ({in_base})')
        for group in form.columns:
            if group:
                name = self._names(group)[1]
                run(f'DELETE FROM {name} WHERE {key} NOT IN (SELECT {key} FROM "delta")')
        left = run('SELECT count(*) FROM "delta"').fetchone()
        if not left or not left[0]:
            return None
        return self._part(code, list(form.columns), f"{code}.delta", prefix="delta")

    def _local(self, *names: str) -> str:
        return Facts(self.store, self.manifest, self.connection).scan(names)

    def _part(self, code: str, groups: Sequence[str], name: str, prefix: str = "out") -> Part:
        """Write tables to files of new names and bring them in."""
        files = {}
        key = "unit_id" if code == UNITS else "case_id"
        for group in groups:
            table = f'"{prefix}.{group}"' if group else f'"{prefix}"'
            count = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            if group and not (count and count[0]):
                continue
            order = f"{place_column(key)}, " if not group else ""
            local = self.folder / "part.parquet"
            self.connection.execute(
                f"COPY (SELECT * FROM {table} ORDER BY {order}{key}) TO '{local}' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
            files[group] = self.store.new_name(name, *([group] if group else []))
            self.store.put(local, files[group])
        return Part(files, *self._summed(code, prefix))

    def _summed(self, code: str, prefix: str) -> tuple[int, int, str]:
        run = self.connection.execute
        where = f" WHERE NOT {GONE}" if prefix == "delta" else ""
        if code == UNITS:
            counted = run(f'SELECT count(*) FROM "{prefix}"{where}').fetchone()
            return (counted[0] if counted else 0), 0, ""
        table = f'(FROM "{prefix}"{where})'
        counted = run(f"SELECT count(*), coalesce(sum(case_revision), 0) FROM {table}").fetchone()
        rows, revisions = counted if counted else (0, 0)
        return rows, int(revisions), digest_of(self.connection, table)


def digest_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """SM3 over which revision of which case a table holds, in the order of the cases."""
    cursor = connection.execute(DIGEST_SQL.format(table=table))
    return sm3_hex_of(digest_lines(cursor))


def digest_lines(cursor: duckdb.DuckDBPyConnection) -> Iterator[bytes]:
    """The lines that the digest covers; PostgreSQL's side writes the same."""
    while rows := cursor.fetchmany(10_000):
        yield "".join(f"{'|'.join(map(str, row))}\n" for row in rows).encode()


def _check_alone(exercise: CollectionExercise, basis: FactBasis) -> None:
    """One writer a snapshot until the transaction ends, without waiting. Raises Conflict."""
    number = exercise.pk * 10 + list(FactBasis).index(basis)
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, number])
        if not cursor.fetchone()[0]:
            raise Conflict(_("分析数据正在更新，请稍后再试。"), code="facts_busy")


@contextmanager
def one_view() -> Iterator[Moment]:
    """A transaction that sees one moment. Inside another transaction the view is that one's."""
    is_own = not database.in_atomic_block
    with transaction.atomic():
        if is_own:
            with database.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield moment_now()


def facts_refresh(
    *,
    exercise: CollectionExercise,
    basis: FactBasis = FactBasis.WORKING,
    is_full: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Refresh:
    """Take a new snapshot. Raises Conflict (`facts_busy`) while another writer is at it."""
    store = FactStore(exercise, basis)
    with tempfile.TemporaryDirectory() as folder:
        with one_view() as moment:
            _check_alone(exercise, basis)
            refresh = Refresh(
                exercise=exercise,
                basis=basis,
                store=store,
                moment=moment,
                shapes=shapes_now(),
                previous=store.manifest(),
                folder=Path(folder),
                progress=progress,
            )
            try:
                refresh.run(is_full=is_full)
            finally:
                refresh.connection.close()
        changes_forget(_held())
    store.sweep()
    return refresh


def _held() -> list[str]:
    """The moments of every current snapshot, of all exercises and bases."""
    found = []
    for exercise in CollectionExercise.objects.all():
        manifests = (FactStore(exercise, basis).manifest() for basis in FactBasis)
        found += [manifest.moment for manifest in manifests if manifest]
    return found
