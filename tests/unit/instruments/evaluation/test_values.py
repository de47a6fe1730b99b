"""What is typed becomes a typed value, or a sentence saying what is wrong."""

import pytest

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.engine import RuleError
from instruments.evaluation.javascript import module_source
from instruments.evaluation.values import ProblemKind, normalise, parse, reader_for
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import RUBBISH, TEXTS, fresh


def item(kind, **more):
    return Item.from_dict(forms.item("water", kind, **more))


def read(kind, raw, **more):
    parsed = parse(item(kind, **more), raw)
    return parsed.value, parsed.canonical, parsed.problem.code if parsed.problem else None


@pytest.mark.parametrize(
    ("raw", "value", "canonical"),
    [
        ("0", 0, "0"),
        ("12", 1200, "12"),
        ("1234.50", 123450, "1234.50"),
        ("1,234,567.8", 123456780, "1234567.8"),
        ("1 234", 123400, "1234"),
        ("1\u00a0234", 123400, "1234"),
        ("１２．５", 1250, "12.5"),
        ("1，234", 123400, "1234"),
        ("-0", 0, "0"),
        ("-1.05", -105, "-1.05"),
        ("+3", 300, "3"),
        ("007", 700, "7"),
        (".5", 50, "0.5"),
        ("5.", 500, "5"),
        ("1.5000", 150, "1.50"),
        ("99999999999999.99", 9999999999999999, "99999999999999.99"),
    ],
)
def test_a_number_as_people_type_it(raw, value, canonical):
    assert read("decimal", raw, digits=16, scale=2) == (value, canonical, None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("abc", "not_a_number"),
        ("1e5", "not_a_number"),
        ("NaN", "not_a_number"),
        ("½", "not_a_number"),
        ("1,23", "not_a_number"),
        (".", "not_a_number"),
        ("-", "not_a_number"),
        ("1" * 61, "not_a_number"),
        ("٣", "not_a_number"),
        ("1.234", "too_many_decimals"),
        ("123456789", "too_many_digits"),
    ],
)
def test_a_text_that_is_no_number_has_no_value(raw, code):
    assert read("decimal", raw, digits=8, scale=2) == (None, normalise(raw), code)


def test_a_whole_number_takes_no_decimals():
    assert read("integer", "5.0") == (5, "5", None)
    assert read("integer", "5.5")[2] == "not_whole"


def test_the_sentence_names_item_limit_and_what_was_typed():
    problem = parse(item("decimal", scale=2, max="8760"), "9000").problem
    assert problem.message == {
        "zh": "“water”不应大于 8760，现填“9000”。",
        "en": "“water” must not be greater than 8760; it is “9000”.",
    }
    assert problem.kind is ProblemKind.TYPE


def test_a_value_out_of_bounds_is_still_a_value():
    assert read("decimal", "-1", scale=0, min="0") == (-1, "-1", "below_minimum")
    assert read("decimal", "0", scale=0, min="0", max="0") == (0, "0", None)
    assert read("date", "2016-12-31", min="2017-01-01")[2] == "below_minimum"
    assert read("year_month", "2018-07", max="2018-06")[2] == "above_maximum"


@pytest.mark.parametrize(("kind", "bound"), [("text", "1"), ("decimal", "0.5"), ("date", "2018")])
def test_a_bound_that_fits_no_value_is_refused(kind, bound):
    with pytest.raises(RuleError, match="water"):
        reader_for(item(kind, min=bound))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("year", "2017", 2017),
        ("year", "２０１７年", 2017),
        ("date", "2018-3-5", "2018-03-05"),
        ("date", "2018年3月5日", "2018-03-05"),
        ("date", "20180305", "2018-03-05"),
        ("date", "2016-02-29", "2016-02-29"),
        ("date", "2000-02-29", "2000-02-29"),
        ("year_month", "2017年12月", "2017-12"),
        ("year_month", "201712", "2017-12"),
        ("yes_no", "是", "1"),
        ("yes_no", "２", "2"),
        ("multi_choice", "1、3，5", ",1,3,5,"),
        ("multi_choice", "3 1 3", ",3,1,"),
        ("division", "3301 0600 5001", "330106005001"),
        ("phone", "0571-88886666 转 12", "0571-88886666 转 12"),
        ("credit_code", "９１３５０１００m000100y43", "91350100M000100Y43"),
        ("organisation_code", "D2143569-X", "D2143569X"),
        ("text", "  某某公司\u200b ", "某某公司"),
        ("text", "两 个\n行", "两 个\n行"),
    ],
)
def test_other_values_as_people_type_them(kind, raw, value):
    assert read(kind, raw) == (
        value,
        value.strip(",") if isinstance(value, str) else str(value),
        None,
    )


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("year", "17", "not_a_year"),
        ("date", "2018-02", "not_a_date"),
        ("date", "2017-02-29", "no_such_date"),
        ("date", "1900-02-29", "no_such_date"),
        ("date", "2018-00-01", "no_such_date"),
        ("date", "2018-01-00", "no_such_date"),
        ("year_month", "2017-13", "no_such_month"),
        ("year_month", "17-1", "not_a_month"),
        ("yes_no", "3", "not_yes_or_no"),
        ("multi_choice", "，", None),
        ("text", "a\x00b", "control_character"),
        ("text", "\ud800", "control_character"),
        ("date", "2018-\n01-01", "control_character"),
        ("text", "x" * 2001, "too_long"),
    ],
)
def test_other_texts_without_a_value(kind, raw, code):
    if code == "control_character" and kind == "date":
        code = "not_a_date"
    value, _canonical, found = read(kind, raw)
    assert (value, found) == (None, code)


@pytest.mark.parametrize(
    ("kind", "raw", "code", "words"),
    [
        ("credit_code", "91350100M000100Y44", "credit_check", "第 18 位应为“3”，现为“4”"),
        ("credit_code", "9135010OM000100Y43", "credit_letter", "第 8 位现为“O”"),
        ("credit_code", "91350100M000100Y4", "credit_length", "18 位，现有 17 位"),
        ("credit_code", "91350100M00010!Y43", "credit_character", "第 15 位现为“!”"),
        ("credit_code", "9135A100M000100Y43", "credit_registrar", "登记机关"),
        ("organisation_code", "D21435690", "organisation_check", "第 9 位应为“X”，现为“0”"),
        ("organisation_code", "D214", "organisation_length", "9 位，现有 4 位"),
        ("organisation_code", "D2143!69X", "organisation_character", "第 6 位"),
        ("division", "330106", "not_a_division", "12 位"),
        ("phone", "call me", "not_a_phone_number", "电话号码"),
    ],
)
def test_a_wrong_code_is_kept_and_the_sentence_says_where(kind, raw, code, words):
    parsed = parse(item(kind), raw)
    assert (parsed.value, parsed.problem.code) == (raw, code)
    assert words in parsed.problem.message["zh"]


def test_the_organisation_code_inside_a_credit_code_is_checked_too():
    parsed = parse(item("credit_code"), "91350100M000100Y53")
    assert parsed.problem.code in {"credit_check", "credit_organisation_check"}


def test_a_credit_code_with_a_wrong_organisation_code_inside():
    body = "91350100M00010099"
    from accounts.identifiers import credit_check_character

    parsed = parse(item("credit_code"), body + credit_check_character(body))
    assert parsed.problem.code == "credit_organisation_check"


@pytest.mark.parametrize(
    "raw",
    [
        "120°12′33.25″",
        "120 12 33.25",
        "120度12分33.25秒",
        "120°12'33.25\"",
        "120º12’33.25”",
        "E120°12′33.25″",
        "东经120°12′33.25″",
        "120°12′33.25″E",
        "１２０ １２ ３３．２５",
        "120.2092361111",
    ],
)
def test_a_coordinate_in_any_spelling(raw):
    assert read("coordinate", raw) == (43275325, "120°12′33.25″", None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("120 12", "not_a_coordinate"),
        ("-120 12 1", "not_a_coordinate"),
        ("1200", "not_a_coordinate"),
        ("120 12.5 1", "not_a_coordinate"),
        ("x", "not_a_coordinate"),
        ("1 " * 30, "not_a_coordinate"),
        ("120 60 1", "coordinate_minutes"),
        ("120 1 60", "coordinate_seconds"),
        ("120 1 1.234", "coordinate_decimals"),
        ("181 0 0", "coordinate_degrees"),
        ("180.0000014", "coordinate_degrees"),
    ],
)
def test_a_wrong_coordinate(raw, code):
    assert read("coordinate", raw)[::2] == (None, code)


def test_decimal_degrees_are_rounded_to_hundredths_of_a_second():
    assert read("coordinate", "0.00000138")[0] == 0
    assert read("coordinate", "0.00000139")[0] == 1


def test_a_code_list_is_checked_where_it_is_at_hand():
    choice, several = item("choice", codelist="L"), item("multi_choice", codelist="L")
    lists = {"L": {"1", "2"}}
    assert parse(choice, "1", lists).problem is None
    assert parse(choice, "9", lists).problem.kind is ProblemKind.LIST
    assert parse(choice, "9", lists).value == "9"
    assert parse(choice, "9", {}).problem is None
    assert parse(several, "1,9", lists).problem.message["zh"].startswith("“water”填的“9”")
    assert parse(several, "1,2", lists).problem is None
    assert parse(choice, "", lists).problem is None


def test_a_pattern_has_to_match_the_whole_text():
    assert read("code", "DW001", pattern="DW[0-9]{3}")[2] is None
    assert read("code", "DW0011", pattern="DW[0-9]{3}")[2] == "wrong_pattern"
    assert read("code", "xDW001", pattern="DW[0-9]{3}|x")[2] == "wrong_pattern"


def test_length_counts_characters_not_code_units():
    assert read("text", "𠮷𠮷", max_length=2)[2] is None
    assert read("text", "𠮷𠮷𠮷", max_length=2)[2] == "too_long"


@pytest.mark.parametrize("raw", ["", " ", "\u3000", "\ufeff", "\t\r\n", "\u200b \u00a0"])
def test_blank_is_no_value_and_no_problem(raw):
    for kind in ItemType:
        assert read(kind, raw) == (None, "", None)


def test_zero_is_not_blank():
    assert read("decimal", "0", scale=1) == (0, "0", None)


def test_normalising_twice_changes_nothing():
    for text in (*RUBBISH, *(text for texts in TEXTS.values() for text in texts)):
        assert normalise(normalise(text)) == normalise(text)


def test_the_sign_of_arc_seconds_survives():
    assert normalise(" 120°12′33.25″ ") == "120°12′33.25″"


def test_long_texts_are_shortened_in_sentences():
    message = parse(item("integer"), "x" * 60).problem.message["zh"]
    assert "x" * 40 + "…" in message
    assert "x" * 41 not in message


def _spoiled(chance):
    """A text that people type, with something done to it."""
    text = list(chance.choice(TEXTS[chance.choice(list(TEXTS))]))
    for _ in range(chance.randrange(3)):
        place = chance.randrange(len(text) + 1)
        text[place:place] = chance.choice("0159.,- /年月°′″″秒EXaＡ１，\u200b\u00a0\n\t𠮷é一")
    for _ in range(chance.randrange(2)):
        del text[chance.randrange(len(text) + 1) :][:1]
    return "".join(text)


def test_the_browser_reads_every_text_alike():
    compiled = forms.compiled_with()
    browser, chance = Browser(module_source(compiled)), fresh()
    pairs = [
        (item.slug, _spoiled(chance)) for item in compiled.definition.items for _ in range(400)
    ]
    theirs = browser.read(pairs)
    readers = {item.slug: reader_for(item) for item in compiled.definition.items}
    for (slug, raw), found in zip(pairs, theirs, strict=True):
        reading = readers[slug](raw)
        ours = [reading.value, reading.canonical, reading.fault and reading.fault.code]
        assert ours == found or _beyond_double(reading.value), (slug, raw)
    texts = [raw for _slug, raw in pairs]
    assert browser.normalise(texts) == [normalise(raw) for raw in texts]


def _beyond_double(value):
    """The harness hands numbers over as doubles."""
    return isinstance(value, int) and abs(value) > 2**53
