"""Checks that no single form can answer: outliers, slips of the unit of measure, namesakes.

Figures are compared on a logarithmic scale within the four-digit industry and the size of the
unit. The robust z-score is 0.6745 (x - median) / MAD with the limit 3.5 of Iglewicz and Hoaglin
(1993); a value is an outlier where it also lies outside Tukey's outer fences (3 IQR). A slip is an
outlier that a factor of 10 or 1,000 brings back to the middle of its group.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.language.duckdb import named, quoted
from submissions.batch_editing.judging import Outcome
from submissions.facts.reading import Facts

OUTLIER, SLIP, NAMESAKE = "OUTLIER", "SLIP", "NAMESAKE"
KIND = "comparison"
FEWEST = 20  # below, a group says nothing of what is usual
LIMIT, FENCES = 3.5, 3.0
_BASIC = "G101-1"
_FACTORS = (10, 1000)
_NEAR = 1.5  # robust deviations from the median within which a slip has to come back


def compared_items(definition: Definition) -> list[Item]:
    """Amounts outside of repeat groups: decimals with a unit of measure that nobody derives."""
    return [
        item
        for item in definition.group_items("")
        if item.type is ItemType.DECIMAL and item.unit and not item.derived
    ]


def compare(facts: Facts, definitions: dict[str, Definition], prefix: str) -> Iterator[Outcome]:
    """Append what is found below `prefix` to `findings`, an outcome a check and item. What is usual
    is judged by the whole nation.
    """
    for code, definition in definitions.items():
        _amounts(facts, definition)
        for item in compared_items(definition):
            if item.slug in facts.columns(code):
                yield from _item_compared(facts, code, item, prefix)
    yield _namesakes(facts, prefix)


def _amounts(facts: Facts, definition: Definition) -> None:
    size = "NULL"
    joined = ""
    if _BASIC in facts.manifest.forms and "size" in facts.columns(_BASIC):
        size = "b.size"
        joined = f" LEFT JOIN {facts.view(_BASIC)} b ON b.unit_id = f.unit_id"
    facts.connection.execute(
        "CREATE OR REPLACE TEMP TABLE amounts AS SELECT f.*, "
        f"coalesce(u.industry_1, u.kind) || '/' || coalesce({size}, '') AS peers "
        f"FROM {facts.view(definition.code)} f JOIN {facts.view('units')} u "
        f"ON u.unit_id = f.unit_id{joined} WHERE f.case_revision > 0"
    )


def _item_compared(facts: Facts, code: str, item: Item, prefix: str) -> Iterator[Outcome]:
    began = perf_counter()
    value = named(item.slug)
    facts.connection.execute(
        "CREATE OR REPLACE TEMP TABLE scored AS WITH v AS ("
        f"SELECT case_id, unit_id, case_division AS division_code, peers, log10(CAST({value} AS DOUBLE)) AS l "
        f"FROM amounts WHERE {value} > 0), g AS ("
        "SELECT peers, median(l) AS m, greatest(mad(l), 0.01) / 0.6745 AS spread, "
        "quantile_cont(l, 0.25) AS q1, quantile_cont(l, 0.75) AS q3 FROM v GROUP BY peers "
        f"HAVING count(*) >= {FEWEST}) "
        "SELECT v.*, (l - m) AS off, spread, "
        f"abs(l - m) > {LIMIT} * spread AND (l < q1 - {FENCES} * (q3 - q1) "
        f"OR l > q3 + {FENCES} * (q3 - q1)) AS is_far FROM v JOIN g USING (peers)"
    )
    judged = facts.connection.execute("SELECT count(*) FROM scored").fetchone()
    back = " OR ".join(
        f"abs(abs(off) - log10({factor})) <= {_NEAR} * spread" for factor in _FACTORS
    )
    for check, where in ((SLIP, f"is_far AND ({back})"), (OUTLIER, f"is_far AND NOT ({back})")):
        outcome = Outcome(code, f"{check}-{item.slug}", KIND, "soft")
        outcome.judged = int(judged[0]) if judged else 0
        outcome.found = _insert(facts, outcome, f"SELECT * FROM scored WHERE {where}", prefix)
        outcome.milliseconds = (perf_counter() - began) * 1000
        began = perf_counter()
        yield outcome


def _namesakes(facts: Facts, prefix: str) -> Outcome:
    """Two units of one county under one name: the same source listed twice, or two that are not
    told apart. Said at each of them, at its first form.
    """
    began = perf_counter()
    outcome = Outcome("", NAMESAKE, KIND, "soft")
    units = facts.view("units")
    cases = " UNION ALL ".join(
        f"SELECT case_id, unit_id FROM {facts.view(code)}" for code in facts.form_codes
    )
    total = facts.connection.execute(f"SELECT count(*) FROM {units}").fetchone()
    outcome.judged = int(total[0]) if total else 0
    outcome.found = _insert(
        facts,
        outcome,
        "SELECT min(k.case_id) AS case_id, u.unit_id, any_value(u.division_code) AS division_code "
        f"FROM {units} u JOIN ({cases}) k USING (unit_id) WHERE u.kind <> 'area' AND "
        f"(left(u.division_code, 6), u.name) IN (SELECT (left(division_code, 6), name) FROM {units} "
        "WHERE kind <> 'area' GROUP BY left(division_code, 6), name HAVING count(*) > 1) "
        "GROUP BY u.unit_id",
        prefix,
    )
    outcome.milliseconds = (perf_counter() - began) * 1000
    return outcome


def _insert(facts: Facts, outcome: Outcome, source: str, prefix: str) -> int:
    found = facts.connection.execute(
        "INSERT INTO findings SELECT case_id, unit_id, division_code, "
        f"{quoted(outcome.form_code)}, {quoted(outcome.rule_id)}, '', {quoted(KIND)}, 'soft' "
        f"FROM ({source}) WHERE starts_with(division_code, {quoted(prefix)})"
    ).fetchone()
    return int(found[0]) if found else 0
