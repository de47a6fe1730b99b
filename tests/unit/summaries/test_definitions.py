"""Every table of the repository agrees with the forms it reads."""

import pytest

from instruments.definition_files import DEFINITIONS_DIR, yaml_read
from instruments.evaluation.definition import Definition
from summaries.definitions import SummaryTable, tables_all

COLUMNS = [(table, column) for table in tables_all().values() for column in table.columns]


@pytest.mark.parametrize(
    ("table", "column"), COLUMNS, ids=[f"{table.code}-{column.slug}" for table, column in COLUMNS]
)
def test_a_column_names_an_item_of_the_same_unit_and_scale(table, column):
    definition = Definition.from_dict(
        yaml_read(DEFINITIONS_DIR / table.exercise / f"{column.form}.yaml")
    )
    item = definition.items_by_slug[column.item]
    assert (item.group, item.unit, item.scale) == (column.group, column.unit, column.scale)
    assert item.type == "decimal"
    assert column.label["zh"] == item.label["zh"]


def test_a_column_slug_may_not_occur_twice():
    raw = dict(next(iter(tables_all().values())).raw)
    raw["columns"] = [raw["columns"][0], raw["columns"][0]]
    with pytest.raises(ValueError, match="twice"):
        SummaryTable.from_dict(raw)


def test_the_hash_follows_the_content():
    table = tables_all()["H101"]
    other = SummaryTable.from_dict({**table.raw, "basis": "x"})
    assert table.content_hash == SummaryTable.from_dict(dict(table.raw)).content_hash
    assert table.content_hash != other.content_hash
    assert table.forms == ("G101-1", "G102")
