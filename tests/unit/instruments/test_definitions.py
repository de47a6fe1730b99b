"""The forms of the repository."""

from collections import Counter

import pytest

from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition, form_name
from instruments.evaluation.engine import Context, FindingKind, compile_definition, evaluate
from instruments.management.commands.instrument_check import check_files

FORMS = {yaml_read(path)["code"]: yaml_read(path) for path in definition_paths()}


def _items(code):
    return {i["slug"]: i for section in FORMS[code]["sections"] for i in section["items"]}


def _rules(code):
    return {rule["id"]: rule for rule in FORMS[code]["rules"]}


def test_every_definition_of_the_repository_is_sound():
    assert [str(fault) for fault in check_files(definition_paths())] == []


# The five listing forms and the sixty of the census (国统制〔2018〕103号).
CENSUS = {
    *(f"QC0{n}" for n in range(1, 6)),
    *(f"G101-{n}" for n in range(1, 4)),
    "G102",
    *(f"G103-{n}" for n in range(1, 14)),
    *("G104-1", "G104-2", "G105", "G106-1", "G106-2", "G106-3", "G107", "G108"),
    *("N101-1", "N101-2", "N201-1", "N201-2", "N201-3", "N202", "N203"),
    *("S101", "S102", "S103", "S104", "S105", "S106", "S201", "S202"),
    *("J101-1", "J101-2", "J101-3", "J102-1", "J102-2"),
    *("J103-1", "J103-2", "J104-1", "J104-2", "J104-3"),
    *("Y101", "Y102", "Y103", "Y201-1", "Y201-2"),
    *("Y202-1", "Y202-2", "Y202-3", "Y202-4", "Y203"),
}


def test_every_form_of_the_census_is_there_and_no_other():
    assert len(CENSUS) == 65
    assert set(FORMS) == CENSUS


def test_no_form_is_without_rules_or_help():
    for code, form in FORMS.items():
        assert len(form["rules"]) >= 4, code
        assert any(item.get("help") for item in _items(code).values()), code


def test_there_are_more_than_a_thousand_rules_of_both_severities():
    severities = Counter(r["severity"] for form in FORMS.values() for r in form["rules"])

    assert sum(severities.values()) > 1000
    assert min(severities["hard"], severities["soft"]) > 400


@pytest.mark.parametrize(
    ("form", "slug", "code", "label"),
    [
        ("G101-1", "normal_hours", "14", "正常生产时间"),
        ("G101-1", "produces_wastewater", "16", "产生工业废水"),
        ("G101-1", "involves_minerals", "31", "涉及稀土等15类矿产"),
        ("G102", "outlet_number", "16", "废水总排放口编号"),
        ("G103-1", "stack_height", "36", "排放口高度"),
    ],
)
def test_item_has_the_number_found_in_public_material(form, slug, code, label):
    item = _items(form)[slug]

    assert (item["code"], item["label"]["zh"], item["confidence"] != "known-low") == (
        code,
        label,
        True,
    )


def test_decimals_follow_the_census():
    g102 = _items("G102")

    assert g102["facility_hours"]["type"] == "integer"
    assert g102["water_total"]["scale"] == 2
    assert {g102[f"{metal}_generated"]["scale"] for metal in ("arsenic", "mercury", "lead")} == {3}


def test_cross_form_rules_of_the_real_census_are_there():
    assert {"G101-1-X01-16", "G101-1-X01-17", "G101-1-X02", "G101-1-X03", "G101-1-X04"} <= set(
        _rules("G101-1")
    )
    assert {"G102-X01", "G102-X04", "G102-X16"} <= set(_rules("G102"))


def test_voc_list_names_industry_2110_without_a_blank():
    """The source's list carried '211 0', so the rule silently missed 2110."""
    when = _rules("G101-1")["G101-1-X03"]["when"]

    assert "'2110'" in when
    assert "211 0" not in when


def test_industries_of_rules_exist_in_the_classification():
    """A code that is in no list never matches anything."""
    industries = next(c for c in codelist_files() if c.name == "GB4754").codes
    for rule in _rules("G101-1").values():
        text = rule.get("when", "") + rule["assert"]
        named = {code for code in text.split("'")[1::2] if len(code) == 4 and code.isdigit()}
        assert named <= industries, (rule["id"], named - industries)


def test_every_item_of_a_head_comes_from_the_register():
    for code in ("G101-1", "G102", "G103-1", "S103"):
        assert all(item.get("prefill") for item in FORMS[code]["sections"][0]["items"])


@pytest.mark.parametrize("codelist", codelist_files(), ids=lambda codelist: codelist.name)
def test_code_list_is_usable(codelist):
    codes = [entry["code"] for entry in codelist.entries]

    assert codes
    assert len(set(codes)) == len(codes)
    assert not any(character.isspace() for code in codes for character in code)
    assert all(entry["label"] and entry["confidence"] for entry in codelist.entries)


@pytest.mark.parametrize(
    ("industry", "yes"), [("4411", "has_boiler"), ("2221", "produces_wastewater")]
)
@pytest.mark.parametrize(("operating", "asked"), [("1", True), ("2", False)])
def test_a_unit_stopped_all_year_is_not_asked_for_what_x23_forbids(industry, yes, operating, asked):
    """X23 wants "no" of a unit that stood still; its industry's usual "yes" is no question then."""
    others = {form_name(code): Definition.from_dict(form) for code, form in FORMS.items()}
    compiled = compile_definition(Definition.from_dict(FORMS["G101-1"]), others)
    values = {
        "operating_status": operating,
        "industry_1": industry,
        **dict.fromkeys(("produces_wastewater", "has_boiler", "has_kiln", "has_other_gas"), "2"),
    }
    context = Context(forms={}, owed=frozenset(), register={}, codelists={}, params={})
    found = evaluate(compiled, {"values": values, "rows": {}}, context)
    questions = {f.rule_id for f in found if yes in f.cells and f.kind == FindingKind.RULE}
    assert bool(questions & {"G101-1-R28", "G101-1-R29"}) == asked
    assert "G101-1-X23" not in questions


@pytest.mark.parametrize("path", definition_paths(), ids=lambda path: path.stem)
def test_every_item_is_explained_in_both_languages(path):
    """Who fills in a form once in ten years does not know its terms."""
    items = [item for section in yaml_read(path)["sections"] for item in section["items"]]
    unexplained = [item["slug"] for item in items if not item.get("help")]
    assert not unexplained
