"""Cells as spreadsheets store them: read the one way they can be meant, or refused by name."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook

from instruments.evaluation.definition import Item, ItemType
from instruments.evaluation.values import parse
from submissions.workbooks.cells import CellRefused, cell_read
from submissions.workbooks.files import workbook_open
from submissions.workbooks.sheets import percent_styles, reference


def item(kind: str, **more) -> Item:
    return Item.from_dict({"slug": "x", "type": kind, **more})


AMOUNT = item("decimal", digits=14, scale=5)
SHARE = item("decimal", digits=14, scale=4, unit="%")
NOON = datetime.fromisoformat("2017-05-01T12:00")
NOTE = item("text", max_length=200)


def cell_of(value, number_format=None, *, is_error=False):
    """The cell C2 of a sheet, written and opened again."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "表"
    cell = sheet.cell(2, 3)
    cell.value = value
    if number_format:
        cell.number_format = number_format
    if is_error:
        cell.data_type = "e"
    book.save(out)
    return workbook_open(out.getvalue()).sheets["表"].cell(1, 2)


@pytest.mark.parametrize(
    ("value", "number_format", "of", "text"),
    [
        (None, None, AMOUNT, ""),
        (4800, None, AMOUNT, "4800"),
        (-0.0, None, AMOUNT, "0"),
        (0.1 + 0.2, None, AMOUNT, "0.3"),
        (0.00001, None, AMOUNT, "0.00001"),
        (123456.75, "#,##0.00", AMOUNT, "123456.75"),
        ("\u00a012\u00a0", None, AMOUNT, "12"),
        ("１２３４．５", None, AMOUNT, "1234.5"),
        ("1，234.5", None, AMOUNT, "1,234.5"),
        ("1\u00a0234.5", None, AMOUNT, "1 234.5"),
        ("\u300012\u3000", None, AMOUNT, "12"),
        (0.125, "0.0%", SHARE, "12.5"),
        (1, "0%", SHARE, "100"),
        (0.07, '0.00%;"x"', SHARE, "7"),
        ("12.5%", None, SHARE, "12.5"),
        ("１２．５％", None, SHARE, "12.5"),
        (0.125, '0.0"%"', SHARE, "0.125"),
        (12.5, "0.0", SHARE, "12.5"),
        (date(2017, 5, 1), None, item("date"), "2017-05-01"),
        (NOON.replace(hour=0), None, item("date"), "2017-05-01"),
        (date(2017, 5, 1), "yyyy-mm", item("year_month"), "2017-05"),
        ("2017年5月1日", None, item("date"), "2017年5月1日"),
        ("2017-05-01", None, NOTE, "2017-05-01"),
        (True, None, item("yes_no"), "1"),
        (False, None, item("yes_no"), "2"),
        ("1 是", None, item("yes_no"), "1"),
        ("1100 物理处理法", None, item("choice", codelist="W"), "1100"),
        (1100, None, item("choice", codelist="W"), "1100"),
        ("1 是", None, NOTE, "1 是"),
    ],
)
def test_a_cell_is_read_as_it_was_meant(value, number_format, of, text):
    read = cell_read(cell_of(value, number_format), of)
    assert read == text
    if of.type in {ItemType.DECIMAL, ItemType.DATE, ItemType.YEAR_MONTH, ItemType.YES_NO}:
        assert parse(of, read).problem is None


@pytest.mark.parametrize(
    ("value", "number_format", "of", "sentence"),
    [
        (0.125, "0.0%", AMOUNT, "百分比格式（12.5%）"),
        (0.125, "0.0%", NOTE, "百分比格式"),
        (913501000000100043, None, NOTE, "已丢失数位"),
        (10.0**15, None, AMOUNT, "已丢失数位"),
        ("9.13501E+17", None, NOTE, "已丢失数位"),
        (date(2017, 1, 2), None, NOTE, "变成了日期（2017-01-02）"),
        (2017, "yyyy", item("year"), "变成了日期（1905-07-09）"),
        (date(2017, 1, 2), None, AMOUNT, "变成了日期"),
        (NOON, None, item("date"), "带有时刻"),
        (time(8, 30), None, NOTE, "变成了时刻"),
        (timedelta(hours=30), None, AMOUNT, "变成了时刻"),
        (True, None, AMOUNT, "逻辑值"),
        ("x_x0007_y", None, NOTE, "控制字符"),
        ("长" * 2001, None, NOTE, "填报值过长"),
    ],
)
def test_a_cell_that_may_mean_two_things_is_refused_by_name(value, number_format, of, sentence):
    with pytest.raises(CellRefused) as refusal:
        cell_read(cell_of(value, number_format), of)
    assert str(refusal.value).startswith("工作表“表”的单元格 C2：")
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith("。")
    assert "。。" not in str(refusal.value)


def test_an_error_value_is_refused_by_name():
    with pytest.raises(CellRefused, match="单元格 C2：是错误值"):
        cell_read(cell_of("#REF!", is_error=True), AMOUNT)


def test_a_place_is_written_as_a_spreadsheet_does():
    assert [reference(p) for p in ((0, 0), (6, 25), (0, 26), (9, 701), (0, 702))] == [
        "A1",
        "Z7",
        "AA1",
        "ZZ10",
        "AAA1",
    ]


def test_a_cell_beyond_the_sheet_is_blank():
    cell = cell_of("x")
    assert not cell.is_blank
    assert cell.where == "表!C2"


def test_per_cent_is_told_from_a_quoted_sign():
    styles = percent_styles(
        b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0&quot;%&quot;"/>'
        b'<numFmt numFmtId="165" formatCode="[Red]0%"/></numFmts>'
        b'<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        b'<cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
        b"</styleSheet>"
    )
    assert styles == {"1", "3"}
