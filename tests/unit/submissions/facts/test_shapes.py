"""The columns of facts: wide enough for every version, and never two of one name."""

from instruments.definition_files import definition_paths, yaml_read
from instruments.evaluation.definition import Definition
from submissions.facts.shapes import CASE_COLUMNS, ROW_COLUMNS, shape_of
from tests.unit.instruments.evaluation import forms


def test_no_item_of_an_official_form_has_the_name_of_a_fixed_column():
    for path in definition_paths():
        definition = Definition.from_dict(yaml_read(path))
        for item in definition.items:
            fixed = ROW_COLUMNS if item.group else CASE_COLUMNS
            assert item.slug not in fixed, f"{definition.code}: {item.slug}"


def of_versions(*kinds):
    definitions = [
        Definition.from_dict(forms.form("V1", [forms.item("one", kind, **more)]))
        for kind, more in kinds
    ]
    return shape_of("V1", definitions).tables[""]["one"]


def test_a_column_holds_the_values_of_every_version():
    two, four = {"digits": 10, "scale": 2}, {"digits": 10, "scale": 4}
    assert of_versions(("decimal", two), ("decimal", four)) == "DECIMAL(12, 4)"
    assert of_versions(("integer", {"digits": 6}), ("decimal", two)) == "DECIMAL(10, 2)"
    assert of_versions(("integer", {"digits": 20})) == "HUGEINT"
    assert of_versions(("date", {}), ("text", {})) == "VARCHAR"
