"""The published codes and the faulty ones built from them."""

import csv
from pathlib import Path

import pytest

from accounts.identifiers import (
    CREDIT_CHARACTERS,
    Fault,
    credit_check_character,
    credit_code_fault,
    normalise,
    organisation_check_character,
    organisation_code_fault,
    organisation_code_of,
    split_site_suffix,
)

with Path(__file__).with_name("credit_codes.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))

VALID = [row["code"] for row in ROWS if row["valid"] == "1"] + ["91350100M000100Y43"]


@pytest.mark.parametrize("code", VALID)
def test_a_published_credit_code_has_no_fault(code):
    assert credit_code_fault(code) is None
    assert organisation_code_fault(organisation_code_of(code)) is None


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["valid"] == "0"], ids=lambda r: r["code"]
)
def test_a_faulty_credit_code_names_its_fault(row):
    expected = {
        "最后一位校验码错误（应为C）": Fault.CHECK_CHARACTER,
        "末两位交换（校验码与主体码校验位均错）": Fault.CHECK_CHARACTER,
        "长度17位": Fault.LENGTH,
        "长度19位": Fault.LENGTH,
        "含禁用字母 I": Fault.FORBIDDEN_LETTER,
        "含禁用字母 O（应为数字0）": Fault.FORBIDDEN_LETTER,
    }
    assert credit_code_fault(row["code"]) == expected[row["invalid_reason"]]


@pytest.mark.parametrize("code", VALID[:3])
@pytest.mark.parametrize("position", range(17))
def test_changing_any_one_character_is_noticed(code, position):
    for character in CREDIT_CHARACTERS:
        if character != code[position]:
            assert credit_code_fault(code[:position] + character + code[position + 1 :]) is not None


def test_every_forbidden_letter_is_refused():
    for letter in "IOSVZ":
        assert credit_code_fault(f"9135010{letter}M000100Y43") == Fault.FORBIDDEN_LETTER


def test_a_character_outside_the_alphabet_and_a_letter_among_the_registrar_digits_are_refused():
    assert credit_code_fault("91350100中000100Y43") == Fault.CHARACTER
    assert credit_code_fault("913501A0M000100Y43") == Fault.REGISTRAR


def test_credit_code_begins_with_a_department_that_registers():
    """Eighteen noughts satisfy both check characters."""
    assert credit_code_fault("0" * 18) == Fault.DEPARTMENT


def test_an_inner_organisation_code_with_a_wrong_check_character_is_refused():
    body = "91350100M000100Y5"
    assert credit_code_fault(body + credit_check_character(body)) == Fault.ORGANISATION_CHECK


def test_organisation_code_check_characters():
    assert organisation_check_character("D2143569") == "X"
    assert organisation_code_fault("D2143569X") is None
    assert organisation_code_fault("D2143569-X") is None
    assert organisation_code_fault("D21435690") == Fault.ORGANISATION_CHECK
    assert organisation_code_fault("D2143569") == Fault.LENGTH
    assert organisation_code_fault("D214356中X") == Fault.CHARACTER
    assert organisation_check_character("00000000") == "0"


def test_full_width_and_spaces_and_lower_case_are_normalised():
    typed = " ９１３５０１００ｍ０００１００Ｙ４３ "
    assert normalise(typed) == "91350100M000100Y43"
    assert normalise("9135 0100 m000 100y 43") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("91350100M000100Y43", ("91350100M000100Y43", "")),
        ("91350100M000100Y43(2)", ("91350100M000100Y43", "02")),
        ("91350100M000100Y43（02）", ("91350100M000100Y43", "02")),
        ("91350100M000100Y4302", ("91350100M000100Y43", "02")),
        ("91350100M000100Y43-02", ("91350100M000100Y43", "02")),
        ("D2143569-X", ("D2143569-X", "")),
        ("D2143569X(3)", ("D2143569X", "03")),
        ("D2143569-X03", ("D2143569-X", "03")),
    ],
)
def test_the_site_suffix_is_split_off(typed, expected):
    assert split_site_suffix(normalise(typed)) == expected
