"""The workbook of a form: taken away, edited, compared, saved; refused where it is not this one."""

from __future__ import annotations

import io

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from accounts.enums import Role
from audit.models import AuditEvent
from submissions.models import Response, ResponseRevision
from submissions.workbooks import comparing
from tests.factories.case import FORM_A, make_case, make_case_at, publish, save
from tests.factories.response import add_row, put, set_cell
from tests.people import FAR_TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    case = make_case(enumerator)
    put(
        case,
        enumerator,
        set_cell("hours", "4800"),
        set_cell("has_water", "2"),
        add_row("kilns", "aaaaaaaa"),
        set_cell("kilns/aaaaaaaa/fuel", "12.50"),
    )
    return case


def download(client, user, case):
    client.force_login(user)
    answer = client.get(f"/cases/{case.pk}/workbook/")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def content_of(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, case, book):
    content = book if isinstance(book, bytes) else content_of(book)
    file = SimpleUploadedFile("form.xlsx", content)
    return client.post(f"/cases/{case.pk}/workbook/upload/", {"file": file})


def cell_of(sheet, slug, column=5):
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == slug)
    return sheet.cell(row, column)


def commit(client, case, page, *take):
    data = {"token": page.context["comparison"].token, "take": take}
    return client.post(f"/cases/{case.pk}/workbook/commit/", data, follow=True)


def values(case):
    return Response.objects.get(case=case).plain()["values"]


def test_workbook_is_prefilled_and_locked_but_for_the_cells_to_fill(client, enumerator, case):
    book = download(client, enumerator, case)
    sheet = book["A1"]
    assert cell_of(sheet, "hours").value == "4800"
    assert not cell_of(sheet, "hours").protection.locked
    assert cell_of(sheet, "hours", 3).protection.locked
    assert sheet.protection.sheet
    assert book["_meta"].sheet_state == "veryHidden"
    assert book["A1 炉窑"].cell(4, 5).value == "aaaaaaaa"
    assert AuditEvent.objects.filter(action="case.workbook_downloaded").exists()


def test_workbook_sent_back_as_it_was_changes_nothing(client, enumerator, case):
    book = download(client, enumerator, case)
    page = upload(client, case, book)
    assert "没有改动" in page.content.decode()
    assert Response.objects.get(case=case).version == 1


def test_edited_workbook_is_compared_first_and_saved_as_one_revision(client, enumerator, case):
    book = download(client, enumerator, case)
    cell_of(book["A1"], "hours").value = "９，０００"
    cell_of(book["A1"], "note").value = "\u00a0换表 "
    kilns = book["A1 炉窑"]
    cell_of(kilns, "fuel", 6).value = "1,234.5"
    page = upload(client, case, book)
    text = page.content.decode()
    assert page.status_code == 200
    assert "将改动 3 格" in text
    assert "新增 1 列（行）" in text
    assert "全年不超过 8760 小时" in text
    assert Response.objects.get(case=case).version == 1

    answer = commit(client, case, page)
    assert "已从工作簿保存" in answer.content.decode()
    stored = values(case)
    assert (stored["hours"], stored["note"]) == ("9,000", "换表")
    assert "1,234.5" in stored.values()
    revision = ResponseRevision.objects.get(response__case=case, number=2)
    assert revision.device == "excel"
    commit(client, case, page)
    assert Response.objects.get(case=case).version == 2


def test_value_that_others_changed_meanwhile_is_shown_and_the_rest_is_saved(
    client, enumerator, case
):
    book = download(client, enumerator, case)
    save(case, enumerator, hours="5000")
    cell_of(book["A1"], "hours").value = "6000"
    cell_of(book["A1"], "note").value = "换表"
    page = upload(client, case, book)
    assert "他人已改" in page.content.decode()
    [line] = page.context["comparison"].choices
    assert (line.base, line.now, line.after) == ("4800", "5000", "6000")
    assert line.where.startswith("A1!E")
    answer = commit(client, case, page)
    assert "已从工作簿保存 1 处改动" in answer.content.decode()
    assert (values(case)["hours"], values(case)["note"]) == ("5000", "换表")


def test_value_that_others_changed_is_taken_from_the_workbook_where_asked(client, enumerator, case):
    book = download(client, enumerator, case)
    save(case, enumerator, hours="5000")
    cell_of(book["A1"], "hours").value = "6000"
    page = upload(client, case, book)
    assert "没有改动" in commit(client, case, page).content.decode()
    assert values(case)["hours"] == "5000"
    commit(client, case, page, f"{case.pk}:hours", "1:nothing")
    assert values(case)["hours"] == "6000"


def test_value_that_changes_between_look_and_save_stops_the_save(client, enumerator, case):
    book = download(client, enumerator, case)
    cell_of(book["A1"], "hours").value = "6000"
    page = upload(client, case, book)
    save(case, enumerator, hours="5000")
    answer = commit(client, case, page)
    assert answer.status_code == 409
    assert values(case)["hours"] == "5000"


def test_same_value_written_by_others_is_no_change(client, enumerator, case):
    book = download(client, enumerator, case)
    save(case, enumerator, hours="6000")
    cell_of(book["A1"], "hours").value = "6000"
    page = upload(client, case, book)
    assert not page.context["comparison"].has_changes


def test_a_blank_in_the_own_workbook_clears(client, enumerator, case):
    book = download(client, enumerator, case)
    cell_of(book["A1"], "hours").value = None
    page = upload(client, case, book)
    assert not page.context["comparison"].choices
    commit(client, case, page)
    assert "hours" not in values(case)


def test_repeats_beyond_the_most_and_strange_sheets_are_named(client, enumerator, case):
    book = download(client, enumerator, case)
    sheet = book["A1 炉窑"]
    for column in range(6, 10):
        cell_of(sheet, "fuel", column).value = str(column)
        sheet.cell(4, column).value = "+"
    book.create_sheet("草稿")
    page = upload(client, case, book)
    text = page.content.decode()
    assert "最多 3 个，工作簿中多出的 2 个没有读取" in text
    assert "工作表“草稿”不属于本工作簿" in text
    commit(client, case, page)
    assert len(Response.objects.get(case=case).plain()["rows"]["kilns"]) == 3


def test_cells_that_the_workbook_left_alone_keep_what_others_wrote(client, enumerator, case):
    book = download(client, enumerator, case)
    save(case, enumerator, note="现场改过")
    cell_of(book["A1"], "hours").value = "6000"
    commit(client, case, upload(client, case, book))
    assert (values(case)["hours"], values(case)["note"]) == ("6000", "现场改过")


def test_number_that_lost_its_digits_is_pointed_out(client, enumerator, case):
    book = download(client, enumerator, case)
    cell = cell_of(book["A1"], "note")
    cell.number_format = "General"
    cell.value = 913501000000100043
    page = upload(client, case, book)
    assert "已丢失数位" in page.content.decode()
    assert "保存这些改动" not in page.content.decode()


def test_dates_and_whole_numbers_of_a_spreadsheet_are_read_as_written(client, enumerator, case):
    book = download(client, enumerator, case)
    cell = cell_of(book["A1"], "hours")
    cell.number_format = "General"
    cell.value = 4801
    page = upload(client, case, book)
    assert [line.after for line in page.context["comparison"].lines] == ["4801"]


@pytest.mark.parametrize("act", ["line", "column"])
def test_workbook_with_other_lines_or_columns_is_refused(act, client, enumerator, case):
    book = download(client, enumerator, case)
    if act == "line":
        cell_of(book["A1"], "hours", 1).value = "hourz"
    else:
        del book["A1 炉窑"]
    page = upload(client, case, book)
    assert page.status_code == 400
    assert "请重新下载" in page.content.decode()


def test_repeat_copied_with_its_hidden_key_is_refused(client, enumerator, case):
    book = download(client, enumerator, case)
    sheet = book["A1 炉窑"]
    places = [c for row in sheet.iter_rows() for c in row if c.value == "aaaaaaaa"]
    assert len(places) == 1
    key = places[0]
    spare = next(c for row in sheet.iter_rows() for c in row if c.value == "+")
    spare.value = key.value
    page = upload(client, case, book)
    assert page.status_code == 400
    assert "行列与本表不一致" in page.content.decode()


def test_repeat_that_was_removed_meanwhile_is_refused(client, enumerator, case):
    book = download(client, enumerator, case)
    put(case, enumerator, {"op": "remove_row", "group": "kilns", "row": "aaaaaaaa"})
    page = upload(client, case, book)
    assert "已被删除" in page.content.decode()


def test_workbook_of_another_case_version_or_hand_is_refused(client, enumerator, case):
    book = download(client, enumerator, case)
    other = make_case(enumerator)
    assert "不是本表" in upload(client, other, book).content.decode()
    meta = {row[0].value: row[1] for row in book["_meta"].iter_rows()}
    meta["unit"].value = "X"
    assert "标识已被改动" in upload(client, case, book).content.decode()
    assert "不是从本系统下载" in upload(client, case, _plain_book()).content.decode()

    book = download(client, enumerator, case)
    version = publish({**FORM_A, "basis": "另一版"})
    type(case).objects.filter(pk=case.pk).update(instrument_version=version)
    assert "请重新下载" in upload(client, case, book).content.decode()


def _plain_book():
    from openpyxl import Workbook

    return Workbook()


def test_comparison_is_kept_for_an_hour_and_for_its_case(client, enumerator, case, monkeypatch):
    book = download(client, enumerator, case)
    cell_of(book["A1"], "hours").value = "6000"
    page = upload(client, case, book)
    other = make_case(enumerator)
    token = page.context["comparison"].token
    address = "/cases/{}/workbook/commit/"
    assert client.post(address.format(other.pk), {"token": token}).status_code == 400
    assert client.post(address.format(case.pk), {"token": token + "x"}).status_code == 400
    monkeypatch.setattr(comparing, "KEPT_SECONDS", -1)
    answer = client.post(address.format(case.pk), {"token": token})
    assert (answer.status_code, "重新上传" in answer.content.decode()) == (409, True)
    assert signing.loads(token, salt=comparing.SALT)["forms"][0]["case"] == case.pk
    assert values(case)["hours"] == "4800"


def test_workbook_is_for_whoever_fills_and_only_while_it_is_their_turn(
    client, cast, divisions, case
):
    elsewhere = account("field.far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    client.force_login(elsewhere)
    assert client.get(f"/cases/{case.pk}/workbook/").status_code == 404
    client.force_login(cast.supervisor)
    assert client.get(f"/cases/{case.pk}/workbook/").status_code == 403
    waiting = make_case_at("under_review", cast)
    book = download(client, cast.enumerator, waiting)
    assert upload(client, waiting, book).status_code == 409


def test_upload_without_a_file_says_so(client, enumerator, case):
    client.force_login(enumerator)
    assert client.get(f"/cases/{case.pk}/workbook/upload/").status_code == 200
    answer = client.post(f"/cases/{case.pk}/workbook/upload/", {})
    assert "请选择" in answer.content.decode()
