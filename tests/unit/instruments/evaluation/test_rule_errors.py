"""A rule that makes no sense is refused with RuleError and a sentence, whatever its text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.evaluation.engine import RuleError
from instruments.evaluation.language.compiling import compile_condition
from instruments.evaluation.language.names import Names
from instruments.evaluation.language.patterns import compile_pattern, javascript_pattern
from tests.unit.instruments.evaluation.chance import HAND_MADE
from tests.unit.instruments.evaluation.forms import definitions

FORMS = definitions()
NAMES = Names(FORMS["a1"], {"b1": FORMS["b1"]})


def compiled(text, each=""):
    expression = compile_condition(text, NAMES, each=each)
    assert expression.judge
    assert expression.javascript
    return expression


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("flwo > 1", "no item 'flwo'; did you mean 'flow'"),
        ("bolers.fuel > 1", "no form 'bolers'"),
        ("sum(boilers.feul) > 1", "did you mean 'fuel'"),
        ("b2.hours > 1", "no form 'b2'"),
        ("b1.hour > 1", "did you mean 'hours'"),
        ("b1.output > 1", "sum(b1.kilns.output)"),
        ("b1.kilns.output > 1", "inside sum"),
        ("register.nmae = 'x'", "did you mean 'name'"),
        ("fuel > 1", "each: boilers"),
        ("boilers.fuel > 1", "inside sum"),
        ("flow", "'flow' (number)|this is a number"),
        ("flag", "this is a text"),
        ("flag and true", "flag = '1'"),
        ("flow = 'a'", "'flow' (number) cannot be compared with 'a' (text)"),
        ("name > 'a'", "text is compared by"),
        ("kinds = '1'", "has(item, 'code')"),
        ("has(flow, '1')", "several choices"),
        ("has(kinds, flow)", "one code in quotes"),
        ("has(kinds, '1,2')", "one code in quotes"),
        ("reported > '2018-2-3'", "no date of the form"),
        ("opened > '2018-13'", "no month of the form"),
        ("date '2018-02-30' = reported", "no date"),
        ("year(flow) = 1", "date or month"),
        ("flow + name > 1", "where a number is needed"),
        ("abs(name) > 1", "where a number is needed"),
        ("length(flow) > 1", "where a text is needed"),
        ("not flow", "where a condition is needed"),
        ("flow in (ratio)", "IN takes constants"),
        ("flow in ()", ""),
        ("flow in (select 1)", ""),
        ("flow is true", "IS is only for NULL"),
        ("case flow when 1 then true end", "not allowed"),
        ("case when true then 1 else 'a' end = 1", "differ in type"),
        ("coalesce(flow, name) is null", "differ in type"),
        ("huge * huge * huge > 1", "digits"),
        ("sum(boilers.fuel / boilers.hours) > 1", "no quotient"),
        ("nsum(flow / 2) > 1", "no quotient"),
        ("sum(flow) > 1", "repeat group"),
        ("sum(boilers.fuel + outlets.discharge) > 1", "one repeat group"),
        ("every(boilers, sum(boilers.fuel) > 1)", "inside an aggregate"),
        ("every(flow, true)", "no repeat group 'flow'"),
        ("rows(b1.kiln) = 1", "did you mean 'kilns'"),
        ("rows(a.b.c) = 1", "no repeat group"),
        ("every(boilers, fuel)", "condition is needed"),
        ("substr(name, flow, 1) = 'a'", "constants"),
        ("substr(name, 0, 1) = 'a'", "constants"),
        ("left(name, 1.5) = 'a'", "constants"),
        ("name ~ name", "constant in quotes"),
        ("name ~ '('", "without its )"),
        ("name ~* 'a'", "not allowed"),
        ("name like 'a'", "syntax"),
        ("owes(b2)", "no form 'b2'"),
        ("owes(b1.x)", "takes the name of a form"),
        ("owes('b1')", "a name is expected"),
        ("param('A b') > 1", "takes a name in quotes"),
        ("param(flow) > 1", "takes a name in quotes"),
        ("absolute(flow) > 1", "no function absolute()"),
        ("lenght(name) > 1", "did you mean length()"),
        ("abs() > 1", "takes 1 arguments, not 0"),
        ("implies(true)", "takes 2 arguments, not 1"),
        ("1e5 > 1", "in digits"),
        ("flow > 1234567890123456789", "in digits"),
        ("FLOW > 1", "small letters"),
        ('"flow" > 1', "not allowed"),
        ("flow::int > 1", "not allowed"),
        ("flow > 1; true", "not allowed"),
        ("flow > 1 -- why", "comments"),
        ("flow > /* why */ 1", "comments"),
        ("name || 'a' = 'a'", "not allowed"),
        ("'a' 'b' = 'ab'", "not allowed"),
        ("E'a' = 'a'", "not allowed"),
        ("X'flow' = 'a'", ""),
        ("$$flow$$ > 1", "not allowed"),
        ("N'name' = 'a'", "not allowed"),
        ("a.b.c.d = 1", ""),
        ("flow = = 1", "syntax"),
        ("flow > 1 true", ""),
        ("1 = 1 = true", None),
        ("(((((((((((((((((((((1)))))))))))))))))))))=1", "nests"),
        ("not " * 30 + "true", "nests"),
        ("'" + "a" * 5000 + "' = name", "longer than"),
        ("1=1 and " * 400 + "true", "words and signs"),
        ("1" + "+1" * 200 + "=1", "digits|too large"),
        (" or ".join(["flow=1"] * 350), "too large"),
    ],
)
def test_a_rule_that_makes_no_sense(text, words):
    if words is None:
        compiled(text)
        return
    with pytest.raises(RuleError) as caught:
        compiled(text)
    assert any(word in str(caught.value) for word in words.split("|")), str(caught.value)


def test_an_unknown_group_for_each():
    with pytest.raises(RuleError, match="no repeat group"):
        compiled("flow > 1", each="furnaces")


def test_words_of_sql_may_be_names():
    from instruments.evaluation.definition import Definition
    from tests.unit.instruments.evaluation.forms import form, item

    words = ("values", "date", "size", "order", "rows", "year", "left", "table", "to", "filter")
    columns = [item(word, "integer") for word in words]
    plain = Definition.from_dict(form("A1", columns))
    for word in words:
        compile_condition(f"{word} > 0 and {word} is not null", Names(plain))


def test_a_chain_of_conditions_is_not_deep():
    compiled(" or ".join(f"kind = '{number}'" for number in range(150)))


SOUND = [text for text, more in HAND_MADE if "each" not in more]
PIECES = [
    *("(", ")", "not ", "and", "or", " = ", "<", ">", "-", "+", "*", "/", ",", ".", "'", "null"),
    *("case when", "then", "end", "in", "between", "is", "sum(", "flow", "boilers.fuel", "~", "1"),
    *(
        ";",
        "--",
        "/*",
        "::",
        "[",
        "]",
        "{",
        "@",
        "$$",
        '"',
        "\\",
        "\x00",
        "\ud800",
        "年",
        "𠮷",
        "%",
    ),
]


@st.composite
def mutations(draw):
    """A sound rule with pieces put in, taken out or doubled."""
    text = draw(st.sampled_from(SOUND))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 8))
        piece = draw(st.sampled_from(PIECES)) * draw(st.sampled_from([1, 1, 1, 50]))
        text = text[:place] + piece + text[place + length :]
    return text


@settings(max_examples=200, deadline=None)
@given(mutations() | st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_but_a_rule_error_escapes(text):
    try:
        compiled(text)
        sentence = "sound"
    except RuleError as error:
        sentence = str(error)
    assert sentence


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "not " * 5000 + "true",
        "- " * 1000 + "1 = 1",
        "case when " * 700 + "true",
        "1 = " * 700 + "1",
        "true = not " * 400 + "true",
        "abs(" * 15 + "1" + ")" * 15 + " = 1" + " = not true" * 300,
        "1 between 1 and " * 400 + "1",
        "kind in ('1'" + ", '1'" * 600 + ")",
        "coalesce(" + "1," * 600 + "1) = 1",
    ],
)
def test_nesting_cannot_exhaust_anything(text):
    with pytest.raises(RuleError):
        compiled(text)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\d+", "only punctuation"),
        ("a\\", "only punctuation"),
        ("(a", "without its )"),
        ("a)", "too many"),
        ("[a", "without its ]"),
        ("[]", "empty"),
        ("[z-a]", "backwards"),
        ("[[a]", "write \\["),
        ("*a", "nothing before"),
        ("a**", "one repetition"),
        ("a{2", "write {3}"),
        ("a{5,2}", "not allowed"),
        ("a{101}", "not allowed"),
        ("a]", "write \\]"),
        ("(a+)+b", "may not be repeated"),
        ("(a|aa)+b", "nor alternatives"),
        ("a*b*c*d*", "too long"),
        ("a+b+", "too long"),
        ("(?<x>a)", "nothing before"),
        ("(?=a)", "nothing before"),
        ("((((((((((a))))))))))", "deeply"),
        ("((a{100}){100}){100}", "too long"),
        ("a" * 201, "at most 200"),
    ],
)
def test_a_pattern_outside_of_the_subset(pattern, words):
    with pytest.raises(RuleError) as caught:
        compile_pattern(pattern)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[0-9]{4}(-[0-9]{1,2})?$", "2017-1"),
        ("^(?:19|20)[0-9][0-9]$", "2017"),
        ("^[^a-c\\^]{3}$", "xyz"),
        (r"^[\-\]\^.]+$", "-]^."),
        (r"^a\.b\*$", "a.b*"),
        ("^.?$", "𠮷"),
        ("^[一-龥]{2,}$", "水泥"),
        ("^([0-9]{3}-){2}x$", "123-456-x"),
        ("^a-b c/d$", "a-b c/d"),
        ("^$", ""),
        ("^[A-]$", "-"),
    ],
)
def test_a_pattern_of_the_subset(pattern, text):
    assert compile_pattern(pattern).search(text)
    assert not compile_pattern(pattern).search(text + "\n")
    assert javascript_pattern(pattern)


@settings(max_examples=200, deadline=None)
@given(st.text("ab0-9[](){}|*+?.^$\\,:", max_size=14))
def test_nothing_but_a_rule_error_escapes_a_pattern(pattern):
    try:
        compile_pattern(pattern)
        sentence = "sound"
    except RuleError as error:
        sentence = str(error)
    assert sentence
