"""Filled forms: every value is there, rows and columns are counted, nothing is interpreted."""

import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from instruments.evaluation.definition import Definition
from instruments.printing.document import document_bytes, pages_of
from instruments.printing.paper import Rule, Words
from instruments.printing.typeface import printable, width, wrap
from instruments.printing.wording import TICKED_AT_MOST
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.printing.papers import definition, filled, read, sheet, text_of


def boilers(number):
    rows = [f"b{place}" for place in range(number)]
    values = {f"boilers/{row}/power_generated": f"{place}777.25" for place, row in enumerate(rows)}
    values |= {f"boilers/{row}/industrial_boiler_type": "R1" for row in rows}
    return values, {"boilers": rows}


def words(one):
    return [m for page in pages_of(one).pages for m in page.marks if isinstance(m, Words)]


def some_form(*items, group=None, orientation="portrait"):
    more = {"groups": [group], "group": group["slug"]} if group else {}
    data = {
        "code": "A1",
        "title": {"zh": "甲表", "en": "A"},
        "orientation": orientation,
        "groups": more.get("groups", []),
        "sections": [
            {
                "id": "s1",
                "title": {"zh": "一、情况", "en": "1"},
                "items": list(items),
                **({"group": more["group"]} if more else {}),
            }
        ],
    }
    return Definition.from_dict(data)


def test_twenty_boilers_stand_in_numbered_columns():
    values, rows = boilers(20)
    reader = read(filled("G103-1", values, rows))
    text = text_of(reader)
    for number in range(1, 21):
        assert f"锅炉{number}" in text
        assert f"{number - 1}777.25" in text
    assert text.count("R1燃煤锅炉") == 20
    assert "锅炉21" not in text


def test_header_is_repeated_on_every_page_and_pages_are_counted():
    reader = read(filled("G103-1", *boilers(3)))
    pages = [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert "G103-1第3版" in page
        assert "填报中" in page
        assert "2018-03-05" in page
        assert "指标名称" in page or "单位负责人" in page
    assert all("（续）" in page for page in pages[1:])
    assert "（续）" not in pages[0]


def test_rows_of_a_list_are_numbered_and_counted():
    rows = [f"p{place}" for place in range(300)]
    values = {f"products/{row}/product_name": f"产品甲{place}号" for place, row in enumerate(rows)}
    reader = read(filled("G101-2", values, {"products": rows}))
    text = text_of(reader)
    assert len(set(re.findall(r"产品甲\d+号", text))) == 300
    assert len(reader.pages) > 5


def test_filled_form_with_no_rows_keeps_the_table():
    text = text_of(read(filled("G101-2", {}, {})))
    assert "序号" in text
    assert "产品名称" in text


def test_zero_is_printed_and_blank_stays_empty():
    form = some_form(forms.item("flow", "decimal"), forms.item("dust", "decimal"))
    texts = [w.text for w in words(filled(form, {"flow": "0"}))]
    assert "0" in texts
    assert "None" not in "".join(texts)


def test_codes_carry_their_words():
    values = {"scale": "1", "produces_wastewater": "2", "longitude": "120.209236"}
    form = definition("G101-1")
    known = {slug: value for slug, value in values.items() if slug in form.items_by_slug}
    text = text_of(read(filled(form, known)))
    assert "2否" in text
    assert "120°12′33.25″" in text


def test_codes_outside_their_list_are_printed_as_they_are():
    form = definition("G101-1")
    values = {i.slug: "9x9" for i in form.items if i.type in {"choice", "multi_choice", "yes_no"}}
    assert text_of(read(filled(form, values))).count("9x9") == len(values)


def test_several_choices_are_printed_with_their_words():
    form = next(
        d
        for d in map(definition, ("QC01", "S103", "J101-1", "S105", "QC03", "J102-1", "QC04"))
        if any(i.type == "multi_choice" and not i.group for i in d.items)
    )
    item = next(i for i in form.items if i.type == "multi_choice" and not i.group)
    one = filled(form, {})
    first, second = [code for code, _label in one.codelists[item.codelist].pairs("zh")][:2]
    labels = one.codelists[item.codelist]
    text = text_of(read(filled(form, {item.slug: f"{first},{second}"})))
    both = f"{first} {labels.label(first)}；{second} {labels.label(second)}"
    assert re.sub(r"\s", "", both) in text


def test_blank_form_offers_boxes_where_choices_are_few_and_lists_the_others_below():
    text = text_of(read(sheet("G101-1")))
    assert "□1是□2否" in text
    assert re.search(r"第[0-9A-Z、-]+项代码：110国有", text)
    assert re.search(r"项按《.+?》（\d+个代码）填写", text)
    assert TICKED_AT_MOST < 100
    assert "R1燃煤锅炉；R2" in text_of(read(sheet("G103-1")))
    assert "项代码：" not in text_of(read(filled("G103-1", *boilers(1))))


def test_choice_to_tick_is_not_torn_from_its_box():
    texts = [w.text for w in words(sheet("J101-1")) if "□" in w.text]
    assert texts
    assert not [text for text in texts if text.endswith("□") or re.search(r"□[0-9A-Z]+$", text)]


@pytest.mark.parametrize("code", ["G101-1", "G103-1", "S101"])
def test_explanations_stand_behind_the_form_where_asked_for(code):
    form = definition(code)
    text = text_of(read(sheet(code, is_explained=True)))
    plain = text_of(read(sheet(code)))
    explained = [item for item in form.items if item.help]
    assert explained
    for item in explained:
        assert re.sub(r"\s", "", printable(item.help["zh"]))[:12] in text
    assert "指标解释" not in plain


def test_empty_lines_of_a_list_fill_the_page():
    for code in ("N203", "G105", "S106"):
        first, *_rest = pages_of(sheet(code)).pages
        lowest = max(m.y1 for m in first.marks if isinstance(m, Rule))
        assert lowest > 480


def test_few_items_stand_in_one_table_on_a_wide_page_and_many_in_halves():
    few = [forms.item(f"n{place}", "decimal") for place in range(3)]
    many = [forms.item(f"n{place}", "decimal") for place in range(8)]
    for items, halves in ((few, 1), (many, 2)):
        one = filled(some_form(*items, orientation="landscape"), {"n0": "17"})
        texts = [w.text for w in words(one)]
        assert texts.count("指标名称") == halves
        assert texts.count("17") == 1


def test_heading_shows_codes_in_boxes_and_signatures_stand_below():
    values = {
        "head_credit_code": "91330106MA27X0001K",
        "head_unit_name": "某某厂",
        "filled_in_by": "张三",
        "reported_on": "2018-04-01",
    }
    text = text_of(read(filled("G103-1", values, {}, year="2017", unit="某某厂")))
    assert "91330106MA27X0001K" in text
    assert "2017年" in text
    assert text.index("填表人") < text.index("张三")
    assert "2018-04-01" in text
    assert "年月日" in text_of(read(sheet("G103-1")))


def test_who_issued_and_approved_is_said_only_where_it_is_known():
    assert "制定机关" not in text_of(read(sheet("S101")))
    raw = {**definition("S101").raw, "issued_by": "某办公室", "approved_by": "某局"}
    text = text_of(read(sheet(Definition.from_dict({**raw, "valid_until": "2019年12月31日"}))))
    for line in ("制定机关：某办公室", "批准机关：某局", "有效期至：2019年12月31日"):
        assert line in text


def test_code_longer_than_its_boxes_is_written_out():
    text = text_of(read(filled("G103-1", {"head_credit_code": "9" * 25}, {})))
    assert "9" * 25 in text


def test_forms_of_a_unit_are_bookmarked_and_numbered_on_their_own():
    reader = read(sheet("S101"), sheet("G106-1"), sheet("G103-1"), title="某某厂")
    titles = [entry["/Title"] for entry in reader.outline]
    assert [title.split()[0] for title in titles] == ["S101", "G106-1", "G103-1"]
    first_pages = [reader.get_destination_page_number(entry) for entry in reader.outline]
    for number in first_pages:
        assert "第1页" in re.sub(r"\s", "", reader.pages[number].extract_text())
    assert reader.metadata.title == "某某厂"


# --- hostile values ---------------------------------------------------------------------------
HOSTILE = [
    "<b>粗体</b>&amp;<para>",
    "\x00\x07控制\x1b字符\u202e反向\u200b",
    "😀🏭",
    "𰻝麤\ud800",
    "很长的文字。" * 600,
    "A" * 3000,
    "一\r\n二\n\n三\t四\u2028五",
    "1e400",
    "=1+1",
    ")))\\(Tj ET",
    "e\u0301",
    " ",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("code", ["G101-1", "G103-1", "G106-1"])
def test_hostile_values_are_printed_as_text_in_every_cell(code, value):
    form = definition(code)
    rows = {group.slug: ["r1", "r2"] for group in form.groups}
    values = {i.path(row): value for i in form.items for row in rows.get(i.group, [""])[:1]}
    one = filled(form, values, rows, unit=value, exercise=value, reference=value, year=value[:40])
    reader = read(one, title=value)
    text = text_of(reader)
    assert f"共{len(reader.pages)}页" in text
    expected = re.sub(r"\s", "", printable(value))
    assert expected[:20] in text


def test_markup_is_not_interpreted():
    form = some_form(forms.item("note", "text", max_length=200))
    assert "<b>粗</b>&amp;" in text_of(read(filled(form, {"note": "<b>粗</b>&amp;"})))


def test_what_the_typeface_lacks_is_named():
    assert printable("厂😀\x00\u202e厂\ufe0f") == "厂〔U+1F600〕厂"
    assert printable("\ud800") == "〔U+D800〕"
    assert printable("e\u0301\u00a0\tx\r\ny\rz") == "é\u00a0 x\ny\nz"


def test_long_text_goes_on_on_the_next_pages_and_nothing_is_lost():
    form = some_form(forms.item("note", "text", max_length=2000))
    value = "".join(f"第{number}句。" for number in range(1500))
    one = filled(form, {"note": value})
    assert len(pages_of(one).pages) > 1
    heads = {"填报内容", "1"}
    column = "".join(
        w.text for w in words(one) if w.size == 8 and w.x > 360 and w.text not in heads
    )
    assert re.findall(r"第(\d+)句", column) == [str(number) for number in range(1500)]


def test_number_too_long_for_its_column_becomes_smaller_before_it_is_broken():
    group = {"slug": "g", "label": {"zh": "组", "en": "g"}, "layout": "rows", "min": 0, "max": 9}
    items = [forms.item(f"n{place}", "decimal") for place in range(20)]
    form = some_form(*items, group=group, orientation="landscape")
    one = filled(form, {"g/r1/n0": "123456789012.25", "g/r1/n1": "5"}, {"g": ["r1"]})
    sizes = {w.text: w.size for w in words(one)}
    assert sizes["123456789012.25"] < sizes["5"]


def test_table_too_wide_for_a3_is_set_in_bands_with_the_numbers_of_the_rows():
    group = {"slug": "g", "label": {"zh": "组", "en": "g"}, "layout": "rows", "min": 0, "max": 9}
    items = [forms.item(f"item{place}", "text", max_length=9) for place in range(60)]
    form = some_form(*items, group=group, orientation="landscape")
    values = {f"g/r{row}/item{place}": f"v{row}x{place}" for row in (1, 2) for place in range(60)}
    texts = [w.text for w in words(filled(form, values, {"g": ["r1", "r2"]}))]
    assert set(values.values()) <= set(texts)
    assert texts.count("序号") == 3


def test_headings_stay_with_what_follows():
    for code in ("G101-1", "G102", "G103-1"):
        form = definition(code)
        titles = {section.title["zh"] for section in form.sections}
        for page in pages_of(sheet(code)).pages:
            in_table = [m for m in page.marks if isinstance(m, Words) and m.y < 780]
            lowest = max(in_table, key=lambda mark: mark.y)
            assert not (lowest.is_bold and lowest.text in titles)


def test_sides_of_the_tables_are_open():
    flow = pages_of(sheet("S101"))
    rules = [m for page in flow.pages for m in page.marks if isinstance(m, Rule)]
    upright = {mark.x1 for mark in rules if mark.x1 == mark.x2}
    level = [mark for mark in rules if mark.y1 == mark.y2 and mark.width == 1.0]
    assert upright
    assert min(upright) > min(mark.x1 for mark in level)
    assert max(upright) < max(mark.x2 for mark in level)


def test_threads_do_not_mix_their_documents():
    sheets = [filled("G103-1", *boilers(2)), sheet("S101"), sheet("G106-1"), sheet("J101-1")]
    alone = [text_of(read(one)) for one in sheets]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: document_bytes([one], "x"), sheets * 4))
    texts = [text_of(PdfReader(BytesIO(content))) for content in found]
    assert texts == alone * 4


# --- lines ------------------------------------------------------------------------------------
@settings(max_examples=200)
@given(
    st.text(alphabet="甲乙，。（）abc 123.5%\n", max_size=80),
    st.integers(min_value=20, max_value=200),
)
def test_lines_fit_and_hold_every_character(text, room):
    lines = wrap(text, room, 8)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:
        assert width(line, 8) <= room or len(line) <= 1


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_text_becomes_printable(text):
    form = some_form(forms.item("note", "text", max_length=200))
    assert document_bytes([filled(form, {"note": text})], text).startswith(b"%PDF")


def test_no_line_begins_with_a_closing_mark():
    lines = wrap("废气处理设施（除尘、脱硫），运行情况；说明。" * 6, 60, 8)
    assert not [line for line in lines if line[0] in "，。；、）"]
    assert not [line for line in lines if line[-1] in "（"]


def test_bands_of_an_empty_table_have_the_same_lines_on_one_page():
    flow = pages_of(sheet("G106-1"))
    texts = [mark.text for mark in flow.pages[0].marks if isinstance(mark, Words)]
    assert texts.count("序号") == 2
    assert texts.count("9") == 2
