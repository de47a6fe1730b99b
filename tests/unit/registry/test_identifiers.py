"""The sentence names what was found and what was expected."""

import pytest

from registry.identifiers import credit_code_problem, normalise, organisation_code_problem


@pytest.mark.parametrize(
    ("typed", "code", "parts"),
    [
        ("91310000631696382D", "check_character", ["第 18 位", "D", "应为 C"]),
        ("9131000063169638C", "length", ["18 位", "17 位"]),
        ("91310000631696382C0", "length", ["18 位", "19 位"]),
        ("9131000063169638IC", "forbidden_letter", ["第 17 位", "字母 I", "应为 1"]),
        ("9131000O631696382C", "forbidden_letter", ["第 8 位", "字母 O", "应为 0"]),
        ("91350100中000100Y43", "character", ["第 9 位", "中"]),
        ("913501A0M000100Y43", "registrar", ["第 3 至 8 位", "3501A0"]),
        ("9.13501E+17", "stored_as_number", ["9.13501E+17", "文本"]),
    ],
)
def test_a_faulty_credit_code_is_explained(typed, code, parts):
    problem = credit_code_problem(normalise(typed))
    assert problem.code == code
    for part in parts:
        assert part in str(problem)


def test_a_wrong_organisation_code_inside_a_credit_code_is_explained():
    from accounts.identifiers import credit_check_character

    body = "91350100M000100Y5"
    problem = credit_code_problem(body + credit_check_character(body))
    assert problem.code == "organisation_check"
    assert "第 9 至 17 位" in problem.message
    assert "应为 4" in problem.message


def test_a_right_code_has_no_problem_also_when_typed_in_full_width():
    assert credit_code_problem(normalise("９１３５０１００Ｍ０００１００Ｙ４３")) is None
    assert organisation_code_problem("D2143569-X") is None


@pytest.mark.parametrize(
    ("typed", "code", "parts"),
    [
        ("D21435690", "organisation_check", ["填写的是 0", "应为 X"]),
        ("D2143569", "length", ["9 位", "8 位"]),
        ("91350100M000100Y43", "length", ["18 位", "统一社会信用代码"]),
        ("D214中569X", "character", ["第 5 位"]),
        ("9.13501E+08", "stored_as_number", ["文本"]),
    ],
)
def test_a_faulty_organisation_code_is_explained(typed, code, parts):
    problem = organisation_code_problem(typed)
    assert problem.code == code
    for part in parts:
        assert part in str(problem)
