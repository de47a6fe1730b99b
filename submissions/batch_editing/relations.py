"""The relations that the columnar rules read, made from the facts of one form version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.scopes import prefix_range
from instruments.evaluation.columnar import Columns, columns_of
from instruments.evaluation.engine import Compiled
from instruments.evaluation.language.duckdb import MACROS, named, quoted
from instruments.evaluation.language.tree import Ref
from submissions.facts.reading import Facts
from submissions.facts.typing import scaled_column

_FAULTY = "list_transform({0}.cells_faulty, lambda y: y.slug)"
# only the few records that have such a cell are looked at
_MALFORMED = f"list_filter({{0}}.cells_unread, lambda x: list_contains({_FAULTY}, x))"


@dataclass
class Relations:
    """Makes `record`, `rows:…`, `faults` and `codes` in the reader's connection."""

    facts: Facts
    codelists: Mapping[str, frozenset[str]]
    prefix: str = ""
    params: Mapping[str, float] = field(default_factory=dict)
    _forms: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """The code lists and the macros of the rules, once."""
        for macro in MACROS:
            self._run(macro)
        self._run("CREATE OR REPLACE TEMP TABLE codes (list VARCHAR, code VARCHAR)")
        for name, codes in self.codelists.items():
            self._run("INSERT INTO codes SELECT ?, unnest(?::VARCHAR[])", [name, sorted(codes)])

    def _run(self, sql: str, parameters: list[object] | None = None) -> None:
        self.facts.connection.execute(sql, parameters or [])

    def make(self, compiled: Compiled, version_id: int) -> None:
        """The relations of every case of this version that somebody has answered."""
        needed, definition = columns_of(compiled), compiled.definition
        self._forms = {
            name: other.code
            for name, other in compiled.others.items()
            if other.code in self.facts.manifest.forms
        }
        self._chosen(definition.code, version_id)
        self._joined(compiled, needed)
        self._bad(compiled, needed)
        self._record(compiled, needed)
        for key in needed.rows:
            self._rows(compiled, needed, key)
        self._faults(compiled)

    def _chosen(self, form_code: str, version_id: int) -> None:
        low, high = prefix_range(self.prefix)
        within = f" AND case_division >= '{low}' AND case_division < '{high}'" if high else ""
        self._run(
            "CREATE OR REPLACE TEMP TABLE chosen AS SELECT case_id, unit_id, case_division, "
            f"case_owed, cells_unread, cells_faulty FROM {self.facts.view(form_code)} "
            f"WHERE case_version = {version_id} AND case_revision > 0{within}"
        )

    def _joined(self, compiled: Compiled, needed: Columns) -> None:
        """The other forms that are read, under the case that reads them: keys and lists only."""
        for form in sorted(_foreign(needed)):
            code = self._forms.get(form)
            table = named(f"of:{form}")
            if code is None:
                self._run(f"CREATE OR REPLACE TEMP TABLE {table} (case_id BIGINT, other_id BIGINT)")
                continue
            self._run(
                f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT c.case_id, o.case_id AS other_id "
                f"FROM chosen c JOIN {self.facts.view(code)} o ON o.unit_id = c.unit_id"
            )

    def _bad(self, compiled: Compiled, needed: Columns) -> None:
        """`bad`: names of values that may not be read, by case; few cases have any."""
        own = compiled.definition.code
        parts = [
            (
                f"SELECT case_id, unnest({_MALFORMED.format('c')}) AS name FROM chosen c "
                "WHERE cells_unread IS NOT NULL AND cells_faulty IS NOT NULL"
            )
        ]
        for key in needed.rows:
            form, group = _of_rows(key)
            code = own if not form else self._forms.get(form, "")
            if code and group in self.facts.columns_or_none(code):
                held = _MALFORMED.format("r")
                parts.append(
                    f"SELECT p.case_id, {quoted(key.removeprefix('rows:') + '.')} || "
                    f"unnest({held}) FROM {self.facts.view(code, group)} r JOIN "
                    f"{self._parent(form)} p ON p.other_id = r.case_id "
                    "WHERE r.cells_unread IS NOT NULL AND r.cells_faulty IS NOT NULL"
                )
        for form in sorted(_foreign(needed)):
            if form in self._forms:
                parts.append(
                    f"SELECT p.case_id, {quoted(form + '.')} || unnest({_MALFORMED.format('o')}) "
                    f"FROM {self.facts.view(self._forms[form])} o JOIN {self._parent(form)} p "
                    "ON p.other_id = o.case_id "
                    "WHERE o.cells_unread IS NOT NULL AND o.cells_faulty IS NOT NULL"
                )
        self._run(
            "CREATE OR REPLACE TEMP TABLE bad AS SELECT case_id, list(name) AS malformed "
            f"FROM ({' UNION ALL '.join(parts)}) GROUP BY case_id"
        )

    def _parent(self, form: str) -> str:
        return named(f"of:{form}") if form else "(SELECT case_id, case_id AS other_id FROM chosen)"

    def _record(self, compiled: Compiled, needed: Columns) -> None:
        columns = [
            f"CAST({self._scalar(compiled, ref)} AS {kind}) AS {named(key)}"
            for key, (ref, kind) in needed.scalars.items()
        ]
        own = self.facts.view(compiled.definition.code)
        joins = f"FROM chosen c JOIN {own} f ON f.case_id = c.case_id LEFT JOIN bad b ON b.case_id = c.case_id"
        if any(ref.source == "register" for ref, _kind in needed.scalars.values()):
            joins += f" LEFT JOIN {self.facts.view('units')} u ON u.unit_id = c.unit_id"
        for form in sorted(_foreign(needed)):
            if form in self._forms:
                joins += (
                    f" LEFT JOIN {self.facts.view(self._forms[form])} {named('o_' + form)} "
                    f"ON {named('o_' + form)}.unit_id = c.unit_id"
                )
        listed = "".join(f", {column}" for column in columns)
        self._run(
            "CREATE OR REPLACE TEMP TABLE record AS SELECT c.case_id, "
            f"b.malformed, c.cells_unread AS unread{listed} {joins}"
        )

    def _scalar(self, compiled: Compiled, ref: Ref) -> str:
        """One column of the record."""
        if ref.source in ("owes", "filled"):
            return self._of_form(compiled, ref)
        if ref.source == "register":
            return f"u.{named(ref.slug)}"
        if ref.source == "param":
            value = self.params.get(ref.slug)
            return "NULL" if value is None else f"CAST('{value!r}' AS DOUBLE)"
        return self._answer(compiled, ref)

    def _of_form(self, compiled: Compiled, ref: Ref) -> str:
        """Whether a form is owed or holds anything; a form that is not there does neither."""
        column = "case_owed" if ref.source == "owes" else "case_filled > 0"
        if ref.form == compiled.definition.form_name:
            return f"coalesce(f.{column}, false)"
        if ref.form not in self._forms:
            return "false"
        return f"coalesce({named('o_' + ref.form)}.{column}, false)"

    def _answer(self, compiled: Compiled, ref: Ref) -> str:
        """A value of the own form or of another."""
        if ref.form and ref.form not in self._forms:
            return "NULL"
        definition = compiled.others[ref.form] if ref.form else compiled.definition
        kinds = self.facts.columns(definition.code)
        if ref.slug not in kinds:
            return "NULL"
        holder = named("o_" + ref.form) if ref.form else "f"
        item = definition.items_by_slug[ref.slug]
        return scaled_column(item, f"{holder}.{named(ref.slug)}", kinds[ref.slug])

    def _rows(self, compiled: Compiled, needed: Columns, key: str) -> None:
        """The rows of a group, under the case that reads them."""
        form, group = _of_rows(key)
        definition = compiled.others[form] if form else compiled.definition
        known = definition.code in self.facts.manifest.forms
        kinds = self.facts.columns_or_none(definition.code).get(group, {}) if known else {}
        if not kinds:
            columns = "".join(f", {named(s)} {k}" for s, k in needed.rows[key].items())
            self._run(
                f"CREATE OR REPLACE TEMP TABLE {named(key)} (case_id BIGINT, row VARCHAR, "
                f"malformed VARCHAR[], unread VARCHAR[]{columns})"
            )
            return
        columns = "".join(
            f", CAST({scaled_column(definition.items_by_slug[slug], 'r.' + named(slug), kinds[slug])}"
            f" AS {kind}) AS {named(slug)}"
            for slug, kind in needed.rows[key].items()
        )
        self._run(
            f"CREATE OR REPLACE TEMP TABLE {named(key)} AS SELECT p.case_id, r.row_id AS row, "
            f"CASE WHEN r.cells_faulty IS NOT NULL THEN {_MALFORMED.format('r')} END AS malformed, "
            f"r.cells_unread AS unread{columns} FROM {self.facts.view(definition.code, group)} r "
            f"JOIN {self._parent(form)} p ON p.other_id = r.case_id"
        )

    def _faults(self, compiled: Compiled) -> None:
        code = compiled.definition.code
        parts = [
            (
                "SELECT case_id, unnest(cells_faulty).slug AS slug, '' AS row FROM chosen "
                "WHERE cells_faulty IS NOT NULL"
            )
        ]
        for group in self.facts.columns_or_none(code):
            if group:
                parts.append(
                    "SELECT r.case_id, unnest(r.cells_faulty).slug, r.row_id "
                    f"FROM {self.facts.view(code, group)} r JOIN chosen c ON c.case_id = r.case_id "
                    "WHERE r.cells_faulty IS NOT NULL"
                )
        self._run(f"CREATE OR REPLACE TEMP TABLE faults AS {' UNION ALL '.join(parts)}")


def _foreign(needed: Columns) -> set[str]:
    """The other forms whose answers, or whose being owed, is read."""
    refs = [ref for ref, _kind in needed.scalars.values()]
    forms = {ref.form for ref in refs if ref.form}
    return forms | {form for form, _group in map(_of_rows, needed.rows) if form}


def _of_rows(key: str) -> tuple[str, str]:
    """`rows:g102.outlets` → form and group."""
    form, _, group = key.removeprefix("rows:").rpartition(".")
    return form, group
