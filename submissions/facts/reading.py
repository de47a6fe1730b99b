"""The door to the facts: a DuckDB relation per form, typed, true for one stated moment.

    with facts_open(exercise) as facts:
        facts.at                                   # the moment they are true for
        facts.form("G102")                         # DuckDBPyRelation of living cases
        facts.rows("G102", "outlets")              # the rows of a repeat group
        facts.units()                              # the register's facts of every unit
        facts.sql("SELECT … FROM form_g102 JOIN units USING (unit_id)")

In SQL the relations are the views `form_g102`, `form_g102__outlets` and `units`. Columns are the
items' slugs: DECIMAL at the item's scale, BIGINT for whole numbers and years, DATE, `2017-12` for
a month, `,1,3,` for several choices, hundredths of a second of arc for a coordinate; and those
of `shapes.CASE_COLUMNS` (case_id, unit_id, case_division, case_status, …). A cell that could not
be read is NULL and listed in `cells_unread`. Readers never wait for a refresh, and keep reading
the snapshot that they opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pyarrow.dataset as pads
from django.utils.translation import gettext as _

from accounts.exceptions import Missing
from instruments.evaluation.definition import form_name
from instruments.evaluation.language.duckdb import named, quoted
from submissions.enums import FactBasis
from submissions.facts.store import FactStore, FormFacts, Manifest
from submissions.models import CollectionExercise

UNITS = "units"
KEYS = {UNITS: "unit_id"}
GONE = "is_gone"  # a row of a delta that only hides what the base has


@dataclass
class Facts:
    """An open snapshot. `connection` is the reader's own: views, temporary tables, settings."""

    store: FactStore
    manifest: Manifest
    connection: duckdb.DuckDBPyConnection
    province: str = ""
    _views: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """The moment the facts are true for."""
        return self.manifest.at

    @property
    def form_codes(self) -> tuple[str, ...]:
        """The forms that it has facts of."""
        return tuple(code for code in self.manifest.forms if code != UNITS)

    def columns(self, form_code: str, group: str = "") -> Mapping[str, str]:
        """Every column of a form or group with its SQL type. Raises Missing."""
        form = self.manifest.forms.get(form_code)
        if form is None or group not in form.columns:
            raise Missing(_("分析数据中没有这张表。"))
        return form.columns[group]

    def columns_or_none(self, form_code: str) -> Mapping[str, Mapping[str, str]]:
        """The columns of a form by group; none where the snapshot has no such form."""
        form = self.manifest.forms.get(form_code)
        return form.columns if form else {}

    def form(self, form_code: str) -> duckdb.DuckDBPyRelation:
        """The forms of living cases, one row a case. Raises Missing."""
        return self.connection.view(self.view(form_code))

    def rows(self, form_code: str, group: str) -> duckdb.DuckDBPyRelation:
        """The rows of a repeat group, of every case: join `case_id`. Raises Missing."""
        return self.connection.view(self.view(form_code, group))

    def units(self) -> duckdb.DuckDBPyRelation:
        """The units of the register, one row each. Raises Missing."""
        return self.connection.view(self.view(UNITS))

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """A query over the views, of every form that it names."""
        for code, form in self.manifest.forms.items():
            for group in form.columns:
                if view_name(code, group) in query:
                    self.view(code, group)
        return self.connection.sql(query)

    def view(self, form_code: str, group: str = "") -> str:
        """The name of the view of a form or group, made when first asked for. Raises Missing."""
        name = view_name(form_code, group)
        if name not in self._views:
            columns = self.columns(form_code, group)
            sql = self._select(form_code, self.manifest.forms[form_code], group)
            wanted = ", ".join(f"CAST({named(c)} AS {k}) AS {named(c)}" for c, k in columns.items())
            living = "" if group or form_code == UNITS else " WHERE case_status <> 'void'"
            self.connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {wanted} FROM ({sql}){living}"
            )
            self._views[name] = sql
        return name

    def unfiltered(self, form_code: str) -> str:
        """SQL of a form with its void cases."""
        self.view(form_code)
        return self._views[view_name(form_code)]

    def _select(self, form_code: str, form: FormFacts, group: str) -> str:
        """Base without what has changed since, and what has changed since."""
        key = KEYS.get(form_code, "case_id")
        parts = [
            part.files[group]
            for province, part in sorted(form.base.items())
            if group in part.files and self.province in ("", province)
        ]
        empty = ", ".join(
            f"CAST(NULL AS {k}) AS {named(c)}" for c, k in form.columns[group].items()
        )
        selects = [f"SELECT {empty} WHERE false"]
        changed = f"SELECT {key} FROM {self.scan([form.delta.files['']])}" if form.delta else ""
        if parts:
            hidden = f" WHERE {key} NOT IN ({changed})" if changed else ""
            selects.append(f"SELECT * FROM {self.scan(parts)}{hidden}")
        if form.delta and group in form.delta.files:
            scan = self.scan([form.delta.files[group]])
            gone = "" if group else f" WHERE NOT {GONE}"
            selects.append(f"SELECT * FROM {scan}{self._of_province(form, key, gone)}")
        return " UNION ALL BY NAME ".join(selects)

    def _of_province(self, form: FormFacts, key: str, where: str) -> str:
        if not self.province or form.delta is None:
            return where
        top = self.scan([form.delta.files[""]])
        place = place_column(key)
        inside = f"SELECT {key} FROM {top} WHERE left({place}, 2) = {quoted(self.province)}"
        return f"{where} {'AND' if where else 'WHERE'} {key} IN ({inside})"

    def scan(self, files: Sequence[str]) -> str:
        """SQL that reads files of the snapshot."""
        paths = [self.store.path(name) for name in files]
        if self.store.is_local:
            listed = ", ".join(quoted(path) for path in paths)
            return f"read_parquet([{listed}], union_by_name = true)"
        name = "scan_" + files[0].rpartition(".parquet")[0].replace(".", "_").replace("-", "_")
        self.connection.register(name, pads.dataset(paths, filesystem=self.store.filesystem))
        return named(name)


def place_column(key: str) -> str:
    """Where the division stands: the register's own facts of a unit, or a case's."""
    return "division_code" if key == KEYS[UNITS] else "case_division"


def view_name(form_code: str, group: str = "") -> str:
    """`G102` and `outlets` → `form_g102__outlets`."""
    if form_code == UNITS:
        return UNITS
    return f"form_{form_name(form_code)}" + (f"__{group}" if group else "")


@contextmanager
def facts_open(
    exercise: CollectionExercise,
    basis: FactBasis = FactBasis.WORKING,
    *,
    as_of: datetime | None = None,
    province: str = "",
    threads: int | None = None,
) -> Iterator[Facts]:
    """The newest snapshot, or the newest that was true at `as_of`; of one province (two digits).

    Raises Missing where there is none: the caller says so rather than showing zeros.
    """
    store = FactStore(exercise, basis)
    manifest = store.manifest(as_of)
    if manifest is None:
        raise Missing(_("还没有可用的分析数据，请先更新分析数据。"))
    connection = duckdb.connect(config={"threads": threads} if threads else {})
    try:
        yield Facts(store, manifest, connection, province)
    finally:
        connection.close()
