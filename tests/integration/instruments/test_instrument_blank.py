"""The empty form as PDF."""

from io import BytesIO
from urllib.parse import quote

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.case import FORM_A, publish, publish_small_forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(db):
    publish_small_forms()


def text_of(answer):
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def test_the_list_and_the_page_of_a_form_lead_to_the_blank_form(client, forms, enumerator):
    client.force_login(enumerator)
    url = reverse("instrument_blank", args=["A1"])
    assert url in client.get(reverse("instrument_list")).content.decode()
    assert (
        f"{url}?version=1" in client.get(reverse("instrument_detail", args=["A1"])).content.decode()
    )


def test_blank_form(client, forms, enumerator, django_assert_max_num_queries):
    client.force_login(enumerator)
    with django_assert_max_num_queries(8):
        answer = client.get(reverse("instrument_blank", args=["A1"]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    name = quote("A1 甲表 空白表 v1.pdf")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    text = text_of(answer)
    assert "甲表" in text
    assert "空白表" in text
    assert "□1 是" in text


def test_blank_form_is_chinese_for_a_reader_of_english(client, forms, enumerator):
    client.force_login(enumerator)
    answer = client.get(reverse("instrument_blank", args=["A1"]), headers={"Accept-Language": "en"})
    assert "指标名称" in text_of(answer)


def test_blank_form_with_explanations(client, forms, enumerator):
    client.force_login(enumerator)
    url = reverse("instrument_blank", args=["A1"])
    assert "指标解释" not in text_of(client.get(url))
    assert "指标解释" in text_of(client.get(f"{url}?explained=1"))
    page = client.get(reverse("instrument_detail", args=["A1"])).content.decode()
    assert f"{url}?version=1&amp;explained=1" in page


def test_versions_and_what_is_not_there(client, forms, enumerator):
    publish({**FORM_A, "rules": FORM_A["rules"][:1]})
    client.force_login(enumerator)
    url = reverse("instrument_blank", args=["A1"])
    assert "第 2 版" in text_of(client.get(url))
    assert "第 1 版" in text_of(client.get(f"{url}?version=1"))
    assert client.get(f"{url}?version=9").status_code == 404
    assert client.get(reverse("instrument_blank", args=["Z9"])).status_code == 404


def test_blank_form_needs_an_account(client, forms):
    assert client.get(reverse("instrument_blank", args=["A1"])).status_code == 302
