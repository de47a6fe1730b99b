"""Definition files and prefilling."""

import pytest

from instruments.checking import Source, check_codelists
from instruments.definition_files import DuplicateKey, codelist_files, yaml_read
from instruments.models import CodeList, CodeListVersion, Instrument, InstrumentVersion
from instruments.prefill import prefill_values
from tests.factories.instrument import definition_make


def _write(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_decimals_and_dates_stay_as_written(tmp_path):
    path = _write(tmp_path, "a: 1500.50\nb: 2018-08-20\nc: 7\n")

    assert yaml_read(path) == {"a": "1500.50", "b": "2018-08-20", "c": 7}


def test_key_written_twice_is_refused(tmp_path):
    path = _write(tmp_path, "a: 1\nb: 2\na: 3\n")

    with pytest.raises(DuplicateKey, match="line 3: the key 'a'"):
        yaml_read(path)


def test_industries_are_those_of_the_industrial_scope():
    lists = {codelist.name: codelist for codelist in codelist_files()}

    assert {"0610", "3011", "4690"} <= lists["GB4754"].codes
    assert "0111" not in lists["GB4754"].codes
    assert "0111" in lists["GB4754_ALL"].codes


@pytest.mark.parametrize("code", ["211 0", "", "　1"])
def test_blank_in_a_code_is_a_fault(code):
    faults = check_codelists({"VOC": ["2110", code]})

    assert [fault.code for fault in faults] == ["code_blank"]
    assert str(faults[0]).startswith("codelist VOC: ")


def test_code_written_twice_is_a_fault():
    assert [fault.code for fault in check_codelists({"X": ["1", "2", "1"]})] == ["code_repeated"]


def test_fault_without_a_place_stands_at_the_top():
    assert Source("f.yaml", {}).fault("", "yaml", "x").path == "(top)"


def test_prefill_takes_known_facts_of_items_outside_groups():
    definition = definition_make()
    definition["sections"][0]["items"][0]["prefill"] = "unit.credit_code"
    definition["sections"][1]["items"][0]["prefill"] = "unit.name"

    values = prefill_values(definition, {"name": "某厂", "credit_code": ""})

    assert values == {"has_permit": "某厂"}


def test_models_say_what_they_are():
    instrument = Instrument(code="G102", title="废水")
    series = CodeList(name="YN12", title="是否")

    assert str(instrument) == "G102 废水"
    assert str(InstrumentVersion(instrument=instrument, number=2)) == "G102 v2"
    assert str(series) == "YN12 是否"
    assert str(CodeListVersion(code_list=series, number=1)) == "YN12 v1"
