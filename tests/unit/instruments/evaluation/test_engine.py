"""Findings: which, where, in which order; and after a change only those that it concerns."""

import pytest

from instruments.evaluation.definition import Definition, Severity, split_path
from instruments.evaluation.engine import (
    CompileFault,
    Context,
    DefinitionError,
    FindingKind,
    RuleError,
    compile_definition,
    evaluate,
)
from instruments.evaluation.javascript import module_source
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import HAND_MADE, RecordMaker, changes_made, fresh

CODES = {"CODES": list(forms.CODES)}


def compiled_of(items, groups=(), rules=(), **more):
    return compile_definition(
        Definition.from_dict(forms.form("A1", items, groups, rules)), {}, **more
    )


def found(compiled, plain, given=None):
    return evaluate(compiled, plain, given or forms.context())


def only(compiled, plain, given=None):
    (finding,) = found(compiled, plain, given)
    return finding


def test_a_malformed_value_is_one_hard_finding():
    compiled = compiled_of([forms.item("flow", "decimal", required="always")])
    finding = only(compiled, forms.answers({"flow": "x"}))
    assert (finding.rule_id, finding.kind) == ("A1-flow-type", FindingKind.TYPE)
    assert (finding.severity, finding.cells, finding.row) == (Severity.HARD, ("flow",), "")
    assert finding.key == ("A1-flow-type", "")


def test_a_blank_required_item():
    compiled = compiled_of([forms.item("flow", "decimal", required="always")])
    finding = only(compiled, forms.answers({"flow": " "}))
    assert (finding.rule_id, finding.kind) == ("A1-flow-required", FindingKind.REQUIRED)
    assert "没有的填 0" in finding.message["zh"]
    assert found(compiled, forms.answers({"flow": "0"})) == []


def test_required_by_a_condition():
    items = [forms.item("flag", "yes_no"), forms.item("why", "text", required="flag = '1'")]
    compiled = compiled_of(items)
    assert only(compiled, forms.answers({"flag": "1"})).rule_id == "A1-why-required"
    assert found(compiled, forms.answers({"flag": "2"})) == []
    assert found(compiled, forms.answers()) == []


def test_what_does_not_apply_is_neither_required_nor_allowed():
    items = [
        forms.item("flag", "yes_no"),
        forms.item("why", "text", applies="flag = '1'", required="always"),
    ]
    compiled = compiled_of(items)
    assert found(compiled, forms.answers({"flag": "2"})) == []
    finding = only(compiled, forms.answers({"flag": "2", "why": "x"}))
    assert (finding.rule_id, finding.kind) == ("A1-why-applies", FindingKind.NOT_APPLICABLE)
    assert only(compiled, forms.answers({"flag": "1"})).kind is FindingKind.REQUIRED
    assert found(compiled, forms.answers({"why": "x"})) == []


def test_states_of_items():
    items = [
        forms.item("flag", "yes_no", required="always"),
        forms.item("why", "text", applies="flag = '1'", required="always"),
    ]
    compiled = compiled_of(items, {"boilers": [forms.item("fuel", "decimal", required="always")]})
    plain = forms.answers({"flag": "2"}, boilers=[{}])
    states = compiled.item_states(plain, forms.context())
    assert states["why"].applies is False
    assert states["why"].required is False
    assert compiled.required_cells(plain, forms.context()) == ("flag", "boilers/r0/fuel")


def test_a_code_outside_of_its_list():
    compiled = compiled_of([forms.item("kind", "choice", codelist="CODES")])
    finding = only(compiled, forms.answers({"kind": "9"}))
    assert (finding.rule_id, finding.kind) == ("A1-kind-list", FindingKind.LIST)
    assert found(compiled, forms.answers({"kind": "E"})) == []


def test_a_list_that_is_missing_counts_as_failed():
    compiled = compiled_of([forms.item("kind", "choice", codelist="CODES")])
    finding = only(compiled, forms.answers({"kind": "E"}), Context())
    assert (finding.kind, finding.rule_id) == (FindingKind.FAILED_TO_RUN, "A1-kind-list")
    unavailable = Context(codelists_unavailable=frozenset({"CODES"}))
    assert found(compiled, forms.answers({"kind": "9"}), unavailable) == []


def test_rows_below_and_above_the_bounds_of_a_group():
    data = forms.form("A1", [], {"boilers": [forms.item("fuel", "decimal")]})
    data["groups"][0] |= {"min": 1, "max": 2}
    compiled = compile_definition(Definition.from_dict(data), {})
    assert only(compiled, forms.answers()).kind is FindingKind.REQUIRED
    assert only(compiled, forms.answers(boilers=[{}] * 3)).rule_id == "A1-boilers-rows"
    assert found(compiled, forms.answers(boilers=[{}] * 2)) == []


def test_a_violated_rule_names_its_cells():
    rule = forms.rule(1, "flow <= ratio", severity="soft")
    compiled = forms.compiled_with(rule)
    finding = next(
        f
        for f in found(compiled, forms.answers({"flow": "2", "ratio": "1"}))
        if f.kind is FindingKind.RULE
    )
    assert (finding.severity, finding.cells) == (Severity.SOFT, ("flow", "ratio"))
    assert finding.as_dict()["message"] == forms.both("rule 1")


def test_a_rule_over_rows_is_judged_row_by_row():
    groups = {"boilers": [forms.item("fuel", "decimal"), forms.item("hours", "integer")]}
    rule = forms.rule(1, "fuel <= total", each="boilers", when="hours > 0")
    compiled = compiled_of([forms.item("total", "decimal")], groups, [rule])
    rows = [{"fuel": "9", "hours": "1"}, {"fuel": "9", "hours": "0"}, {"fuel": "x", "hours": "1"}]
    kinds = [
        (f.kind, f.row, f.cells)
        for f in found(compiled, forms.answers({"total": "5"}, boilers=rows))
    ]
    assert kinds == [
        (FindingKind.TYPE, "r2", ("boilers/r2/fuel",)),
        (FindingKind.RULE, "r0", ("boilers/r0/fuel", "total", "boilers/r0/hours")),
    ]


def test_cells_of_whole_groups_and_named_items():
    groups = {"boilers": [forms.item("fuel", "decimal")]}
    rules = [
        forms.rule(1, "sum(boilers.fuel) <= total"),
        forms.rule(2, "total > 9", items=["fuel"]),
    ]
    compiled = compiled_of([forms.item("total", "decimal")], groups, rules)
    plain = forms.answers({"total": "1"}, boilers=[{"fuel": "1"}, {"fuel": "1"}])
    first, second = found(compiled, plain)
    assert first.cells == ("boilers/r0/fuel", "boilers/r1/fuel", "total")
    assert second.cells == ("boilers/r0/fuel", "boilers/r1/fuel")


def test_a_rule_that_raises_counts_as_failed(monkeypatch):
    compiled = forms.compiled_with(forms.rule(1, "flow > 1"))
    expression = compiled.rule_checks[0].condition.expression

    def raises(_values, _row):
        raise OverflowError

    monkeypatch.setitem(expression.__dict__, "judge", raises)
    finding = next(f for f in found(compiled, forms.answers()) if f.rule_id == "A1-R1")
    assert (finding.kind, finding.severity) == (FindingKind.FAILED_TO_RUN, Severity.HARD)
    assert "A1-R1" in finding.message["zh"]


def test_what_cannot_be_compiled_is_named_and_refused():
    items = [
        forms.item("flow", "decimal", required="flwo > 1"),
        forms.item("why", "text", applies="blank("),
    ]
    rules = [forms.rule(1, "flow > gone", when="flow"), forms.rule(2, "flow > 1", items=["gone"])]
    with pytest.raises(DefinitionError, match="flow required") as caught:
        compiled_of(items, (), rules)
    places = [(fault.where, fault.part) for fault in caught.value.faults]
    expected = [("flow", "required"), ("why", "applies"), ("A1-R1", "assert"), ("A1-R1", "when")]
    assert places == [*expected, ("A1-R2", "items")]


def test_a_published_rule_that_no_longer_compiles_fails_in_every_record():
    rules = [forms.rule(1, "flow > gone"), forms.rule(2, "flow > 1")]
    items = [forms.item("flow", "decimal", required="gone > 1", applies="gone > 1")]
    compiled = compiled_of(items, (), rules, strict=False)
    assert isinstance(compiled.faults[0], CompileFault)
    kinds = {f.rule_id: f.kind for f in found(compiled, forms.answers({"flow": "2"}))}
    assert kinds == {
        "A1-flow-applies": FindingKind.FAILED_TO_RUN,
        "A1-R1": FindingKind.FAILED_TO_RUN,
    }
    assert compiled.item_states(forms.answers(), forms.context()) == {}


def test_an_item_that_cannot_be_read_is_never_accepted():
    with pytest.raises(RuleError):
        compiled_of([forms.item("area", "code", pattern="(")], strict=False)


def test_what_a_form_reads_beyond_itself():
    compiled = forms.compiled_with(forms.rule(1, "owes(b1)"))
    assert (compiled.reads_forms, compiled.reads_owed) == ({"b1"}, True)
    assert compiled_of([forms.item("flow", "decimal")]).reads_forms == frozenset()


def test_only_what_reads_a_changed_cell_is_touched():
    compiled = forms.compiled_with(
        forms.rule(1, "flow > 1"),
        forms.rule(2, "sum(boilers.fuel) > 1"),
        forms.rule(3, "rows(outlets) > 1"),
    )

    def touched(*changed):
        numbers = compiled.touched(changed)
        return [compiled.checks[number].rule_ids[0] for number in numbers]

    assert touched("ratio") == ["A1-ratio-type"]
    assert touched("flow") == ["A1-note-type", "A1-flow-type", "A1-R1"]
    assert "A1-R2" in touched("boilers/r0/fuel")
    assert "A1-R2" in touched("boilers/r0")
    assert touched("boilers/r0/started") == ["A1-started-type"]
    assert "A1-R3" in touched("outlets")
    assert touched("no_such_item") == []


def test_incremental_evaluation_equals_a_full_one_in_both_engines():
    chance = fresh()
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    compiled = forms.compiled_with(*rules)
    maker, browser = RecordMaker(chance, CODES), Browser(module_source(compiled))
    records, expected = [], []
    for _ in range(400):
        plain = maker.answers(compiled.definition)
        context = maker.context({"b1": compiled.others["b1"]})
        given = Context(
            context["forms"],
            frozenset(context["owed"]),
            context["register"],
            {"CODES": frozenset(forms.CODES)},
            context["params"],
            frozenset({"FAR"}),
        )
        before = evaluate(compiled, plain, given)
        touched = changes_made(chance, compiled.definition, plain, CODES)
        after = evaluate(compiled, plain, given, touched, before)
        assert after == evaluate(compiled, plain, given), touched
        part = evaluate(compiled, plain, given, touched)
        assert [finding for finding in after if finding in part] == part
        common = {**context, "codelists": CODES, "codelists_unavailable": ["FAR"]}
        records.append([plain, common, touched, [finding.as_dict() for finding in before]])
        expected.append([finding.as_dict() for finding in after])
    assert browser.evaluate(records) == expected


def test_the_browser_knows_which_cells_apply():
    chance = fresh()
    compiled = forms.compiled_with()
    maker, browser = RecordMaker(chance, CODES), Browser(module_source(compiled))
    records = [
        (maker.answers(compiled.definition), maker.context(compiled.others)) for _ in range(100)
    ]
    for (plain, context), theirs in zip(records, browser.states(records), strict=True):
        ours = compiled.item_states(plain, Context(forms=context["forms"]))
        assert theirs == {
            path: {"applies": state.applies, "required": state.required}
            for path, state in ours.items()
        }


def test_the_comparison_notices_a_difference():
    compiled = forms.compiled_with(forms.rule(1, "flow <= 1"))
    source = module_source(compiled)
    assert "<=" in source
    plain = forms.answers({"flow": "1"})
    context = {"codelists": CODES, "codelists_unavailable": ["FAR"]}
    record = [[plain, context, None, None]]
    sound, spoiled = (
        Browser(text).evaluate(record)[0] for text in (source, source.replace("<=", "<"))
    )
    assert sound == [finding.as_dict() for finding in found(compiled, plain)]
    assert sound != spoiled


def test_a_module_is_ascii_and_makes_no_code_from_text():
    source = module_source(forms.compiled_with(forms.rule(1, "name <> '</script>é'")))
    assert source.isascii()
    assert "</script>" not in source
    assert "eval(" not in source
    assert "new Function" not in source


def test_paths():
    assert split_path("flow") == ("", "", "flow")
    assert split_path("boilers/r1/fuel") == ("boilers", "r1", "fuel")
    definition = forms.definitions()["a1"]
    assert definition.item_at("boilers/r1/fuel").slug == "fuel"
    assert definition.item_at("boilers/r1/flow") is None
    assert definition.item_at("fuel") is None
    assert definition.item_at("nothing") is None
    assert [section.id for section in definition.sections] == ["head", "boilers", "outlets"]


def test_plans_are_kept_but_not_for_ever(monkeypatch):
    monkeypatch.setattr("instruments.evaluation.engine._PLANS_KEPT", 2)
    compiled = forms.compiled_with()
    for path in ("flow", "ratio", "huge", "name"):
        evaluate(compiled, forms.answers(), forms.context(), [path])
    assert len(compiled._plans) <= 2
