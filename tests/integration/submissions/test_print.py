"""Forms on paper: one form, a unit's forms, who may have them, what is recorded."""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import quote

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import Role
from audit.models import AuditEvent
from instruments.services import extension_publish
from submissions.enums import CaseStatus
from submissions.models import Case, Response, Submission
from submissions.printing import reference_year
from submissions.services import cases_derive
from tests.factories.case import (
    FORM_A,
    make_case,
    make_case_at,
    make_plain_unit,
    publish,
    save,
)
from tests.factories.exercise import make_exercise
from tests.factories.extension import extension_make
from tests.factories.instrument import definition_make, set_publish
from tests.factories.response import add_row, put, set_cell
from tests.people import FAR_TOWN, PROVINCE, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    case = make_case(enumerator)
    put(
        case,
        enumerator,
        set_cell("hours", "4801"),
        set_cell("has_water", "1"),
        set_cell("note", "<b>换表</b>😀"),
        add_row("kilns", "aaaaaaaa"),
        add_row("kilns", "bbbbbbbb"),
        set_cell("kilns/aaaaaaaa/fuel", "12.50"),
        set_cell("kilns/bbbbbbbb/fuel", "13.75"),
    )
    case.refresh_from_db()
    return case


def fetch(client, user, path):
    client.force_login(user)
    return client.get(path)


def reader_of(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(BytesIO(answer.content))


def text_of(answer):
    text = "".join(page.extract_text() for page in reader_of(answer).pages)
    return re.sub(r"\s", "", text)


def events(action):
    return AuditEvent.objects.filter(action=action)


def test_filled_form_has_every_value_and_row(client, enumerator, case):
    answer = fetch(client, enumerator, f"/cases/{case.pk}/print/")
    text = text_of(answer)
    for part in ("4801", "1是", "12.50", "13.75", "炉窑1", "炉窑2", "<b>换表</b>〔U+1F600〕"):
        assert part in text
    assert "炉窑3" not in text
    assert "填报中·未提交" in text
    assert re.sub(r"\s", "", case.exercise.name) in text
    assert "第1页共1页" in text
    name = quote(f"A1 {case.unit.name}.pdf")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    event = events("case.printed").get()
    assert (event.subject_id, event.actor_id) == (str(case.pk), enumerator.pk)


def test_blank_form_of_a_unit_holds_no_answers_and_is_not_recorded(client, enumerator, case):
    answer = fetch(client, enumerator, f"/cases/{case.pk}/print/?blank=1")
    text = text_of(answer)
    assert "4801" not in text
    assert "12.50" not in text
    assert "空白表" in text
    assert quote("空白表") in answer["Content-Disposition"]
    assert not events("case.printed").exists()


HEAD = {
    "id": "head",
    "title": {"zh": "表头", "en": "Heading"},
    "items": [
        {
            "slug": "head_unit_name",
            "code": "H4",
            "label": {"zh": "单位详细名称", "en": "Name"},
            "type": "text",
            "max_length": 100,
            "prefill": "unit.name",
            "required": "always",
            "confidence": "found",
        }
    ],
}


def test_blank_form_keeps_the_heading(client, enumerator):
    make_exercise()
    publish({**FORM_A, "sections": [HEAD, *FORM_A["sections"]]})
    unit = make_plain_unit(enumerator)
    (case,) = cases_derive(unit_id=unit.pk, actor=None)
    save(case, enumerator, hours="7719")
    url = f"/cases/{case.pk}/print/"
    assert "7719" in text_of(fetch(client, enumerator, url))
    blank = text_of(fetch(client, enumerator, f"{url}?blank=1"))
    assert "7719" not in blank
    assert unit.name in blank


def test_all_forms_of_a_unit_in_one_file(client, enumerator, case, django_assert_max_num_queries):
    assert Case.objects.filter(unit=case.unit).owed().count() == 2
    client.force_login(enumerator)
    with django_assert_max_num_queries(20):
        answer = client.get(f"/units/{case.unit_id}/print/")
    reader = reader_of(answer)
    assert [entry["/Title"] for entry in reader.outline] == ["A1 甲表", "B1 乙表"]
    text = text_of(answer)
    assert "4801" in text
    assert "未填报" in text
    event = events("unit.printed").get()
    assert event.detail == {"forms": ["A1", "B1"]}
    assert event.subject_id == str(case.unit_id)
    blank = client.get(f"/units/{case.unit_id}/print/?blank=1")
    assert "4801" not in text_of(blank)
    assert events("unit.printed").count() == 1


def test_form_that_is_no_longer_owed_is_left_out(client, enumerator, case):
    save(case, enumerator, has_water="2")
    reader = reader_of(fetch(client, enumerator, f"/units/{case.unit_id}/print/"))
    assert [entry["/Title"] for entry in reader.outline] == ["A1 甲表"]
    other = Case.objects.get(unit=case.unit, form_code="B1")
    assert "现不需填" in text_of(fetch(client, enumerator, f"/cases/{other.pk}/print/"))


def test_unit_that_owes_nothing_has_nothing_to_print(client, enumerator, case):
    Case.objects.filter(unit=case.unit).update(is_owed=False)
    answer = fetch(client, enumerator, f"/units/{case.unit_id}/print/")
    assert answer.status_code == 409
    assert "没有可打印的内容" in answer.content.decode()


def test_submitted_form_carries_its_receipt(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    receipt = Submission.objects.get(case=case).receipt_code
    text = text_of(fetch(client, cast.supervisor, f"/cases/{case.pk}/print/"))
    assert f"回执编号{receipt}" in text
    assert "已提交·待普查指导员审核" in text


def test_receipt_of_other_answers_is_left_out(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    Response.objects.filter(case=case).update(version=99)
    assert "回执编号" not in text_of(fetch(client, cast.supervisor, f"/cases/{case.pk}/print/"))


def test_review_leads_to_the_print(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    page = fetch(client, cast.supervisor, reverse("case_review", args=[case.pk]))
    assert f"/cases/{case.pk}/print/" in page.content.decode()


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (CaseStatus.OPEN, "未填报"),
        (CaseStatus.RETURNED, "已退回·待修改"),
        (CaseStatus.FINAL, "已定稿"),
        (CaseStatus.VOID, "已作废"),
    ],
)
def test_every_state_has_its_mark(client, cast, status, mark):
    case = make_case_at(status, cast)
    assert mark in text_of(fetch(client, cast.auditor, f"/cases/{case.pk}/print/"))


def test_form_of_a_province_holds_its_own_items(client, cast, divisions):
    set_publish(definition_make())
    office = account("zhejiang_office", Role.OFFICE, division=divisions[PROVINCE])
    extension_publish(code="T101", division="33", extension=extension_make(), actor=office)
    make_exercise()
    unit = make_plain_unit(cast.enumerator)
    case = next(c for c in cases_derive(unit_id=unit.pk, actor=None) if c.form_code == "T101")
    put(case, cast.enumerator, set_cell("x33_reuse", "818.5"))
    text = text_of(fetch(client, cast.enumerator, f"/cases/{case.pk}/print/"))
    assert "回用水量" in text
    assert "818.5" in text
    assert "33省级附加第1版" in text


def test_year_is_the_one_that_ends_at_the_standard_time(case):
    assert reference_year(case.exercise) == "2017"


@pytest.mark.parametrize("path", ["/cases/{case}/print/", "/units/{unit}/print/"])
def test_who_may_print(client, path, case, divisions, neighbour, auditor, administrator):
    url = path.format(case=case.pk, unit=case.unit_id)
    assert client.get(url).status_code == 302
    far = account("field.far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    for stranger in (neighbour, far):
        assert fetch(client, stranger, url).status_code == 404
    assert fetch(client, administrator, url).status_code == 403
    assert fetch(client, auditor, url).status_code == 200
    nothing = path.format(case=999_999, unit=999_999)
    assert fetch(client, auditor, nothing).status_code == 404


def test_pages_lead_to_the_print(client, enumerator, auditor, case):
    page = fetch(client, enumerator, f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/print/" in page
    page = fetch(client, auditor, f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/print/" in page
    page = fetch(client, enumerator, f"/units/{case.unit_id}/").content.decode()
    assert f"/units/{case.unit_id}/print/" in page
    assert f"/units/{case.unit_id}/print/?blank=1" in page
    assert f"/cases/{case.pk}/print/?blank=1" in page


def test_query_count_does_not_grow_with_the_form(
    client, enumerator, case, django_assert_max_num_queries
):
    client.force_login(enumerator)
    with django_assert_max_num_queries(16):
        client.get(f"/cases/{case.pk}/print/")
