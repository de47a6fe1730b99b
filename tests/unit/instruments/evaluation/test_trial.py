"""One rule on one record: the same outcome on the server and in the browser, and what was read."""

from instruments.evaluation.javascript import module_source
from instruments.evaluation.trial import outcomes_of, rule_check_of, rule_trial
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.both_engines import as_context
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import HAND_MADE, RecordMaker, fresh

CODES = {"CODES": list(forms.CODES)}


def test_outcomes_agree_for_random_records():
    chance = fresh()
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    compiled = forms.compiled_with(*rules)
    maker, browser = RecordMaker(chance, CODES), Browser(module_source(compiled))
    asked, expected = [], []
    for _ in range(100):
        plain = maker.answers(compiled.definition)
        context = maker.context({"b1": compiled.others["b1"]})
        given = as_context(context, {}, [])
        check = chance.choice(compiled.rule_checks)
        asked.append([check.rule.id, plain, context])
        outcomes = outcomes_of(compiled, check, plain, given)
        expected.append([one.as_dict() for one in outcomes])
    assert browser.outcomes(asked) == expected


def test_a_trial_shows_the_texts_as_typed_under_every_name():
    rule = forms.rule(
        1,
        "flow <= sum(boilers.fuel) and rows(outlets) >= 0 and b1.hours > 1 "
        "and register.name <> '' and owes(b1) and filled(b1) and param('p99') > 0",
    )
    compiled = forms.compiled_with(rule)
    plain = forms.answers({"flow": "1,5x"}, boilers=[{"fuel": "2"}, {}])
    context = forms.context(
        forms={"b1": {"values": {"hours": "12"}, "rows": {}}},
        owed=frozenset({"b1"}),
        register={"name": "甲厂"},
        params={"p99": 1.5},
    )
    check = rule_check_of(compiled, "A1-R1")
    trial = rule_trial(compiled, check, plain, context)
    assert {read.ref.key: read.texts for read in trial.values} == {
        "flow": (("", "1,5x"),),
        "boilers.fuel": (("r0", "2"), ("r1", "")),
        "rows:boilers": (("", "2"),),
        "rows:outlets": (("", "0"),),
        "b1.hours": (("", "12"),),
        "register:name": (("", "甲厂"),),
        "owes:b1": (("", "1"),),
        "filled:b1": (("", "1"),),
        "param:p99": (("", "1.5"),),
    }
    assert [one.outcome for one in trial.outcomes] == [None], "a malformed cell says nothing"


def test_a_rule_that_cannot_run_is_told_apart():
    from instruments.evaluation.definition import Definition
    from instruments.evaluation.engine import compile_definition

    form = Definition.from_dict(
        forms.form("A1", [forms.item("flow", "decimal")], rules=[forms.rule(1, "flow > nowhere")])
    )
    compiled = compile_definition(form, {}, strict=False)
    check = rule_check_of(compiled, "A1-R1")
    (one,) = outcomes_of(compiled, check, forms.answers(), forms.context())
    assert one.as_dict() == {"row": "", "outcome": None, "is_failed": True}
    assert rule_check_of(compiled, "A1-R2") is None
