"""Which forms a unit owes, with the deciding fact."""

import pytest

from instruments.scoping import forms_owed
from tests.factories.instrument import definition_make, repository_publish, set_publish

pytestmark = pytest.mark.django_db
INDUSTRIAL = {"kind": "industrial", "status": "operating"}


def _owed(facts, **answers):
    by_form = {name: {"values": values, "rows": {}} for name, values in answers.items()}
    return {
        form.code: form.reason for form in forms_owed(unit_facts=facts, answers_by_form=by_form)
    }


@pytest.fixture
def forms(db):
    repository_publish()


def test_industrial_unit_owes_listing_and_basic_information(forms):
    owed = _owed(INDUSTRIAL)

    assert list(owed) == ["G101-1", "QC01"] or list(owed) == ["QC01", "G101-1"]


def test_flag_of_g101_1_brings_its_form_with_the_deciding_fact(forms):
    owed = _owed(INDUSTRIAL, g101_1={"produces_wastewater": "1", "has_boiler": "2"})

    assert {"QC01", "G101-1", "G102"} <= set(owed)
    assert "G103-1" not in owed
    assert owed["G102"]["zh"].endswith("G101-1 第16项 产生工业废水 = 是")
    assert owed["G102"]["en"].endswith("G101-1 item 16 Produces industrial wastewater = yes")


def test_both_flags_bring_both_forms(forms):
    owed = _owed(INDUSTRIAL, g101_1={"produces_wastewater": "1", "has_boiler": "1"})

    assert {"G102", "G103-1"} <= set(owed)


@pytest.mark.parametrize("answer", ["2", "", "maybe"])
def test_a_no_a_blank_and_a_wrong_answer_owe_nothing(forms, answer):
    assert "G102" not in _owed(INDUSTRIAL, g101_1={"produces_wastewater": answer})


def test_unit_with_domestic_boilers_owes_its_listing_and_s103(forms):
    owed = _owed({"kind": "domestic_boiler"})

    assert list(owed) == ["QC03", "S103"]
    assert owed["S103"]["zh"].endswith("名录库登记的类别 = 非工业企业单位锅炉")


@pytest.mark.parametrize("status", ["closed", "out_of_scope", "duplicate", "not_found"])
def test_unit_outside_the_census_owes_no_survey_form(forms, status):
    owed = _owed({"kind": "industrial", "status": status}, g101_1={"produces_wastewater": "1"})

    assert set(owed) == {"QC01"}


def test_listing_that_leaves_the_unit_out_ends_the_survey_forms(forms):
    owed = _owed(INDUSTRIAL, qc01={"in_scope": "2"}, g101_1={"produces_wastewater": "1"})

    assert set(owed) == {"QC01"}


def test_unknown_kind_owes_nothing(forms):
    assert _owed({"kind": "moon"}) == {}
    assert _owed({}) == {}


def test_choice_and_number_are_named_as_the_reader_knows_them(db):
    deciding = definition_make("T101", owed_when="always")
    by_choice = definition_make("T102", owed_when="t101.method = '1100' and t101.water_total > 1")
    set_publish(deciding, by_choice)

    owed = _owed(INDUSTRIAL, t101={"method": "1100", "water_total": "5"})

    assert (
        owed["T102"]["zh"] == "工业企业须填报：T101 第03项 方法 = 标签1100；T101 第01项 取水量 = 5"
    )


def test_fact_that_has_no_sentence_leaves_the_general_reason(db):
    set_publish(definition_make("T101", owed_when="register.division_code is null"))

    assert _owed({"kind": "industrial"})["T101"] == {
        "zh": "工业企业须填报",
        "en": "Industrial units fill it",
    }


def test_no_published_form_owes_nothing(db):
    assert _owed(INDUSTRIAL) == {}
