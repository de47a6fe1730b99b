"""The published metadata is DDI-Lifecycle 3.3 to a library that is not ours."""

from functools import lru_cache

import ddi_l
import pytest
from defusedxml import ElementTree

from instruments.codelist_values import CodeListValues
from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition
from instruments.exchange.ddi import ddi_document
from tests.unit.instruments.evaluation import forms

SPACES = {
    "d": "ddi:datacollection:3_3",
    "l": "ddi:logicalproduct:3_3",
    "r": "ddi:reusable:3_3",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@lru_cache
def lists():
    return {
        one.name: CodeListValues(one.name, one.title, "", one.entries) for one in codelist_files()
    }


def document(definition, codelists=None):
    return ddi_document(definition, lists() if codelists is None else codelists, 3)


@pytest.mark.parametrize("path", definition_paths(), ids=lambda path: path.stem)
def test_every_form_is_valid_and_complete(path):
    definition = Definition.from_dict(yaml_read(path))
    content = document(definition)
    found = ddi_l.read_ddi(content)
    assert [str(issue) for issue in found.validate()] == []
    root = ElementTree.fromstring(content)
    for kind, name in (("d:QuestionItem", "d:QuestionItemName"), ("l:Variable", "l:VariableName")):
        elements = root.findall(f".//{kind}", SPACES)
        slugs = [e.findtext(f"{name}/r:String", namespaces=SPACES) for e in elements]
        assert sorted(slugs) == sorted(definition.items_by_slug)
    texts = {e.get(LANG) for e in root.findall(".//d:Text", SPACES)}
    assert texts == {"zh", "en"}
    used = {item.codelist for item in definition.items if item.codelist}
    names = root.findall(".//l:CodeListName/r:String", SPACES)
    assert used <= {name.text for name in names}


def test_the_validation_notices_a_fault():
    content = document(Definition.from_dict(forms.form("A1", [forms.item("flow", "decimal")])))
    assert not ddi_l.read_ddi(content).validate()
    spoiled = content.replace(b'decimalPositions="0"', b'decimalPositions="none"')
    assert ddi_l.read_ddi(spoiled).validate()


def test_references_lead_somewhere():
    definition = Definition.from_dict(yaml_read(definition_paths()[1]))
    root = ElementTree.fromstring(document(definition))
    ids = {element.text for element in root.iterfind(".//r:ID", SPACES)}
    references = [
        element.findtext("r:ID", namespaces=SPACES)
        for element in root.iter()
        if element.tag.endswith("Reference")
    ]
    assert references
    assert set(references) <= ids
    identified = [
        element.findtext("r:ID", namespaces=SPACES)
        for element in root.iter()
        if element.find("r:ID", SPACES) is not None and not element.tag.endswith("Reference")
    ]
    assert len(identified) == len(set(identified)), "an identifier names one thing"


def test_what_an_item_may_hold():
    items = [
        forms.item("flow", "decimal", scale=2, min="0", max="99.5", unit="吨"),
        forms.item("open", "decimal", scale=1, min="0"),
        forms.item("month", "year_month"),
        forms.item("kind", "choice", codelist="CODES"),
        forms.item("far", "choice", codelist="NOWHERE"),
        forms.item("flag", "yes_no"),
        forms.item("name", "text", max_length=12, pattern="[A-Z]+"),
    ]
    codes = {"CODES": CodeListValues("CODES", "代码", "", ({"code": "E", "label": "戊"},))}
    content = document(Definition.from_dict(forms.form("A1", items)), codes)
    assert [str(issue) for issue in ddi_l.read_ddi(content).validate()] == []
    root = ElementTree.fromstring(content)

    def representation(slug):
        for variable in root.iterfind(".//l:Variable", SPACES):
            if variable.findtext("l:VariableName/r:String", namespaces=SPACES) == slug:
                return variable.find("l:VariableRepresentation", SPACES)[0]
        return None

    flow = representation("flow")
    assert flow.tag.endswith("NumericRepresentation")
    assert flow.get("decimalPositions") == "2"
    bounds = [flow.findtext(f"r:NumberRange/r:{name}", None, SPACES) for name in ("Low", "High")]
    assert bounds == ["0", "99.5"]
    assert flow.findtext("r:MeasurementUnit", None, SPACES) == "吨"
    assert representation("open").findtext("r:NumberRange/r:High", None, SPACES) is None
    assert representation("month").findtext("r:DateTypeCode", None, SPACES) == "YearMonth"
    for slug, wanted in (("kind", "list-CODES"), ("flag", "list-YES_NO")):
        assert representation(slug).findtext("r:CodeListReference/r:ID", None, SPACES) == wanted
    assert representation("far").tag.endswith("TextRepresentation")
    assert representation("name").attrib == {"maxLength": "12", "regExp": "[A-Z]+"}
