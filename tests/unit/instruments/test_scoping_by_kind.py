"""Which forms central facilities, mobile sources and areas owe."""

import pytest

from instruments.scoping import forms_owed
from tests.factories.instrument import repository_publish

pytestmark = pytest.mark.django_db

SEWAGE = {"J101-1", "J101-2", "J101-3"}
AREA_FORMS = {"Y201-1", "Y201-2", "Y202-1", "Y202-2", "Y202-3", "Y202-4", "Y203"}


@pytest.fixture
def forms(db):
    repository_publish()


def _owed(facts, prefix, **answers):
    by_form = {name: {"values": values, "rows": {}} for name, values in answers.items()}
    owed = {form.code for form in forms_owed(unit_facts=facts, answers_by_form=by_form)}
    return {code for code in owed if code.startswith(prefix)}


@pytest.mark.parametrize(
    ("industry", "owed"),
    [
        ("4620", SEWAGE),
        ("7820", {"J102-1", "J102-2", "J104-3"}),
        ("7724", {"J103-1", "J103-2", "J104-3"}),
        ("9999", set()),
        ("", set()),
    ],
)
def test_kind_of_central_facility_decides(forms, industry, owed):
    assert _owed({"kind": "central_facility", "industry_1": industry}, "J") == owed


def test_sewage_works_of_an_industrial_unit_owes_no_central_form(forms):
    assert _owed({"kind": "industrial", "industry_1": "4620"}, "J") == set()


@pytest.mark.parametrize(("methods", "owes"), [("1", False), ("1,2", True), ("3", True)])
def test_flue_gas_is_monitored_where_waste_is_burned(forms, methods, owes):
    facts = {"kind": "central_facility", "industry_1": "7820"}

    owed = _owed(facts, "J104", j102_1={"waste_methods": methods})

    assert ("J104-2" in owed) == owes


@pytest.mark.parametrize(("wastewater", "owes"), [("0", False), ("12.50", True), ("", False)])
def test_water_is_monitored_where_there_is_any(forms, wastewater, owes):
    facts = {"kind": "central_facility", "industry_1": "7724"}

    owed = _owed(facts, "J104", j103_2={"wastewater": wastewater})

    assert ("J104-1" in owed) == owes


@pytest.mark.parametrize("form", ["j101_1", "j102_1", "j103_1"])
def test_boilers_of_a_central_facility_bring_s103(forms, form):
    facts = {"kind": "central_facility", "industry_1": "4620"}

    assert _owed(facts, "S103", **{form: {"has_boiler": "1"}}) == {"S103"}
    assert _owed(facts, "S103", **{form: {"has_boiler": "2"}}) == set()


@pytest.mark.parametrize(
    ("industries", "owed"),
    [
        (("5941", "", ""), {"Y101"}),
        (("5265", "", ""), {"Y102"}),
        (("5435", "", ""), {"Y103"}),
        (("5941", "5435", ""), {"Y101", "Y103"}),
        (("5122", "", ""), set()),
        (("", "", ""), set()),
    ],
)
def test_industry_of_a_mobile_source_decides(forms, industries, owed):
    facts = dict(zip(("industry_1", "industry_2", "industry_3"), industries, strict=True))

    assert _owed({"kind": "mobile", **facts}, "Y") == owed


def test_closed_filling_station_owes_nothing(forms):
    assert _owed({"kind": "mobile", "industry_1": "5265", "status": "closed"}, "Y") == set()


@pytest.mark.parametrize(
    ("level", "owed"),
    [("province", AREA_FORMS), ("city", AREA_FORMS), ("county", set()), ("village", set())],
)
def test_cities_and_provinces_owe_the_forms_of_mobile_sources(forms, level, owed):
    assert _owed({"kind": "area", "area_level": level}, "Y") == owed
