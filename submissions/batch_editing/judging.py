"""Running the queries of one form version: findings in a table, cost and failures by rule."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import duckdb

from instruments.evaluation.columnar import Query, queries_of
from instruments.evaluation.engine import Compiled
from instruments.evaluation.findings import FindingKind
from instruments.evaluation.language.duckdb import quoted

FINDINGS = (
    "CREATE OR REPLACE TEMP TABLE findings (case_id BIGINT, unit_id BIGINT, division_code VARCHAR, "
    "form_code VARCHAR, rule_id VARCHAR, row VARCHAR, kind VARCHAR, severity VARCHAR)"
)


@dataclass
class Outcome:
    """What one rule did over these records. With an `error` it has not run."""

    form_code: str
    rule_id: str
    kind: str
    severity: str
    judged: int = 0
    found: int = 0
    milliseconds: float = 0.0
    error: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What results of several versions of a form are summed by."""
        return self.form_code, self.rule_id, self.kind

    def add(self, other: Outcome) -> None:
        """The same rule over other records."""
        self.judged += other.judged
        self.found += other.found
        self.milliseconds += other.milliseconds
        self.error = self.error or other.error


def judge(
    connection: duckdb.DuckDBPyConnection, compiled: Compiled, codelists: frozenset[str]
) -> list[Outcome]:
    """Append every finding to `findings`. A rule that raises is told, the others go on."""
    counted: dict[str, int] = {}
    return [
        _judged(connection, compiled.definition.code, query, counted)
        for query in queries_of(compiled, codelists)
    ]


def _judged(
    connection: duckdb.DuckDBPyConnection, form_code: str, query: Query, counted: dict[str, int]
) -> Outcome:
    outcome = Outcome(form_code, query.rule_id, query.kind.value, query.severity.value)
    began = perf_counter()
    try:
        if query.judged not in counted:
            counted[query.judged] = _number(connection, query.judged)
        outcome.judged = counted[query.judged]
        outcome.found = _number(
            connection,
            "INSERT INTO findings SELECT v.case_id, c.unit_id, c.case_division, "
            f"{quoted(form_code)}, {quoted(query.rule_id)}, v.row, {quoted(query.kind.value)}, "
            f"{quoted(query.severity.value)} FROM ({query.sql}) v "
            "JOIN chosen c ON c.case_id = v.case_id",
        )
    except duckdb.Error as error:
        outcome.error = str(error).partition("\n")[0][:500]
    if query.kind is FindingKind.FAILED_TO_RUN and outcome.found:
        outcome.error = "could not be compiled"
    outcome.milliseconds = (perf_counter() - began) * 1000
    return outcome


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(sql).fetchone()
    return int(found[0]) if found else 0
