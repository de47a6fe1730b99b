"""The columnar engine finds what the record engine finds, finding by finding.

`CENSUS_RECORDS` asks for more records a form than the sample of every run.
"""

import os

import duckdb
import pytest

from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.columnar import columns_of
from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import compile_definition
from instruments.evaluation.language.compiling import compile_condition
from instruments.evaluation.language.duckdb import MACROS, duckdb_expression
from instruments.evaluation.language.names import Names
from instruments.evaluation.language.python import is_cas_number
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.chance import HAND_MADE, fresh
from tests.unit.instruments.evaluation.columns import columnar_differences
from tests.unit.instruments.evaluation.test_same_in_browser import random_rules

CODES = {"CODES": list(forms.CODES), "FAR": ["1"]}
RECORDS = int(os.environ.get("CENSUS_RECORDS", "15"))
OFFICIAL = {
    definition.form_name: definition
    for definition in (Definition.from_dict(yaml_read(path)) for path in definition_paths())
}
LISTS = {values.name: sorted(values.codes) for values in codelist_files()}


@pytest.mark.parametrize("name", OFFICIAL)
def test_every_official_form_has_the_same_findings(name):
    compiled = compile_definition(OFFICIAL[name], OFFICIAL)
    used = {item.codelist for item in compiled.definition.items if item.codelist}
    codes = {known: LISTS[known] for known in sorted(used)}
    assert columnar_differences(compiled, codes, RECORDS, fresh()) == []


def test_hand_made_rules_have_the_same_findings():
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    assert columnar_differences(forms.compiled_with(*rules), CODES, 250, fresh()) == []


def test_random_rules_have_the_same_findings():
    compiled = forms.compiled_with(*random_rules(fresh(), 40))
    assert columnar_differences(compiled, CODES, 250, fresh()) == []


def test_a_list_that_is_missing_fails_to_run_in_both():
    assert columnar_differences(forms.compiled_with(), {}, 100, fresh()) == []


def test_rules_that_cannot_be_compiled_fail_in_both():
    rules = [forms.rule(1, "flow > nowhere"), forms.rule(2, "fuel > ", each="boilers")]
    alpha = forms.form("A1", forms.ALPHA_ITEMS, forms.ALPHA_GROUPS, rules)
    alpha["sections"][0]["items"] = [
        *forms.ALPHA_ITEMS,
        forms.item("broken", "text", applies="gone > 1"),
        forms.item("bent", "text", required="gone > 1"),
    ]
    others = {"b1": forms.definitions()["b1"]}
    compiled = compile_definition(Definition.from_dict(alpha), others, strict=False)
    assert columnar_differences(compiled, CODES, 100, fresh()) == []


@pytest.mark.parametrize(
    "text", ["7664-41-7", "7664-41-8", "-", "0", "7", "50-00-0", "50-00-0-", "٣", "", "a-1"]
)
def test_cas_numbers_are_checked_alike(text):
    connection = duckdb.connect()
    for macro in MACROS:
        connection.execute(macro)
    assert connection.execute("SELECT rule_cas(?)", [text]).fetchone() == (is_cas_number(text),)


@pytest.mark.parametrize("sign", ["<", "<=", "=", ">=", ">", "<>"])
@pytest.mark.parametrize("flip", [False, True])
def test_numbers_too_wide_for_one_scale_are_compared_in_parts(sign, flip):
    """Thirty whole digits beside twenty decimal places: no engine but Python holds both at once."""
    wide = forms.item("wide", "decimal", digits=30, scale=0)
    fine = forms.item("fine", "decimal", digits=22, scale=20)
    definition = Definition.from_dict(forms.form("W1", [wide, fine]))
    left, right = ("fine", "wide") if flip else ("wide", "fine")
    expression = compile_condition(f"{left} {sign} {right}", Names(definition, {}))
    sql = duckdb_expression(expression.tree)
    unit = 10**20
    pairs = [(1, unit), (1, unit + 1), (1, unit - 1), (0, -1), (-1, -unit), (-1, -unit - 1)]
    pairs += [(10**29, 99 * unit), (None, 1), (1, None)]
    for whole, part in pairs:
        record = {"wide": whole, "fine": part}
        told = duckdb.execute(
            f'SELECT {sql} FROM (SELECT CAST($1 AS HUGEINT) AS "wide", '
            'CAST($2 AS HUGEINT) AS "fine") f',
            [None if value is None else str(value) for value in record.values()],
        ).fetchone()
        assert told == (expression.judge(record, None),), record


def test_columns_are_typed_as_the_items_are():
    needed = columns_of(forms.compiled_with(forms.rule(1, "flow > sum(b1.kilns.output)")))
    assert needed.scalars["flow"][1] == "BIGINT"
    assert needed.scalars["name"][1] == "VARCHAR"
    assert set(needed.rows["rows:b1.kilns"].values()) == {"BIGINT"}
