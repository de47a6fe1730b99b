"""Monitoring with its admission rules, material balance, one method for each outlet."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.accounting.balance import Flow, balance
from instruments.accounting.methods import Method, Result, permit_result, preferred, summed
from instruments.accounting.monitoring import (
    AutomaticMonitoring,
    ManualMonitoring,
    Sample,
    automatic_faults,
    gas_discharged,
    manual_faults,
    mean_concentration,
    water_discharged,
)
from instruments.accounting.refusals import SENTENCES, NotComputable
from instruments.accounting.rounding import rounded, shown

SAMPLES = tuple(Sample(2017, q, Decimal(40 + q), Decimal(100)) for q in (1, 2, 3, 4))
MANUAL = ManualMonitoring(SAMPLES, is_laboratory_qualified=True, is_load_recorded=True)
AUTOMATIC = AutomaticMonitoring(
    Decimal(40), is_accepted=True, is_compared=True, valid_percent=Decimal(75)
)


def codes(faults):
    return [fault.code for fault in faults]


def test_monitoring_that_meets_the_rules_is_admitted():
    assert manual_faults(MANUAL, year=2017) == []
    assert automatic_faults(AUTOMATIC) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"samples": SAMPLES[:3]}, ["samples_too_few", "samples_quarter_missing"]),
        ({"samples": (*SAMPLES[:3], SAMPLES[0])}, ["samples_quarter_missing"]),
        ({"samples": (*SAMPLES, replace(SAMPLES[0], year=2016))}, ["samples_other_year"]),
        ({"samples": (replace(SAMPLES[0], flow=None), *SAMPLES[1:])}, ["samples_without_flow"]),
        ({"samples": (replace(SAMPLES[0], flow=Decimal(-1)), *SAMPLES[1:])}, ["samples_negative"]),
        (
            {"samples": (replace(SAMPLES[0], is_trial_operation=True), *SAMPLES[1:])},
            ["trial_operation"],
        ),
        ({"is_laboratory_qualified": False}, ["laboratory_unqualified"]),
        ({"is_load_recorded": False}, ["load_unknown"]),
    ],
)
def test_manual_monitoring_is_refused_with_every_reason(changes, expected):
    assert codes(manual_faults(replace(MANUAL, **changes), year=2017)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_accepted": False}, ["automatic_not_accepted"]),
        ({"is_compared": False}, ["automatic_not_compared"]),
        ({"valid_percent": Decimal("74.9")}, ["automatic_too_little_valid"]),
        ({"is_trial_operation": True}, ["trial_operation"]),
        ({"concentration": Decimal(-1)}, ["samples_negative"]),
    ],
)
def test_automatic_monitoring_is_refused_with_every_reason(changes, expected):
    assert codes(automatic_faults(replace(AUTOMATIC, **changes))) == expected


def test_mean_is_weighted_by_flow():
    samples = [
        Sample(2017, 1, Decimal(10), Decimal(300)),
        Sample(2017, 2, Decimal(50), Decimal(100)),
    ]
    assert mean_concentration(samples) == 20
    with pytest.raises(NotComputable):
        mean_concentration([Sample(2017, 1, Decimal(10), None)])


def test_discharge_of_water_and_gas_is_in_tonnes():
    assert water_discharged(Decimal(100000), Fraction(40)) == 4
    assert gas_discharged(Decimal(50000), Decimal(7200), Fraction(30)) == Fraction("10.8")


@given(
    st.lists(
        st.tuples(st.decimals("0", "500", places=2), st.decimals("0.01", "900", places=2)),
        min_size=1,
    )
)
def test_mean_lies_between_the_extremes(pairs):
    mean = mean_concentration([Sample(2017, 1, c, q) for c, q in pairs])
    assert min(Fraction(c) for c, _q in pairs) <= mean <= max(Fraction(c) for c, _q in pairs)


def test_balance_is_what_went_in_less_what_came_out():
    coal = Flow("原煤", Decimal(1000), Decimal("0.8"))
    slag = Flow("炉渣", Decimal(200), Decimal("0.5"))
    assert balance([coal], [slag], factor=Fraction(2)) == 14


@pytest.mark.parametrize(
    ("into", "out", "code"),
    [
        ([], [], "nothing_to_account"),
        (
            [Flow("a", Decimal(1), Decimal(1))],
            [Flow("b", Decimal(2), Decimal(1))],
            "balance_negative",
        ),
        ([Flow("a", Decimal(-1), Decimal(1))], [], "balance_negative"),
        ([Flow("a", Decimal(1), Decimal(101))], [], "balance_negative"),
    ],
)
def test_balance_that_cannot_be_is_refused(into, out, code):
    with pytest.raises(NotComputable) as refusal:
        balance(into, out)
    assert refusal.value.code == code


def result(method=Method.COEFFICIENT, generated=2, discharged=1):
    return Result(
        method, "DA001", "二氧化硫", generated and Fraction(generated), Fraction(discharged)
    )


def test_links_of_one_outlet_are_summed():
    total = summed([result(), result(generated=3, discharged=2)])
    assert (total.generated, total.discharged) == (5, 3)
    assert summed([result(), result(generated=None)]).generated is None


def test_two_methods_for_one_pollutant_and_outlet_are_refused():
    with pytest.raises(NotComputable) as refusal:
        summed([result(), result(Method.MONITORING)])
    assert refusal.value.code == "methods_mixed"
    assert "监测数据法、产排污系数法" in refusal.value.sentence()
    with pytest.raises(NotComputable):
        summed([])


def test_the_first_admissible_method_is_preferred():
    assert preferred([result(), result(Method.MONITORING)]).method == Method.MONITORING
    permit = permit_result(
        outlet="DA001", pollutant="二氧化硫", discharged=Fraction(1), is_by_permit_rules=True
    )
    assert preferred([result(), permit]) is permit
    with pytest.raises(NotComputable):
        preferred([])
    with pytest.raises(NotComputable):
        permit_result(outlet="1", pollutant="x", discharged=Fraction(1), is_by_permit_rules=False)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.005", 2, "0.01"), ("0.0049", 2, "0.00"), ("-0.005", 2, "-0.01"), ("12", 0, "12")],
)
def test_rounding_is_half_up(value, places, expected):
    assert str(rounded(Fraction(value), places)) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.333333"),
        (Fraction(56840), "56840"),
        (Fraction(0), "0"),
        (Fraction(1, 10**9), "1e-9"),
    ],
)
def test_numbers_are_shown_shortly(value, text):
    assert shown(value) == text


def test_every_sentence_is_complete_in_both_languages():
    for chinese, english in SENTENCES.values():
        assert chinese.endswith("。")
        assert english.endswith(".")
