"""Formulas of the handbook: a tiny grammar, exact values, and sentences for all else."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.accounting.expressions import PARAMETERS, expression, parameters_read
from instruments.accounting.refusals import NotComputable

VALUES = {"S": Decimal("0.8"), "Sar": Decimal("0.6"), "Aar": Decimal(25), "A": Decimal("0.75")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16*S", Fraction(64, 5)),
        ("6.3*Aar+7.79+61.94*Sar", Fraction("6.3") * 25 + Fraction("7.79") + Fraction("37.164")),
        ("0.5Sar+98.2", Fraction("98.5")),
        ("236300×S", Fraction(189040)),
        ("2678*A/(1-A)", Fraction(8034)),
        ("2(A+S)", Fraction("3.1")),
        ("-1+A", Fraction("-0.25")),
        ("6e-05", Fraction(6, 100_000)),
        ("1-0.5-0.25", Fraction(1, 4)),
        ("8/4/2", Fraction(1)),
    ],
)
def test_expression_is_evaluated_exactly(text, expected):
    assert expression(text).evaluate(VALUES) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("__import__('os')", "expression_unreadable"),
        ("88③85④", "expression_unreadable"),
        ("同镉", "expression_unreadable"),
        ("2×(M含铁料×S)", "expression_unreadable"),
        ("16*", "expression_unreadable"),
        ("(1", "expression_unreadable"),
        ("1 2", "expression_unreadable"),
        ("S S", "expression_unreadable"),
        ("", "expression_unreadable"),
        ("1)", "expression_unreadable"),
        ("*3", "expression_unreadable"),
        ("16*Q", "expression_unknown_name"),
        ("(" * 20 + "1" + ")" * 20, "expression_unreadable"),
        ("-" * 40 + "1", "expression_unreadable"),
        ("1+" * 100 + "1", "expression_unreadable"),
        ("2**9", "expression_unreadable"),
    ],
)
def test_expression_that_is_none_is_refused_with_a_sentence(text, code):
    with pytest.raises(NotComputable) as refusal:
        expression(text)
    assert refusal.value.code == code
    assert refusal.value.pair()["zh"].endswith("。")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "parameter_missing"),
        ({"Sar": Decimal(-1)}, "parameter_negative"),
        ({"Sar": Decimal(101)}, "parameter_too_large"),
    ],
)
def test_expression_refuses_a_missing_or_impossible_parameter(values, code):
    with pytest.raises(NotComputable) as refusal:
        expression("16*Sar").evaluate(values)
    assert refusal.value.code == code


def test_expression_that_divides_by_zero_is_refused():
    with pytest.raises(NotComputable) as refusal:
        expression("A/(1-A)").evaluate({"A": Decimal(1)})
    assert refusal.value.code == "division_by_zero"


def test_expression_shows_its_numbers():
    assert expression("6.3Aar+61.94*Sar").with_numbers(VALUES) == "6.3*25+61.94*0.6"


@given(st.text(alphabet="0123456789.+-*/()SAar _eE×（）", max_size=40))
def test_expression_never_fails_but_with_a_refusal(text):
    with suppress(NotComputable):
        expression(text).evaluate({name: Decimal(1) for name in PARAMETERS})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S=0.8；A=25", {"S": Decimal("0.8"), "A": Decimal(25)}),
        ("Sar：0.6%, Aar = 20", {"Sar": Decimal("0.6"), "Aar": Decimal(20)}),
        ("S=1 A=2", {"S": Decimal(1), "A": Decimal(2)}),
        ("", {}),
    ],
)
def test_parameters_are_read_as_people_write_them(text, expected):
    assert parameters_read(text) == expected


@pytest.mark.parametrize("text", ["0.8", "S=", "S=-1", "Q=1", "S=1;S=2", "S=很高"])
def test_parameters_that_cannot_be_read_are_refused(text):
    with pytest.raises(NotComputable) as refusal:
        parameters_read(text)
    assert refusal.value.code == "parameters_unreadable"
