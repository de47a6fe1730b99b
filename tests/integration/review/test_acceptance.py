"""The pages of acceptance."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from accounts.enums import Role
from review.acceptance.services import acceptance_freeze
from review.models import AcceptancePack, DutyRecord
from tests.factories.case import make_case, make_submitted
from tests.people import CITY, COUNTY, NEIGHBOUR_COUNTY, account

pytestmark = pytest.mark.django_db
URL = "/acceptance/"


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def city_office(divisions):
    return account("city_office", Role.OFFICE, division=divisions[CITY], full_name="市普查办")


@pytest.fixture
def pack(cast, divisions):
    case = make_submitted(cast.enumerator)
    make_case(cast.enumerator)
    return acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)


def test_a_county_sees_its_score_and_what_pulls_it_down(
    client, cast, pack, django_assert_max_num_queries
):
    signed_in(client, cast.office)
    with django_assert_max_num_queries(52):
        answer = client.get(URL)
    text = answer.content.decode()
    assert "一票否决项" in text
    assert text.index("普查表已填报提交") < text.index("按期提交")  # a veto comes first
    assert reverse("acceptance_pack", args=[pack.pk]) in text
    assert client.get(URL, {"division": NEIGHBOUR_COUNTY}).status_code == 404


def test_a_city_drills_down_to_its_counties(client, city_office, pack):
    signed_in(client, city_office)
    text = client.get(URL).content.decode()
    assert f"?division={COUNTY}" in text
    assert "待验收" in text


def test_a_pack_is_frozen_and_decided_from_above(client, cast, pack, city_office):
    signed_in(client, cast.office)
    frozen = client.post(f"{URL}?division={COUNTY}", follow=True)
    assert "验收材料已固定" in frozen.content.decode()
    assert AcceptancePack.objects.count() == 2
    page = reverse("acceptance_pack", args=[pack.pk])
    assert "待上一级普查办验收" in client.get(page).content.decode()
    day = timezone.localdate() + dt.timedelta(days=20)
    sent = {"verdict": "rectify", "reason": "补齐\0漏填", "rectify_by": day.isoformat()}
    assert client.post(page, sent).status_code == 403
    signed_in(client, city_office)
    refused = client.post(page, {**sent, "rectify_by": ""})
    assert refused.status_code == 400
    assert "请填写整改期限" in refused.content.decode()
    assert "补齐漏填" in refused.content.decode()
    assert client.post(page, {**sent, "rectify_by": "2018-13-99"}).status_code == 400
    done = client.post(page, sent, follow=True).content.decode()
    assert "整改后通过" in done
    assert "补齐漏填" in done
    assert "整改后通过" in client.get(URL).content.decode()


def test_the_pack_as_word_and_as_pdf_says_what_was_frozen(client, cast, pack):
    signed_in(client, cast.office)
    word = client.get(reverse("acceptance_word", args=[pack.pk]))
    document = Document(BytesIO(word.content))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert len(rows) == 1 + len(pack.score["lines"])
    assert any("普查表已填报提交" in row[0] and "✗" in row[5] for row in rows)
    assert pack.digest in document.sections[0].footer.paragraphs[0].text
    pdf = client.get(reverse("acceptance_pdf", args=[pack.pk]))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert pack.digest[:20] in text.replace("\n", "")
    assert "filename*=" in pdf.headers["Content-Disposition"]


def test_a_duty_is_recorded_with_its_document_and_a_refusal_keeps_the_words(client, cast, pack):
    signed_in(client, cast.office)
    target = f"{reverse('duty_new')}?division={COUNTY}"
    refused = client.post(target, {"kind": "staff", "title": "普查员名单"})
    assert refused.status_code == 400
    assert "请附上证明文件" in refused.content.decode()
    assert "普查员名单" in refused.content.decode()
    file = SimpleUploadedFile("名单.pdf", b"%PDF-1.7 list")
    done = client.post(target, {"kind": "staff", "title": "普查员名单", "file": file}, follow=True)
    assert "名单.pdf" in done.content.decode()
    record = DutyRecord.objects.get()
    answer = client.get(reverse("duty_file", args=[record.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 list"


def test_the_stranger_sees_no_pack_and_there_is_nothing_before_an_exercise(client, cast, pack):
    signed_in(client, cast.neighbour)
    assert client.get(reverse("acceptance_pack", args=[pack.pk])).status_code == 404
    assert client.get(reverse("acceptance_pdf", args=[pack.pk])).status_code == 404
    signed_in(client, cast.enumerator)
    assert client.get(URL).status_code == 403


def test_before_an_exercise_there_is_nothing_to_accept(client, cast):
    signed_in(client, cast.office)
    assert client.get(URL).status_code == 404


def test_a_figure_links_to_its_evidence_where_the_reader_may_open_it(client, cast, pack):
    line = "干预迹象已核实"
    signed_in(client, cast.office)
    own = client.get(URL).content.decode()
    assert line in own
    assert f"/progress/?division={COUNTY}" in own
    assert f"/interference/?division={COUNTY}" not in own
    signed_in(client, cast.auditor)
    read = client.get(URL, {"division": COUNTY}).content.decode()
    assert f"/interference/?division={COUNTY}" in read
