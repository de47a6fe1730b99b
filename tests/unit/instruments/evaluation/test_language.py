"""What rules mean: three truth values, exact decimals, text, dates, groups, other forms."""

import itertools

import pytest

from tests.unit.instruments.evaluation.forms import answers, context, outcome

SPELLED = {True: "true", False: "false", None: "null"}
TRUTHS = list(itertools.product(SPELLED, repeat=2))


def conjunction(left, right):
    if left is False or right is False:
        return False
    return None if None in (left, right) else True


@pytest.mark.parametrize(("left", "right"), TRUTHS)
def test_and(left, right):
    assert outcome(f"{SPELLED[left]} and {SPELLED[right]}") is conjunction(left, right)


@pytest.mark.parametrize(("left", "right"), TRUTHS)
def test_or(left, right):
    opposite = {True: False, False: True, None: None}
    expected = opposite[conjunction(opposite[left], opposite[right])]
    assert outcome(f"{SPELLED[left]} or {SPELLED[right]}") is expected
    assert (
        outcome(f"implies({SPELLED[left]}, {SPELLED[right]})")
        is {
            (True, True): True,
            (True, False): False,
            (True, None): None,
            (False, True): True,
            (False, False): True,
            (False, None): True,
            (None, True): True,
            (None, False): None,
            (None, None): None,
        }[left, right]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2 = 0.3", True),
        ("66.67 + 100 <= 166.67", True),
        ("1.1 * 1.1 = 1.21", True),
        ("9007199254740993 > 9007199254740992", True),
        ("999999999999999999 * 999999999999999999 = 1", False),
        ("1 / 3 * 3 = 1", True),
        ("1 / 0 is null", True),
        ("0 / 5 = 0", True),
        ("1 / 0 > 1", None),
        ("7 / 2 = 3.5", True),
        ("-2 - -3 = 1", True),
        ("2 + 3 * 4 = 14", True),
        ("(2 + 3) * 4 = 20", True),
        ("abs(-1.5) = 1.5", True),
        ("1 = 1.0", True),
        ("1.5 in (1, 1.50)", True),
        ("2 not in (1, 1.50)", True),
        ("-1 in (-1, 2)", True),
        ("5 between 5 and 5", True),
        ("5 not between 1 and 4", True),
        ("null is null", True),
        ("1 is null", False),
        ("'a' is not null", True),
        ("null = null", None),
        ("not null", None),
        ("null + 1 > 0", None),
        ("coalesce(null, 1.5) = 1.5", True),
        ("coalesce(null, null) is null", True),
        ("case when false then 1 end is null", True),
        ("case when null then 1 else 2 end = 2", True),
        ("case when true then 1 when true then 2 end = 1", True),
        ("case when true then 1.25 else 2 / 1 end = 1.25", True),
        ("true = true", True),
        ("'a' <> 'b'", True),
        ("'it''s' = 'it''s'", True),
        ("length('𠮷野家') = 3", True),
        ("substr('𠮷野家', 1, 2) = '𠮷野'", True),
        ("left('𠮷野家', 9) = '𠮷野家'", True),
        ("substring('abc', 9, 1) = ''", True),
        ("matches('abc', '^b')", False),
        ("'abc' ~ 'b'", True),
        ("cas('7664-41-7')", True),
        ("cas('7664-41-8')", False),
        ("cas('58082')", True),
        ("cas('58-08-')", False),
        ("cas('')", False),
        ("cas('７-0')", False),
        ("cas('x-1')", False),
        ("cas(null) is null", True),
        ("date '2018-03-05' > date '2018-03-04'", True),
        ("year(date '2018-03-05') * 100 + month(date '2018-03-05') = 201803", True),
        ("filled('a', null)", False),
        ("blank(null)", True),
        ("nsum(null, null) is null", True),
        ("nsum(1, null) = 1", True),
    ],
)
def test_constants(text, expected):
    assert outcome(text) is expected


def test_blank_is_not_zero():
    assert outcome("flow = 0", answers({"flow": "0"})) is True
    assert outcome("flow = 0", answers()) is None
    assert outcome("flow is null", answers({"flow": "0"})) is False
    assert outcome("flow is null", answers({"flow": "  "})) is True


def test_sums_of_values_are_exact():
    plain = answers({"flow": "0.1", "ratio": "0.2"})
    assert outcome("flow + ratio = 0.3", plain) is True
    assert outcome("huge = 900719925474099.301", answers({"huge": "900719925474099.301"})) is True
    assert outcome("huge = 900719925474099.302", answers({"huge": "900719925474099.301"})) is False


def test_a_malformed_value_leaves_the_rule_undecided():
    assert outcome("flow is null", answers({"flow": "many"})) is None
    assert outcome("flow is null or 1 = 1", answers({"flow": "many"})) is None
    assert outcome("sum(boilers.fuel) > 0", answers(boilers=[{"fuel": "1"}, {"fuel": "x"}])) is None
    forms = {"b1": answers({"hours": "x"})}
    assert outcome("b1.hours > 0", answers(), context(forms=forms)) is None


def test_a_value_that_is_merely_out_of_bounds_or_list_is_judged():
    assert outcome("flow < 0", answers({"flow": "-1"})) is True
    assert outcome("kind = '9'", answers({"kind": "9"})) is True


def test_dollar_means_the_very_end():
    assert outcome("name ~ '^ab$'", answers({"name": "ab"})) is True
    assert outcome("name ~ '^a$'", answers({"name": "a\nb"})) is False
    assert outcome("name ~ 'a.b'", answers({"name": "a\nb"})) is False


def test_full_width_makes_no_difference():
    plain = answers({"name": "某某（集团）公司Ａ"})
    assert outcome("name = '某某（集团）公司A' and name = '某某(集团)公司Ａ'", plain) is True
    assert outcome("name ~ '（集团）'", plain) is True


def test_several_choices():
    plain = answers({"kinds": "1、R1"})
    assert outcome("has(kinds, '1') and has(kinds, 'R1') and not has(kinds, 'R')", plain) is True
    assert outcome("has(kinds, '1')") is None


def test_dates_and_months_have_an_order():
    plain = answers({"reported": "2018年3月5日", "opened": "201712"})
    assert outcome("reported > '2018-03-04' and opened < '2018-01'", plain) is True
    assert outcome("year(reported) = 2018 and month(reported) = 3 and month(opened) = 12", plain)
    assert outcome("opened ~ '-12$' and left(opened, 4) = '2017'", plain) is True


def test_a_coordinate_is_in_seconds_of_arc():
    plain = answers({"longitude": "120°12′33.25″"})
    assert outcome("longitude = 120 * 3600 + 12 * 60 + 33.25", plain) is True


BOILERS = [{"fuel": "1.5", "hours": "10"}, {"fuel": "", "hours": "20"}, {"fuel": "2.5"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(boilers.fuel) = 4", True),
        ("min(boilers.fuel) = 1.5 and max(boilers.fuel) = 2.5", True),
        ("count(boilers.fuel) = 2 and rows(boilers) = 3", True),
        ("sum(boilers.fuel * boilers.hours) = 15", True),
        ("sum(case when boilers.hours is null then boilers.fuel end) = 2.5", True),
        ("every(boilers, hours >= 10)", None),
        ("every(boilers, hours >= 20)", False),
        ("every(boilers, coalesce(hours, 99) >= 10)", True),
        ("some(boilers, hours >= 20)", True),
        ("some(boilers, hours > 20)", None),
        ("some(boilers, coalesce(hours, 0) > 20)", False),
        ("sum(outlets.discharge) is null and rows(outlets) = 0", True),
        ("every(outlets, discharge > 0)", True),
        ("some(outlets, discharge > 0)", False),
        ("max(outlets.discharge) > 0", None),
    ],
)
def test_repeat_groups(text, expected):
    assert outcome(text, answers(boilers=BOILERS)) is expected


OTHER = {
    "b1": answers({"hours": "4800", "is_open": "是"}, kilns=[{"output": "1.5"}, {"kiln": "a"}])
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b1.hours = 4800 and b1.is_open = '1'", True),
        ("sum(b1.kilns.output) = 1.5", True),
        ("count(b1.kilns.kiln) = 1 and rows(b1.kilns) = 2", True),
        ("some(b1.kilns, output > 1)", True),
        ("every(b1.kilns, b1.kilns.output > 1)", None),
        ("filled(b1) and owes(b1)", True),
        ("a1.flow is null and sum(a1.boilers.fuel) is null", True),
        ("register.division_code = '3301'", True),
        ("register.name is null", True),
        ("param('p99') > 1.4 and param('absent') is null", True),
    ],
)
def test_beyond_the_form(text, expected):
    given = context(
        forms=OTHER,
        owed=frozenset({"b1"}),
        register={"division_code": "3301", "name": ""},
        params={"p99": 1.5},
    )
    assert outcome(text, answers(), given) is expected


def test_a_form_that_is_not_there_is_blank():
    assert outcome("b1.hours is null and rows(b1.kilns) = 0 and not filled(b1) and not owes(b1)")


def test_a_rule_over_rows_sees_row_record_and_group():
    plain = answers({"flow": "3"}, boilers=[{"fuel": "1"}, {"fuel": "5"}])
    assert outcome("fuel < flow or fuel > sum(boilers.fuel) / 2", plain, each="boilers") is True
    assert outcome("boilers.fuel > 9", plain, each="boilers") is False
    assert outcome("sum(outlets.discharge + fuel) is null", plain, each="boilers") is True
