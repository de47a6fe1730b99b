"""Every published definition prints: on the right paper, complete, with its typeface inside."""

import gzip

import pytest

from instruments.definition_files import codelist_files, definition_paths
from instruments.printing.document import pages_of
from instruments.printing.paper import Words
from instruments.printing.typeface import characters, printable
from registry.services.reference import AREAS_FILE
from tests.unit.instruments.printing.papers import (
    definition,
    filled,
    read,
    sheet,
    sizes,
    squeezed,
    text_of,
)

CODES = [path.stem for path in definition_paths()]
PORTRAIT, LANDSCAPE, WIDE = (210, 297), (297, 210), (420, 297)


@pytest.mark.parametrize("code", CODES)
def test_blank_form_is_complete(code):
    form = definition(code)
    reader = read(sheet(code))
    text = text_of(reader)
    for item in form.items:
        assert squeezed(printable(item.label["zh"])) in text
        assert item.code in text
        assert squeezed(item.unit) in text
    for group in form.groups:
        assert squeezed((group.row_label or group.label)["zh"]) in text or group.layout == "rows"
    for section in form.sections:
        is_around = section.id in {"head", "foot"}
        assert is_around or squeezed(printable(section.title["zh"])) in text
    assert squeezed(form.title["zh"]) in text
    assert squeezed(f"表　　号：{code}") in text
    assert squeezed(f"批准文号：{form.basis}") in text
    assert f"第1页共{len(reader.pages)}页" in text


@pytest.mark.parametrize("code", CODES)
def test_paper_is_as_the_definition_turns_it(code):
    form = definition(code)
    found = set(sizes(read(sheet(code))))
    assert len(found) == 1
    expected = {LANDSCAPE, WIDE} if form.orientation == "landscape" else {PORTRAIT, LANDSCAPE}
    assert found <= expected


def test_widest_table_goes_to_a3_and_the_others_stay_on_a4():
    assert set(sizes(read(sheet("G106-1")))) == {WIDE}
    assert set(sizes(read(sheet("G103-1")))) == {LANDSCAPE}
    assert set(sizes(read(sheet("S101")))) == {PORTRAIT}


@pytest.mark.parametrize("code", CODES)
def test_nothing_stands_beyond_the_margins(code):
    form = definition(code)
    values, rows = {}, {group.slug: ["r1", "r2", "r3"] for group in form.groups}
    for item in form.items:
        for row in rows.get(item.group, [""]):
            values[item.path(row)] = "12345678901.23" if item.type == "decimal" else "某某"
    for one in (sheet(code), filled(code, values, rows)):
        flow = pages_of(one)
        for page in flow.pages:
            for mark in page.marks:
                if isinstance(mark, Words):
                    assert 0 < mark.x < flow.paper.width
                    assert 0 < mark.y < flow.paper.height - 15


@pytest.mark.parametrize("code", ["G101-1", "G106-1", "QC01"])
def test_every_typeface_is_inside_the_file(code):
    reader = read(sheet(code))
    fonts = {
        str(font["/BaseFont"]): font["/FontDescriptor"].get("/FontFile2")
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(fonts.values())


def test_typeface_shows_every_character_of_forms_lists_and_places():
    shown = characters()
    texts = [path.read_text("utf-8") for path in definition_paths()]
    texts += [
        label for one in codelist_files() for entry in one.entries for label in entry.values()
    ]
    texts.append(gzip.decompress(AREAS_FILE.read_bytes()).decode())
    missing = {c for text in texts for c in text if not c.isspace() and ord(c) not in shown}
    assert missing == set()


def test_typeface_shows_the_characters_of_gb_2312():
    for first in range(0xB0, 0xF8):
        for second in range(0xA1, 0xFF):
            try:
                character = bytes([first, second]).decode("gb2312")
            except UnicodeDecodeError:
                continue
            assert ord(character) in characters()
