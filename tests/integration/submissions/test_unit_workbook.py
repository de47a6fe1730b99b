"""All forms of a unit as one workbook, in both shapes, through the page and the API."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.enums import Role
from audit.models import AuditEvent
from instruments.models import InstrumentVersion
from submissions.enums import CaseAction
from submissions.models import Case, Response, ResponseRevision
from submissions.services import case_submit, cases_derive
from submissions.transitions import case_transition
from tests.factories.case import FORM_A, _item, make_plain_unit, publish, publish_small_forms, save
from tests.factories.exercise import make_exercise
from tests.factories.response import add_row, put, remove_row, set_cell
from tests.people import FAR_TOWN, account

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CREDIT = "91350100M000100Y43"


def form_a() -> dict:
    """Form A with a head code, a coordinate and a share."""
    head = {
        **FORM_A["sections"][0],
        "items": [
            _item("credit", "credit_code", prefill="unit.credit_code"),
            {**_item("longitude", "coordinate"), "column": "ZPFK_JD"},
            {**_item("share", "decimal", digits=5, scale=2), "unit": "%"},
            *FORM_A["sections"][0]["items"],
        ],
    }
    return {**FORM_A, "sections": [head, FORM_A["sections"][1]]}


@pytest.fixture
def unit(enumerator):
    """A unit that owes forms A and B, with answers that are odd as text."""
    make_exercise()
    publish_small_forms()
    publish(form_a())
    unit = make_plain_unit(enumerator, code=CREDIT, credit_code=CREDIT)
    cases_derive(unit_id=unit.pk, actor=None)
    put(
        case(unit),
        enumerator,
        set_cell("hours", "4,800"),
        set_cell("has_water", "1"),
        set_cell("note", "_x0007_ =1+1"),
        set_cell("output", "1 kg"),
        set_cell("share", "12.5%"),
        set_cell("longitude", "120 12 33.25"),
        add_row("kilns", "aaaaaaaa"),
        set_cell("kilns/aaaaaaaa/fuel", "12.50"),
        add_row("kilns", "bbbbbbbb"),
    )
    return unit


def case(unit, code="A1") -> Case:
    return Case.objects.get(unit=unit, form_code=code)


def values(unit, code="A1"):
    return Response.objects.get(case=case(unit, code)).plain()["values"]


def download(client, user, unit, shape="forms"):
    client.force_login(user)
    answer = client.get(f"/units/{unit.pk}/workbook/file/?shape={shape}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == XLSX
    return load_workbook(io.BytesIO(answer.content))


def content_of(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, unit, book):
    file = SimpleUploadedFile("unit.xlsx", content_of(book))
    return client.post(f"/units/{unit.pk}/workbook/", {"file": file})


def commit(client, unit, page, *take):
    data = {"token": page.context["comparison"].token, "take": take}
    return client.post(f"/units/{unit.pk}/workbook/commit/", data, follow=True)


def column(sheet, name) -> int:
    return next(c.column for c in sheet[1] if c.value == name)


def line_of(sheet, slug):
    return next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == slug)


@pytest.mark.parametrize("shape", ["forms", "census"])
def test_a_workbook_sent_back_as_it_was_changes_nothing(shape, client, enumerator, unit):
    page = upload(client, unit, download(client, enumerator, unit, shape))
    comparison = page.context["comparison"]
    assert [form.case.form_code for form in comparison.forms] == ["A1", "B1"]
    assert comparison.lines == []
    assert comparison.doubts == []
    assert comparison.notes == []
    assert [form.notes for form in comparison.forms if form.case.form_code == "A1"] == [[]]
    assert not comparison.has_changes
    assert AuditEvent.objects.filter(action="case.workbook_downloaded").count() == 1


def test_forms_are_compared_together_and_saved_as_one(client, enumerator, unit):
    book = download(client, enumerator, unit)
    sheet_a, sheet_b = book["A1"], book["B1"]
    sheet_a.cell(line_of(sheet_a, "hours"), 5).value = "10"
    sheet_b.cell(line_of(sheet_b, "treatment_hours"), 5).value = "11"
    page = upload(client, unit, book)
    assert "治理时间不应超过生产时间" in page.content.decode()
    assert values(unit)["hours"] == "4,800"
    answer = commit(client, unit, page)
    assert "已从工作簿保存 2 处改动" in answer.content.decode()
    assert (values(unit)["hours"], values(unit, "B1")["treatment_hours"]) == ("10", "11")
    assert ResponseRevision.objects.filter(device="excel").count() == 2
    commit(client, unit, page)
    assert ResponseRevision.objects.filter(device="excel").count() == 2


def test_a_form_that_clashes_stops_the_whole_save(client, enumerator, unit):
    book = download(client, enumerator, unit)
    sheet_a, sheet_b = book["A1"], book["B1"]
    sheet_a.cell(line_of(sheet_a, "hours"), 5).value = "10"
    sheet_b.cell(line_of(sheet_b, "treatment_hours"), 5).value = "11"
    page = upload(client, unit, book)
    save(case(unit, "B1"), enumerator, treatment_hours="7")
    assert commit(client, unit, page).status_code == 409
    assert values(unit)["hours"] == "4,800"


def test_a_form_under_review_is_left_out_with_its_reason(client, enumerator, cast, unit):
    book = download(client, enumerator, unit)
    census = download(client, enumerator, unit, "census")
    save(case(unit), enumerator, output="1", share="1", longitude="", credit=CREDIT)
    put(case(unit), enumerator, remove_row("kilns", "bbbbbbbb"))
    case_submit(case_id=case(unit).pk, actor=enumerator)
    for changed in (book, census):
        page = upload(client, unit, changed)
        assert [form.case.form_code for form in page.context["comparison"].forms] == ["B1"]
        assert "没有读取" in page.context["comparison"].notes[0]


def test_a_workbook_of_one_form_is_taken_on_the_page_of_the_unit(client, enumerator, unit):
    client.force_login(enumerator)
    one = client.get(f"/cases/{case(unit).pk}/workbook/").content
    page = upload(client, unit, load_workbook(io.BytesIO(one)))
    assert [form.case.form_code for form in page.context["comparison"].forms] == ["A1"]
    whole = content_of(download(client, enumerator, unit))
    answer = client.post(
        f"/cases/{case(unit).pk}/workbook/upload/", {"file": SimpleUploadedFile("u.xlsx", whole)}
    )
    assert answer.status_code == 400
    assert "整套工作簿" in answer.content.decode()


def test_a_workbook_of_another_unit_or_version_is_refused(client, enumerator, unit):
    other = make_plain_unit(enumerator, code="91350100M000100Y4X", credit_code="91350100M000100Y4X")
    cases_derive(unit_id=other.pk, actor=None)
    book = download(client, enumerator, unit)
    page = upload(client, other, book)
    assert page.status_code == 400
    assert "不在本普查对象" in page.content.decode()
    assert upload(client, other, Workbook()).status_code == 400
    version = publish({**form_a(), "basis": "另一版"})
    Case.objects.filter(pk=case(unit).pk).update(instrument_version=version)
    assert "请重新下载" in upload(client, unit, book).content.decode()
    census = download(client, enumerator, unit, "census")
    page = upload(client, other, census)
    assert page.status_code == 400
    assert f"是“{CREDIT}”的" in page.content.decode()


def test_a_foreign_census_workbook_is_read_and_read_again_adds_nothing(client, enumerator, unit):
    book = Workbook()
    main, child, links = book.active, book.create_sheet("T_BAS_A1_EXT"), book.create_sheet("L")
    main.title, links.title = "T_BAS_A1", "T_BAS_SOURCE_EXT"
    main.append(
        ["FORMID", "ZB_hour".upper(), "ZB_OUTP", "ZPFK_JD_DU", "ZPFK_JD_FEN", "ZPFK_JD_MIAO"]
    )
    main.append([77, 5000, 12.5, 120, 12, 33.2])
    child.append(["CID", "ZB_FUEL", "ZB_KILN"])
    for key in ("c1", "c2", "c3"):
        child.append([key, "9.5" if key == "c1" else None, 100])
    for link in (["FORMID", "CID"], [77, "c1"], [78, "c2"], [77, "c9"], [None, "c8"]):
        links.append(link)
    book.create_sheet("T_BAS_G999").append(["X"])
    client.force_login(enumerator)
    page = upload(client, unit, book)
    text = page.content.decode()
    comparison = page.context["comparison"]
    [form] = comparison.forms
    changed = {line.path: line.after for line in form.lines if "/" not in line.path}
    assert changed == {"hours": "5000", "output": "12.5", "longitude": "120°12′33.2″"}
    assert form.new_rows == 1
    for sentence in (
        "第 3 行在 T_BAS_SOURCE_EXT 里属于别的表",
        "第 4 行在 T_BAS_SOURCE_EXT 里没有登记",
        "里没有系统中已有的 2 行，这些行保留不动",
        "有 1 行没有对应的子表行：c9",
        "第 5 行不完整或与别的行矛盾",
        "“T_BAS_G999”不属于本普查对象应填的表",
        "没有这些应填的表：B1",
        "没有可以核对的单位代码",
        "“T_BAS_A1”缺少",
    ):
        assert sentence in text, sentence
    commit(client, unit, page)
    assert values(unit)["hours"] == "5000"
    assert len(Response.objects.get(case=case(unit)).rows["kilns"]) == 3
    again = upload(client, unit, book).context["comparison"]
    assert not again.has_changes


def test_census_workbook_blanks_clear_only_where_asked(client, enumerator, unit):
    book = download(client, enumerator, unit, "census")
    sheet = book["T_BAS_A1"]
    sheet.cell(2, column(sheet, "ZB_HOUR")).value = None
    sheet.cell(2, column(sheet, "ZB_NOTE")).value = None
    page = upload(client, unit, book)
    assert [line.is_clearing for line in page.context["comparison"].choices] == [True, True]
    commit(client, unit, page, f"{case(unit).pk}:note")
    assert values(unit)["hours"] == "4,800"
    assert "note" not in values(unit)


def test_census_sheets_and_columns_that_fit_nothing_have_a_sentence(client, enumerator, unit):
    book = download(client, enumerator, unit, "census")
    sheet = book["T_BAS_A1"]
    sheet.cell(1, 40).value, sheet.cell(2, 40).value = "QTZB", "9"
    sheet.cell(1, 41).value = "ZB_NOTE"
    sheet.cell(2, column(sheet, "ZPFK_JD_FEN")).value = True
    kilns = book["T_BAS_A1_EXT"]
    kilns.cell(5, 1).value, kilns.cell(5, 2).value = kilns.cell(2, 1).value, "1"
    kilns.cell(6, 2).value = "1"
    b_one = book["T_BAS_B1"]
    b_one.cell(3, 1).value = "again"
    del book["T_BAS_SOURCE_EXT"]
    page = upload(client, unit, book)
    text = page.content.decode()
    for sentence in (
        "列“QTZB”没有对应的指标，没有读取（1 个值）",
        "列“ZB_NOTE”出现了不止一次",
        "是逻辑值",
        "第 2 行在 T_BAS_SOURCE_EXT 里没有登记",
        "第 6 行没有 CID",
        "“T_BAS_B1”有 2 行",
    ):
        assert sentence in text, sentence
    book = download(client, enumerator, unit, "census")
    kilns = book["T_BAS_A1_EXT"]
    kilns.cell(5, 1).value = kilns.cell(2, 1).value
    assert "的 CID 与别的行相同" in upload(client, unit, book).content.decode()
    del book["T_BAS_A1"]
    assert "没有主表“T_BAS_A1”" in upload(client, unit, book).content.decode()


def test_pages_are_for_whoever_fills(client, cast, divisions, unit):
    stranger = account("field.far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    for path in ("", "file/"):
        client.force_login(stranger)
        assert client.get(f"/units/{unit.pk}/workbook/{path}").status_code == 404
        client.force_login(cast.supervisor)
        assert client.get(f"/units/{unit.pk}/workbook/{path}").status_code == 403
    client.force_login(cast.enumerator)
    page = client.get(f"/units/{unit.pk}/workbook/")
    assert "按普查数据库表样" in page.content.decode()
    assert f"/units/{unit.pk}/workbook/" in client.get(f"/units/{unit.pk}/").content.decode()
    assert client.post(f"/units/{unit.pk}/workbook/", {}).status_code == 400
    assert client.post(f"/units/{unit.pk}/workbook/commit/", {}).status_code == 400


def test_a_unit_without_forms_says_so(client, cast, unit):
    empty = make_plain_unit(cast.enumerator)
    client.force_login(cast.enumerator)
    assert client.get(f"/units/{empty.pk}/workbook/file/").status_code == 409
    for one in Case.objects.filter(unit=unit):
        case_transition(case_id=one.pk, action=CaseAction.VOID, actor=cast.office, reason="重复")
    answer = client.get(f"/units/{unit.pk}/workbook/file/")
    assert "没有应填的普查表" in answer.content.decode()


def test_queries_do_not_grow_with_the_forms(
    client, enumerator, unit, django_assert_max_num_queries
):
    book = download(client, enumerator, unit)
    with django_assert_max_num_queries(20):
        upload(client, unit, book)


# --- the API ----------------------------------------------------------------------------------
def test_api_takes_away_compares_and_saves(api, client, enumerator, unit):
    client = api(enumerator)
    address = f"/api/v1/units/{unit.pk}/workbook/"
    for shape in ("forms", "census"):
        answer = client.get(f"{address}?shape={shape}")
        assert answer.status_code == 200
        sent = client.post(address, answer.content, content_type=XLSX)
        assert [form["lines"] for form in sent.json()["forms"]] == [[], []]
    book = load_workbook(io.BytesIO(client.get(address).content))
    sheet = book["A1"]
    sheet.cell(line_of(sheet, "hours"), 5).value = "6000"
    sheet.cell(line_of(sheet, "note"), 5).value = "换表"
    save(case(unit), enumerator, hours="5000")
    body = client.post(address, content_of(book), content_type=XLSX).json()
    lines = {line["cell"]: line for line in body["forms"][0]["lines"]}
    assert (lines["hours"]["base"], lines["hours"]["now"]) == ("4,800", "5000")
    assert lines["note"]["key"] is None
    answer = client.send(
        f"{address}commit/", {"token": body["token"], "take": [lines["hours"]["key"]]}
    )
    assert answer.json() == {"saved": 2}
    assert values(unit)["hours"] == "6000"


def test_api_refuses_with_a_sentence(api, enumerator, cast, divisions, unit):
    client = api(enumerator)
    address = f"/api/v1/units/{unit.pk}/workbook/"
    assert client.post(address, b"PK\x03\x04", content_type=XLSX).json()["code"].startswith("work")
    assert client.post(address, b"", content_type=XLSX).status_code == 400
    assert client.post(address, "{}", content_type="application/json").status_code == 415
    assert client.get(f"{address}?shape=x").status_code == 400
    assert client.send(f"{address}commit/", {"token": "x"}).json()["code"] == "workbook_token"
    assert client.send(f"{address}commit/", {}).status_code == 400
    assert api(cast.supervisor).get(address).status_code == 403
    stranger = account("field.far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    assert api(stranger).get(address).status_code == 404
    assert InstrumentVersion.objects.count() == 3
