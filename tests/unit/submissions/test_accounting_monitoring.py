"""Measurements of G106-2 and G106-3 go before coefficients, if they may be used."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.exceptions import Conflict
from instruments.accounting.monitoring import PointYear
from instruments.accounting_targets import accounting_targets
from instruments.definition_files import DEFINITIONS_DIR, yaml_read
from instruments.evaluation.definition import Definition
from submissions import guards
from submissions.models import Derivation
from submissions.presenters.accounting import accounting_panel
from submissions.services import values_derive
from submissions.services.unit_forms import unit_forms_read
from tests.factories.accounting import (
    BOILER,
    BOILER_ROW,
    WATER,
    _cases,
    library_make,
    plant_make,
)
from tests.factories.response import add_row, put, set_cell

SO2 = f"boilers/{BOILER_ROW}/so2_emitted"
POINT = {
    "feeds_form": "G102",
    "point_outlet": "DW001",
    "outlet_volume": "100000",
    "inlet_volume": "100000",
    "monitoring_source": "e",
    "samples": "4",
    "cod_in": "500",
    "cod_out": "50",
}
STACK = {
    "feeds_form": "G103-1",
    "point_outlet": "MF0001",
    "flow": "10000",
    "emission_hours": "7200",
    "monitoring_source": "f",
    "samples": "0",
    "so2_out": "100",
}
figures = st.decimals(min_value=0, max_value=10**9, places=2)


@pytest.fixture
def plant(db, cast):
    library_make()
    plant = plant_make(cast.enumerator)
    plant.change("G101-1", size="1")
    plant.cases = _cases(plant.unit)
    return plant


def measure(plant, code, row="point001", has="1", **values):
    put(
        plant.cases[code],
        plant.actor,
        set_cell("has_monitoring", has),
        add_row("points", row),
        *(set_cell(f"points/{row}/{slug}", value) for slug, value in values.items()),
    )


def derive(plant):
    return values_derive(case_id=plant.source.pk, actor=plant.actor)


def told(result):
    return " ".join(line["zh"] for line in result.run.refusals)


def test_measured_water_goes_before_the_coefficient(plant):
    plant.row("row00001", **WATER)
    measure(plant, "G106-2", **POINT)
    derive(plant)
    values = plant.values("G102")
    # 100000 m³ × 50 mg/L × 10⁻⁶ = 5 t; the coefficient would say 60 t
    assert (values["cod_generated"], values["cod_discharged"]) == ("50.00", "5.00")
    assert plant.values("G106-1")["links/row00001/discharged"] == "60.0000"
    basis = Derivation.objects.filter(cell="cod_discharged").latest("pk").basis
    assert basis["method"] == "monitoring"
    assert "100000" in basis["rows"][0]["steps"][-1]["numbers"]


def test_measured_gas_without_an_inlet_says_nothing_of_generation(plant):
    plant.row("row00001", **BOILER)
    measure(plant, "G106-3", **STACK)
    derive(plant)
    values = plant.values("G103-1")
    # 10000 m³/h × 7200 h × 100 mg/m³ × 10⁻⁹ = 7.2 t
    assert values[SO2] == "7.20"
    assert f"boilers/{BOILER_ROW}/so2_generated" not in values


def test_an_outlet_without_measurement_keeps_its_coefficient(plant):
    plant.row("row00001", **{**WATER, "outlet": "DW002"})
    measure(plant, "G106-2", **POINT)
    derive(plant)
    assert plant.values("G102")["cod_discharged"] == "65.00"


@pytest.mark.parametrize(
    ("changes", "has", "sentence"),
    [
        ({"samples": "3"}, "1", "少于 4 次"),
        ({"outlet_volume": ""}, "1", "没有填水量"),
        ({"cod_in": "40"}, "1", "出口浓度大于进口浓度"),
        ({"cod_out": "-1"}, "1", "没有填水量"),
        ({}, "2", ""),
    ],
)
def test_data_that_may_not_be_used_leave_the_coefficient_in_force(plant, changes, has, sentence):
    plant.row("row00001", **WATER)
    given_values = {slug: value for slug, value in {**POINT, **changes}.items() if value}
    measure(plant, "G106-2", has=has, **given_values)
    result = derive(plant)
    assert plant.values("G102")["cod_discharged"] == "60.00"
    assert sentence in told(result)


def test_a_boiler_that_is_not_there_is_named(plant):
    measure(plant, "G106-3", **{**STACK, "point_outlet": "MF0009"})
    assert "MF0009" in told(derive(plant))


def test_a_later_measurement_makes_the_accounting_stale(plant):
    plant.row("row00001", **WATER)
    derive(plant)
    guards.accounting_is_current(plant.source, plant.actor)
    measure(plant, "G106-2", **POINT)
    with pytest.raises(Conflict):
        guards.accounting_is_current(plant.source, plant.actor)
    panel = accounting_panel(unit_forms_read(plant.source), plant.source)
    assert "请重新核算" in panel.staleness
    derive(plant)
    guards.accounting_is_current(plant.source, plant.actor)


def test_the_explanation_names_the_method_and_the_point(client, plant, cast):
    measure(plant, "G106-2", **POINT)
    derive(plant)
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    address = reverse("case_basis", args=[plant.cases["G102"].pk])
    text = client.get(address, {"cell": "cod_discharged", "part": "1"}).content.decode()
    assert "监测数据法" in text
    assert "监测点 1" in text
    assert "演示用" not in text


def test_every_measured_pollutant_has_its_items():
    for code, form in accounting_targets().monitoring.items():
        definition = Definition.from_dict(yaml_read(DEFINITIONS_DIR / "nps2" / f"{code}.yaml"))
        slugs = {item.slug for item in definition.group_items(form.group)}
        pollutants = [
            p for p in accounting_targets().pollutants.values() if p.medium == form.medium
        ]
        assert all(set(form.slugs(pollutant)) <= slugs for pollutant in pollutants)
        measured = {slug for slug in slugs if slug.endswith(("_in", "_out"))}
        assert measured == {slug for p in pollutants for slug in form.slugs(p)}
        assert {form.volume, form.flow, form.hours} - {""} <= slugs


@given(volume=figures, low=figures, high=figures)
def test_more_concentration_is_never_less_emission(volume, low, high):
    low, high = sorted((low, high))
    water, gas = PointYear(volume=volume), PointYear(flow=volume, hours=Decimal(8760))
    for year in (water, gas):
        assert 0 <= year.amount(low) <= year.amount(high)
    assert PointYear().amount(low) is None
