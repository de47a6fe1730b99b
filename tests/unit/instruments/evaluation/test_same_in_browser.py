"""The browser's engine and the server's give the same findings for every record."""

from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import RuleError, compile_definition
from instruments.evaluation.language.compiling import read_condition
from instruments.evaluation.language.names import Names
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.both_engines import differences
from tests.unit.instruments.evaluation.chance import HAND_MADE, RuleMaker, fresh

CODES = {"CODES": list(forms.CODES)}


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
