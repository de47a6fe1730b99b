"""Files as the field sends them: encodings, workbooks, codes stored as numbers."""

import datetime as dt

import pytest
from openpyxl import Workbook

from accounts.exceptions import Invalid
from registry.frame.columns import COLUMNS, header_read
from registry.frame.files import by_field, cell_text, rows_read
from registry.frame.sizes import is_too_large


def written(tmp_path, name, content) -> object:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_usual_encoding(tmp_path, encoding):
    text = "单位详细名称,区划代码\r\n某某化工㙍厂,330106109000\r\n"
    rows = rows_read(written(tmp_path, "a.csv", text.encode(encoding)))
    assert rows == [(1, ["单位详细名称", "区划代码"]), (2, ["某某化工㙍厂", "330106109000"])]


def test_row_numbers_survive_blank_lines_and_line_breaks_in_cells(tmp_path):
    text = '名称,地址\n,\n甲,"路\n1号"\n乙,x\n'
    numbers = [number for number, _cells in rows_read(written(tmp_path, "a.csv", text.encode()))]
    assert numbers == [1, 3, 5]


def test_tabs_separate_and_a_leading_tab_is_taken_off(tmp_path):
    assert rows_read(written(tmp_path, "a.txt", b"a\tb\n1\t2\n"))[1] == (2, ["1", "2"])
    assert rows_read(written(tmp_path, "b.csv", b'a,b\n"\t0610",2\n'))[1] == (2, ["0610", "2"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"x", "file_type"),
        ("a.csv", b"PK\x03\x04rest", "file_type"),
        ("a.csv", b"", "file_empty"),
        ("a.csv", b" , \n", "file_empty"),
        ("a.csv", b"a,b\n\x00\x01", "file_encoding"),
        ("a.csv", b"\xff\xff\xff\xff", "file_encoding"),
        ("a.csv", b"a,b\n" + b"x" * 200_000, "file_unreadable"),
        ("a.xlsx", b"not a workbook", "file_unreadable"),
    ],
)
def test_an_unusable_file_is_refused_with_its_reason(tmp_path, name, content, code):
    with pytest.raises(Invalid) as refusal:
        rows_read(written(tmp_path, name, content))
    assert refusal.value.code == code


def test_too_long_a_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("registry.frame.files.ROWS_AT_MOST", 1)
    with pytest.raises(Invalid, match="分批"):
        rows_read(written(tmp_path, "a.csv", b"a\nb\n"))


def test_a_workbook_is_read_with_its_row_numbers(tmp_path):
    book = Workbook()
    book.active.append(["名称", "区划代码", "登记日期"])
    book.active.append([])
    book.active.append(["甲", 330106109000, dt.date(2018, 3, 5)])
    path = tmp_path / "a.XLSX"
    book.save(path)
    assert rows_read(path)[1] == (3, ["甲", "330106109000", "2018-03-05"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "1"),
        (False, "0"),
        (3.0, "3"),
        (120.093125, "120.093125"),
        (913501000001000143.0, "9.13501E+17"),
        (dt.date(2018, 1, 2), "2018-01-02"),
        (dt.time(1, 2), "01:02:00"),
    ],
)
def test_a_cell_reads_as_the_person_sees_it(value, text):
    assert cell_text(value) == text


def test_the_header_is_recognised_by_label_field_or_usual_name():
    header = header_read(["＊企业名称", "统计用区划代码", "credit_code", " 备注 ", "", "错误"])
    assert header.positions == {"name": 0, "division_code": 1, "credit_code": 2}
    assert header.ignored == ("备注",)


def test_every_column_has_one_meaning():
    names = [name for column in COLUMNS for name in column.names]
    assert len(names) == len(set(names))


def test_a_header_without_the_needed_columns_or_with_one_twice_is_refused():
    with pytest.raises(Invalid, match="区划代码"):
        header_read(["单位名称"])
    with pytest.raises(Invalid, match="有两列都是“单位详细名称”"):
        header_read(["单位名称", "企业名称", "区划代码"])


def test_a_short_row_is_blank_at_its_end():
    assert by_field(["甲"], {"name": 0, "division_code": 2}) == {"name": "甲", "division_code": ""}


def saved(tmp_path, *cells):
    book = Workbook()
    for row, column in cells:
        book.active.cell(row, column, "x")
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("cells", [[(1, 1), (1_048_576, 16_384)], [(1, 16_384), (1_048_576, 1)]])
def test_a_small_workbook_that_reads_as_a_huge_table_is_refused_unread(tmp_path, cells):
    path = saved(tmp_path, *cells)
    assert path.stat().st_size < 10_000
    with pytest.raises(Invalid) as refusal:
        rows_read(path)
    assert refusal.value.code == "file_too_large"


def test_a_workbook_that_unpacks_too_far_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("registry.frame.sizes.UNPACKED_AT_MOST", 1000)
    with pytest.raises(Invalid) as refusal:
        rows_read(saved(tmp_path, (1, 1)))
    assert refusal.value.code == "file_too_large"


def test_a_place_is_found_across_the_pieces_of_a_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr("registry.frame.sizes._CHUNK", 7)
    assert not is_too_large(saved(tmp_path, (3, 28)))
    assert is_too_large(saved(tmp_path, (1_048_576, 28)))


def test_a_column_formatted_to_the_last_row_is_no_reason_to_refuse(tmp_path):
    assert rows_read(saved(tmp_path, (1, 1), (1_048_576, 2)))[-1][0] == 1_048_576
