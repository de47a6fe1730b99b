"""G = P × M, R = G × η × k, E = G − R: exact, never negative, monotone, additive."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.accounting.coefficient import (
    Activity,
    CoefficientText,
    account,
    coefficient_read,
)
from instruments.accounting.refusals import NotComputable

TIME = "k=治理设施运行时间（小时）/正常生产时间（小时）"


def text(**changes):
    fields = {
        "unit": "千克/吨-产品",
        "generation": "56.84",
        "generation_printed": "",
        "treatment": "厌氧生物处理法+好氧生物处理法",
        "efficiency": "98",
        "k": TIME,
    }
    return CoefficientText(**{**fields, **changes})


def activity(amount="1000", measure="吨", running=("6000", "7200"), **parameters):
    return Activity(
        None if amount is None else Decimal(amount),
        measure,
        {name: Decimal(value) for name, value in parameters.items()},
        tuple(Decimal(value) for value in running),
    )


def test_account_multiplies_and_removes_exactly():
    result = account(coefficient_read(text()), activity(), measure="吨")
    assert result.generated == Fraction("56.84")
    assert result.removed == Fraction("56.84") * Fraction(98, 100) * Fraction(5, 6)
    assert result.discharged == result.generated - result.removed


def test_account_explains_every_step_with_its_numbers():
    coal = text(unit="千克/吨-原料", generation="16*S", efficiency="0.5Sar+90")
    steps = account(coefficient_read(coal), activity(S="0.8", Sar="0.6"), measure="吨").steps
    assert [step.symbol for step in steps] == ["M", "P", "G", "η", "k", "R", "E"]
    assert (steps[1].formula, steps[1].numbers, steps[1].value) == ("16*S", "16*0.8", "12.8")
    assert steps[3].value == "90.3"
    assert steps[4].numbers == "6000 / 7200"


def test_account_without_treatment_removes_nothing():
    bare = coefficient_read(text(treatment="", efficiency="", k=""))
    result = account(bare, activity(), measure="千克")
    assert (result.removed, result.k, bare.is_treated) == (0, None, False)
    assert result.discharged == Fraction(56840)


def test_account_with_an_efficiency_of_nought_needs_no_rate():
    direct = coefficient_read(text(efficiency="0", k=""))
    assert account(direct, activity(), measure="吨").removed == 0


def test_account_converts_the_measure_of_the_activity():
    in_kilograms = account(coefficient_read(text()), activity("1000000", "千克"), measure="吨")
    assert in_kilograms == account_like(in_kilograms, activity())


def account_like(other, given_activity):
    result = account(coefficient_read(text()), given_activity, measure="吨")
    assert result.discharged == other.discharged
    return other


def test_water_by_weight_becomes_cubic_metres():
    water = coefficient_read(text(unit="吨/吨-产品", generation="32", treatment=""))
    assert account(water, activity("10"), measure="立方米", is_water=True).generated == 320


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"generation": "", "generation_printed": "25~50"}, "no_generation"),
        ({"generation": ""}, "no_generation"),
        ({"unit": "个/吨-产品"}, "unit_unreadable"),
        ({"unit": "千克/台-产品"}, "unit_unreadable"),
        ({"efficiency": ""}, "efficiency_missing"),
        ({"efficiency": "同镉"}, "expression_unreadable"),
        ({"k": ""}, "k_missing"),
        ({"k": "k=2"}, "k_unreadable"),
    ],
)
def test_coefficient_that_cannot_be_used_is_refused(changes, code):
    with pytest.raises(NotComputable) as refusal:
        coefficient_read(text(**changes))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("changes", "given_activity", "code"),
    [
        ({}, activity(None), "activity_missing"),
        ({}, activity("1", ""), "activity_missing"),
        ({}, activity("-1"), "activity_negative"),
        ({}, activity("1", "立方米"), "measure_differs"),
        ({}, activity("1", "斤"), "measure_unknown"),
        ({"generation": "2678*A/(1-A)"}, activity(A="20"), "generation_negative"),
        ({"efficiency": "0.0279Aar+98.8"}, activity(Aar="50"), "efficiency_out_of_range"),
        ({"unit": "千克/吨-原料"}, activity(None), "activity_missing"),
    ],
)
def test_account_refuses_rather_than_guesses(changes, given_activity, code):
    with pytest.raises(NotComputable) as refusal:
        account(coefficient_read(text(**changes)), given_activity, measure="吨")
    assert refusal.value.code == code


def test_units_with_kinds_of_pieces_and_source_notes_are_read():
    for unit in (
        "千克/万件（万块、万片或万只）-产品",
        "千克/1000千瓦时(源记3600平方米)-产品",
        "千克/头·年",
    ):
        assert coefficient_read(text(unit=unit, treatment="")).unit.amount == "千克"


amounts = st.decimals("0", "1000000", places=3)
rates = st.decimals("0", "5000", places=4)
percents = st.decimals("0", "100", places=2)
hours = st.integers(0, 8760)


@st.composite
def cases(draw):
    production = draw(st.integers(1, 8760))
    return (
        draw(rates),
        draw(amounts),
        draw(percents),
        draw(st.integers(0, production)),
        production,
    )


def reckon(rate, amount, percent, running, production):
    coefficient = coefficient_read(text(generation=f"{rate:f}", efficiency=f"{percent:f}"))
    return account(coefficient, activity(amount, running=(running, production)), measure="千克")


@given(cases())
def test_account_is_exact_and_never_negative(case):
    rate, amount, percent, running, production = case
    result = reckon(*case)
    generated = Fraction(rate) * Fraction(amount)
    share = Fraction(percent) / 100 * Fraction(running, production)
    assert result.generated == generated
    assert result.discharged == generated * (1 - share)
    assert 0 <= result.discharged <= result.generated


@given(cases(), amounts, rates, percents, hours)
def test_account_is_monotone(case, more, dearer, better, longer):
    rate, amount, percent, running, production = case
    before = reckon(*case)
    assert reckon(rate, amount + more, percent, running, production).discharged >= before.discharged
    assert (
        reckon(rate + dearer, amount, percent, running, production).discharged >= before.discharged
    )
    finer = max(percent, better)
    assert reckon(rate, amount, finer, running, production).discharged <= before.discharged
    fuller = min(production, running + longer)
    assert reckon(rate, amount, percent, fuller, production).discharged <= before.discharged


@given(cases(), amounts)
def test_account_of_parts_is_the_account_of_the_whole(case, other):
    rate, amount, percent, running, production = case
    one, two = reckon(*case), reckon(rate, other, percent, running, production)
    whole = reckon(rate, amount + other, percent, running, production)
    assert one.generated + two.generated == whole.generated
    assert one.discharged + two.discharged == whole.discharged
