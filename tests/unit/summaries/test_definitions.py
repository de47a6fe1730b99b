"""Every table of the repository agrees with the forms it reads, and a fault of one is found."""

import pytest

from summaries.checking import table_faults, tables_faults
from summaries.definitions import SummaryTable, tables_all


def test_the_tables_of_the_repository_have_no_fault():
    assert tables_faults(tables_all().values()) == []


def test_every_class_of_sources_has_tables():
    kinds = {code[:2] for code in tables_all()}
    assert {"H1", "H2", "H3", "H4", "H5", "G0"} <= kinds


COLUMN = {
    "slug": "cod",
    "form": "G102",
    "item": "cod_discharged",
    "scale": 2,
    "unit": "吨",
    "label": {"zh": "化学需氧量", "en": "COD"},
}


def table_of(*columns, **changes):
    raw = {**tables_all()["H101"].raw, "columns": list(columns), **changes}
    return SummaryTable.from_dict(raw)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"form": "G999"}, "no form of nps2"),
        ({"item": "colour"}, "no item of the form"),
        ({"group": "outlets"}, "never reached"),
        ({"unit": "千克"}, "is in “吨”"),
        ({"scale": 1}, "has 2 decimals in 吨, the column 1"),
        ({"label": {"zh": "x"}}, "no label in en"),
        ({"form": "G101-1", "item": "operating_status"}, "is no number"),
        ({"sources": []}, "neither sources nor a formula"),
        ({"sources": [{"form": "G102", "item": "cod_discharged"}] * 2}, "added twice"),
        (
            {"sources": [{"form": "G102", "item": "cod_discharged", "where": {"x": ["1"]}}]},
            "no item of the same group",
        ),
        (
            {
                "unit": "万头（羽）",
                "sources": [
                    {
                        "form": "N202",
                        "group": "species",
                        "item": "sold",
                        "where": {"species_code": ["9"]},
                    }
                ],
            },
            "can never be “9”",
        ),
        (
            {"sources": [{"form": "G102", "item": "cod_discharged", "weight": ["a", "b"]}]},
            "no number that a sample could be raised with",
        ),
    ],
)
def test_a_fault_of_a_column_is_found(changes, fault):
    faults = table_faults(table_of({**COLUMN, **changes}))
    assert any(fault in one for one in faults), faults


def formula(text, unit="吨", scale=2):
    return {"slug": "f", "formula": text, "scale": scale, "unit": unit, "label": COLUMN["label"]}


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        (formula("cod + nox"), "names nox"),
        (formula("cod + cod", unit="千克"), "adds 千克, 吨"),
        (formula("cod + cod", scale=1), "loses decimals"),
    ],
)
def test_a_fault_of_a_formula_is_found(column, fault):
    faults = table_faults(table_of(COLUMN, column))
    assert any(fault in one for one in faults), faults


def test_faults_of_a_table_are_found():
    other = {**COLUMN, "slug": "kg", "form": "G102", "item": "phenol_discharged", "unit": "千克"}
    found = table_faults(
        table_of(COLUMN, other, axes=["size"], relations=["cod = kg + kg", "cod = nothing"])
    )
    assert len(found) == 3, found
    farm = {**COLUMN, "form": "N201-1", "item": "flat", "unit": "亩"}
    assert "no industrial unit" in table_faults(table_of(farm))[0]
    same = table_of(COLUMN)
    assert "is the number of" in tables_faults([same, same])[0]


@pytest.mark.parametrize("text", ["a +", "f(a)", "a ** 2", "a.b", "'x'"])
def test_a_formula_is_arithmetic_and_nothing_else(text):
    with pytest.raises(ValueError, match="not a formula"):
        table_of(COLUMN, formula(text))


def test_a_unit_of_another_kind_does_not_convert():
    with pytest.raises(ValueError, match="does not turn into"):
        table_of({**COLUMN, "sources": [{"form": "G102", "item": "water_total", "unit": "立方米"}]})
    with pytest.raises(ValueError, match="does not turn into"):
        table_of({**COLUMN, "sources": [{"form": "G102", "item": "water_total", "unit": "桶"}]})


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
