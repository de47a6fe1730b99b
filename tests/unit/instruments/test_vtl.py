"""The published VTL text finds what our engine finds, in an engine that is not ours."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from instruments.definition_files import definition_paths, yaml_read
from instruments.evaluation.definition import Definition, ItemType
from instruments.evaluation.engine import Context, compile_definition, evaluate
from instruments.evaluation.values import reader_for
from instruments.exchange.vtl import vtl_script
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.chance import HAND_MADE, RecordMaker, fresh

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it sets an option that pandas is about to take away
    import vtlengine

RECORDS = 25
TYPES = {"number": "Number", "integer": "Integer", "string": "String", "boolean": "Boolean"}
DTYPES = {"number": "Float64", "integer": "Int64", "string": "string", "boolean": "boolean"}


def _official():
    known = [Definition.from_dict(yaml_read(path)) for path in definition_paths()]
    return {definition.form_name: definition for definition in known}


OFFICIAL = _official()


class TameMaker(RecordMaker):
    """Small numbers that a double holds, and no text with a line break or odd letters."""

    def raw(self, item) -> str:
        if item.type in {ItemType.DECIMAL, ItemType.INTEGER}:
            number = self.chance.choice((0, 1, 2, 5, 10, 100, 365, 4800, 8760, 9000, 20000))
            return f"{number + self.chance.choice((0, 0, 25)) / 100:.{item.scale}f}"
        if item.type is ItemType.TEXT:
            return self.chance.choice(("甲厂", "测试市乙", "A", "it's", 'a"b'))
        return super().raw(item)


def value_of(column, values, row):
    """A value as a VTL data set has it."""
    ref = column.ref
    value = row[ref.slug] if not (ref.form or ref.source) and ref.slug in row else None
    if value is None:
        value = values.get(ref.key)
    if value is None:
        return None
    if column.type in {"number", "integer"} and isinstance(value, int):
        return value / 10**column.kind.scale if column.kind.scale else value
    if isinstance(value, str) and column.kind.kind.name == "CHOICES":
        return value.strip(",")
    return value


def frames(script, compiled, records):
    """One data set for each ruleset."""
    made = {}
    for ruleset in script.rulesets:
        lines = []
        for number, (answers, context) in enumerate(records):
            record = compiled.load(answers, context)
            rows = record.rows.get(ruleset.group, []) if ruleset.group else [record.top]
            for row in rows:
                line = {"case_id": str(number), "row_id": row.id}
                for column in ruleset.columns.values():
                    line[column.name] = value_of(column, record.values, row.values)
                lines.append(line)
        frame = pd.DataFrame(
            lines, columns=["case_id", "row_id", *(c.name for c in ruleset.columns.values())]
        )
        for column in ruleset.columns.values():
            frame[column.name] = frame[column.name].astype(DTYPES[column.type])
        made[ruleset.dataset] = frame if ruleset.group else frame.drop(columns="row_id")
    return made


def structures(script):
    found = []
    for ruleset in script.rulesets:
        names = ["case_id", "row_id"] if ruleset.group else ["case_id"]
        components = [
            {"name": name, "type": "String", "role": "Identifier", "nullable": False}
            for name in names
        ]
        components += [
            {"name": c.name, "type": TYPES[c.type], "role": "Measure", "nullable": True}
            for c in ruleset.columns.values()
        ]
        found.append({"name": ruleset.dataset, "DataStructure": components})
    return {"datasets": found}


def vtl_violations(script, compiled, records):
    """(record, rule, row) of every violation that VTL finds."""
    if not script.rulesets:
        return set()
    results = vtlengine.run(
        script=script.text,
        data_structures=structures(script),
        datapoints=frames(script, compiled, records),
        use_duckdb=True,
    )
    found = set()
    for ruleset in script.rulesets:
        data = results[ruleset.result].data
        rows = data["row_id"] if ruleset.group else [""] * len(data)
        found |= set(zip(data["case_id"].astype(int), data["errorcode"], rows, strict=True))
    return found


def our_violations(script, compiled, records):
    said = {rule.id for ruleset in script.rulesets for rule, _text in ruleset.rules}
    return {
        (number, finding.rule_id, finding.row)
        for number, (answers, context) in enumerate(records)
        for finding in evaluate(compiled, answers, context)
        if finding.kind == "rule" and finding.rule_id in said
    }


def readable(definition, answers):
    """Without the cells that cannot be read: in VTL these are null, and here they say nothing."""
    values = {
        path: raw
        for path, raw in answers["values"].items()
        if (item := definition.item_at(path)) and reader_for(item)(raw).value is not None
    }
    return {"values": values, "rows": answers["rows"]}


def records_for(compiled, codes, count):
    maker = TameMaker(fresh(), codes)
    others = {name: compiled.others[name] for name in compiled.reads_forms}
    found = []
    for _ in range(count):
        plain = maker.context(others)
        context = Context(
            {name: readable(others[name], answers) for name, answers in plain["forms"].items()},
            frozenset(plain["owed"]),
            plain["register"],
            {},
            plain["params"],
        )
        found.append((readable(compiled.definition, maker.answers(compiled.definition)), context))
    return found


@pytest.mark.parametrize("name", OFFICIAL)
def test_every_form_is_published_and_found_the_same(name):
    compiled = compile_definition(OFFICIAL[name], OFFICIAL)
    script = vtl_script(compiled)
    said = [rule.id for ruleset in script.rulesets for rule, _text in ruleset.rules]
    unsaid = [rule.id for rule, _reason in script.unable]
    assert sorted(said + unsaid) == sorted(rule.id for rule in compiled.definition.rules)
    assert all(rule_id in script.text for rule_id in unsaid)
    records = records_for(compiled, {}, RECORDS)
    ours = our_violations(script, compiled, records)
    assert ours or not said, "the records are too tame"
    assert vtl_violations(script, compiled, records) == ours


def test_every_shape_of_the_rule_language_that_vtl_has():
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    compiled = forms.compiled_with(*rules)
    script = vtl_script(compiled)
    assert {reason for _rule, reason in script.unable} == {"reads every row of a repeat group"}
    records = records_for(compiled, {"CODES": list(forms.CODES)}, 150)
    assert vtl_violations(script, compiled, records) == our_violations(script, compiled, records)


def test_a_rule_that_could_not_be_compiled_is_listed():
    form = Definition.from_dict(
        forms.form("A1", [forms.item("flow", "decimal")], rules=[forms.rule(1, "flow > nowhere")])
    )
    script = vtl_script(compile_definition(form, {}, strict=False))
    assert [(rule.id, reason) for rule, reason in script.unable] == [
        ("A1-R1", "could not be compiled")
    ]
    assert script.rulesets == ()
    assert "A1-R1: could not be compiled. flow > nowhere" in script.text


def test_a_name_that_vtl_keeps_for_itself_is_quoted():
    items = [forms.item("rank", "decimal", scale=1), forms.item("name", "text")]
    rules = [forms.rule(1, "rank > 0.5"), forms.rule(2, "name <> 'a\"b'")]
    form = Definition.from_dict(forms.form("A1", items, rules=rules))
    compiled = compile_definition(form, {})
    script = vtl_script(compiled)
    assert [reason for _rule, reason in script.unable] == [
        "VTL has no quotation mark inside a text"
    ]
    records = [({"values": {"rank": rank}, "rows": {}}, Context()) for rank in ("0.1", "0.6")]
    assert vtl_violations(script, compiled, records) == {(0, "A1-R1", "")}
