"""The browser's engine and the server's give the same findings for every record."""

from pathlib import Path

import pytest
import yaml

from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import Context, RuleError, compile_definition, evaluate
from instruments.evaluation.javascript import module_source
from instruments.evaluation.language.compiling import read_condition
from instruments.evaluation.language.names import Names
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import HAND_MADE, RecordMaker, RuleMaker, fresh

ROOT = Path(__file__).resolve().parents[4] / "instruments"
FILES = sorted((ROOT / "definitions" / "nps2").glob("*.yaml"))
BATCH = 500
CODES = {"CODES": list(forms.CODES)}


def as_context(plain, codes, unavailable):
    owed = frozenset(plain["owed"])
    return Context(
        plain["forms"], owed, plain["register"], codes, plain["params"], frozenset(unavailable)
    )


def differences(compiled, codes, unavailable, count, chance):
    """Evaluate `count` random records in both engines; the first that differ, at most three."""
    maker = RecordMaker(chance, codes)
    others = {name: compiled.others[name] for name in compiled.reads_forms}
    browser, found, findings = Browser(module_source(compiled)), [], 0
    sets = {name: frozenset(values) for name, values in codes.items()}
    common = {"codelists": codes, "codelists_unavailable": list(unavailable)}
    for _ in range(0, count, BATCH):
        records = [
            (maker.answers(compiled.definition), maker.context(others)) for _ in range(BATCH)
        ]
        given = [[plain, {**context, **common}, None, None] for plain, context in records]
        for (plain, context), theirs in zip(records, browser.evaluate(given), strict=True):
            ours = [
                finding.as_dict()
                for finding in evaluate(compiled, plain, as_context(context, sets, unavailable))
            ]
            findings += len(ours)
            if ours != theirs:
                only = [f for f in ours if f not in theirs], [f for f in theirs if f not in ours]
                found.append((only, plain, context))
    assert findings > count, "the records are too tame"
    return found[:3]


def random_rules(chance, count):
    maker = RuleMaker(chance)
    known = forms.definitions()
    names = Names(known["a1"], {"b1": known["b1"]})
    texts = []
    while len(texts) < count:
        text = maker.condition(3)
        try:
            read_condition(text, names)
        except RuleError:
            continue
        texts.append(text)
    return [forms.rule(f"X{number}", text) for number, text in enumerate(texts)]


def test_hand_made_rules_agree():
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    compiled = forms.compiled_with(*rules)
    assert differences(compiled, CODES, ["FAR"], 3000, fresh()) == []


def test_random_rules_agree():
    compiled = forms.compiled_with(*random_rules(fresh(), 60))
    assert differences(compiled, CODES, ["FAR"], 3000, fresh()) == []


def test_a_form_without_any_code_list_fails_to_run_in_both():
    assert differences(forms.compiled_with(), {}, [], 1000, fresh()) == []


def test_rules_that_cannot_be_compiled_fail_in_both():
    rules = [forms.rule(1, "flow > nowhere"), forms.rule(2, "fuel > ", each="boilers")]
    alpha = forms.form("A1", forms.ALPHA_ITEMS, forms.ALPHA_GROUPS, rules)
    alpha["sections"][0]["items"] = [
        *forms.ALPHA_ITEMS,
        forms.item("broken", "text", applies="gone > 1"),
    ]
    beta = forms.definitions()["b1"]
    compiled = compile_definition(Definition.from_dict(alpha), {"b1": beta}, strict=False)
    assert len(compiled.faults) == 3
    assert differences(compiled, CODES, ["FAR"], 1000, fresh()) == []


def _official():
    known = {}
    for file in FILES:
        definition = Definition.from_dict(yaml.safe_load(file.read_text(encoding="utf-8")))
        known[definition.form_name] = definition
    return known


OFFICIAL = _official()


@pytest.fixture(scope="module")
def official_lists():
    lists = {}
    for file in (ROOT / "codelists").glob("*.yaml"):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        lists[data["name"]] = [str(entry["code"]) for entry in data["entries"]]
    return lists


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_forms_agree(name, official_lists):
    compiled = compile_definition(OFFICIAL[name], OFFICIAL)
    used = {item.codelist for item in compiled.definition.items if item.codelist}
    codes = {list_name: official_lists[list_name] for list_name in used & official_lists.keys()}
    missing = used - official_lists.keys()
    assert differences(compiled, codes, missing, 500, fresh()) == []
