"""The audit screen, the log of reads, taking them away, and the anchors of the days."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader
from redis.exceptions import RedisError

from accounts.enums import Role
from accounts.services.signing_keys import signing_key_make
from audit.enums import AuditAction, ReadWay
from audit.models import AuditAnchor, AuditEvent, ReadEvent
from audit.services import audit_record, sealing
from review.enums import Decision
from review.services import decision_record
from submissions.audit_exporting import audit_export_job
from submissions.enums import JobState
from submissions.models import Case, Job
from submissions.reading import case_read
from tests.factories.case import make_submitted
from tests.factories.store import sealed
from tests.people import FAR_TOWN, NATION, NEIGHBOUR_COUNTY, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast) -> Case:
    return make_submitted(cast.enumerator)


@pytest.fixture
def audited(client, auditor):
    client.force_login(auditor, backend="accounts.backends.PasswordBackend")
    return client


def listed(client, **query) -> str:
    return client.get(reverse("audit_list"), query).content.decode()


def test_acts_are_found_by_person_unit_area_time_and_kind(audited, case, cast):
    for query in (
        {"person": "陈普查"},
        {"person": cast.enumerator.username},
        {"unit": case.unit.code},
        {"unit": case.unit.name},
        {"division": "330106"},
        {"since": timezone.localdate().isoformat()},
        {"until": timezone.localdate().isoformat()},
        {"action": "case.submitted"},
        {"group": "case decision values failure rule note"},
    ):
        assert f"{case.form_code} {case.unit.name}" in listed(audited, **query), query
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    for query in (
        {"person": "钱县审"},
        {"unit": "没有这家厂"},
        {"division": "330110"},
        {"since": tomorrow},
        {"until": "2017-12-31"},
        {"action": "waiver.refused"},
    ):
        assert f"{case.form_code} {case.unit.name}" not in listed(audited, **query), query


def test_every_wrong_condition_is_told_and_nothing_typed_is_lost(audited, case):
    page = listed(audited, since="昨天", division="33a", person="无此人", unit="无此厂")
    for told in ("不是日期", "区划代码只有数字", "没有叫“无此人”的人员", "没有代码或名称"):
        assert told in page
    assert 'value="昨天"' in page
    assert "颠倒" in listed(audited, since="2018-02-01", until="2018-01-01")
    for place in ("nonsense", "2018-01-01T00:00:00+00:00_", "2018-13-01_1", "\x00", "_" * 300):
        assert audited.get(reverse("audit_list"), {"before": place}).status_code == 200


def test_pages_follow_each_other_without_a_gap(
    audited, case, auditor, django_assert_max_num_queries
):
    for number in range(120):
        audit_record(
            action=AuditAction.NOTE_WRITTEN, actor=auditor, subject=case, detail={"number": number}
        )
    seen, query = [], {"action": "note.written"}
    for _page in range(3):
        answer = audited.get(reverse("audit_list"), query)
        seen += [event.pk for event, _details in answer.context["events"]]
        query = dict(
            pair.split("=") for pair in answer.context["next_query"].replace("%3A", ":")
            .replace("%2B", "+").split("&") if pair
        )  # fmt: skip
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    assert query == {}
    with django_assert_max_num_queries(14):
        audited.get(reverse("audit_list"), {"person": "郑", "unit": case.unit.name})


def test_one_act_is_shown_whole_with_its_seal_and_its_subject(audited, case, monkeypatch):
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))
    event = AuditEvent.objects.get(action=AuditAction.SUBMISSION_FROZEN)
    address = reverse("audit_event", args=[event.pk])
    page = audited.get(address).content.decode()
    assert "尚未封存" in page
    assert case.submissions.get().hash in page
    assert reverse("case_fill", args=[case.pk]) in page
    sealed()
    assert "所在封印" in audited.get(address).content.decode()


def test_what_lies_outside_is_not_there(client, auditor, case, divisions, cast):
    audit_record(action=AuditAction.NOTE_WRITTEN, actor=auditor, division_code=FAR_TOWN)
    far = AuditEvent.objects.get(division_code=FAR_TOWN)
    client.force_login(auditor, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("audit_event", args=[far.pk])).status_code == 404
    assert client.get(reverse("audit_event", args=[10**15])).status_code == 404
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    for name in ("audit_list", "audit_reads"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("audit_export"), {}).status_code == 403


def test_reads_within_an_hour_are_one_row_and_what_leaves_is_always_one_more(case, cast):
    for _again in range(3):
        case_read(case=case, actor=cast.county_reviewer)
    assert ReadEvent.objects.count() == 1
    case_read(case=case, actor=cast.county_reviewer, way=ReadWay.REVIEW)
    case_read(case=case, actor=cast.city_reviewer)
    assert ReadEvent.objects.count() == 3
    for _again in range(2):
        case_read(case=case, actor=cast.county_reviewer, way=ReadWay.PRINT)
    assert ReadEvent.objects.count() == 5
    cache.clear()
    case_read(case=case, actor=cast.county_reviewer)
    assert ReadEvent.objects.count() == 6


def test_without_its_cache_the_portal_records_too_much_rather_than_too_little(
    case, cast, monkeypatch
):
    def down(*_args, **_kwargs):
        raise RedisError("down")

    monkeypatch.setattr(cache, "add", down)
    for _again in range(2):
        case_read(case=case, actor=cast.county_reviewer)
    assert ReadEvent.objects.count() == 2


def test_who_read_a_unit_is_seen_by_the_unit_its_offices_and_the_auditor(
    client, case, cast, divisions
):
    owner = account("boss", Role.RESPONDENT, unit=case.unit, full_name="厂长")
    case_read(case=case, actor=cast.county_reviewer)
    address = reverse("unit_reads", args=[case.unit_id])
    for person in (owner, cast.office, cast.auditor):
        client.force_login(person, backend="accounts.backends.PasswordBackend")
        page = client.get(address).content.decode()
        assert page.count("钱县审") == 2  # among the people, and the read itself
        assert ("该单位的审计记录" in page) == (person == cast.auditor)
        assert address in client.get(reverse("unit_detail", args=[case.unit_id])).content.decode()
    next_door = account("office-next-door", Role.OFFICE, division=divisions[NEIGHBOUR_COUNTY])
    for person, status in ((cast.county_reviewer, 403), (next_door, 404)):
        client.force_login(person, backend="accounts.backends.PasswordBackend")
        assert client.get(address).status_code == status


def test_of_a_confidential_unit_every_reading_is_logged(client, case, cast):
    owner = account("boss", Role.RESPONDENT, unit=case.unit, full_name="厂长")
    address = reverse("unit_confidentiality", args=[case.unit_id])
    client.force_login(owner, backend="accounts.backends.PasswordBackend")
    assert (
        "只有普查办"
        in client.post(address, {"mark": "1", "reason": "x"}, follow=True).content.decode()
    )
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    for reason, told in (("", "请写明理由"), ("涉及商业秘密", "已列为保密单位"), ("x", "刚刚办理")):
        page = client.post(address, {"mark": "1", "reason": reason}, follow=True).content.decode()
        assert told in page
    assert "每一次查阅都单独记录" in page
    for _again in range(3):
        case_read(case=case, actor=cast.county_reviewer)
    assert ReadEvent.objects.filter(actor_id=cast.county_reviewer.pk).count() == 3
    client.post(address, {"mark": "0", "reason": "已公开"})
    for _again in range(3):
        case_read(case=case, actor=cast.county_reviewer)
    assert ReadEvent.objects.filter(actor_id=cast.county_reviewer.pk).count() == 4
    acts = AuditEvent.objects.filter(action__in=["unit.confidential", "unit.not_confidential"])
    assert [act.detail["reason"] for act in acts.order_by("pk")] == ["涉及商业秘密", "已公开"]


def test_reads_are_found_by_person_unit_way_and_time(
    audited, case, cast, django_assert_max_num_queries
):
    case_read(case=case, actor=cast.county_reviewer)
    page = reverse("audit_reads")
    for query in ({}, {"person": "钱县审"}, {"unit": case.unit.code}, {"way": "page"}):
        assert case.unit.code in audited.get(page, query).content.decode(), query
    for query in ({"person": "陈普查"}, {"way": "api"}, {"until": "2017-01-01"}):
        assert "没有查阅记录" in audited.get(page, query).content.decode(), query
    with django_assert_max_num_queries(12):
        audited.get(page, {"person": "钱", "unit": case.unit.code})


def test_an_auditor_of_the_nation_sees_every_act_and_read(client, case, cast, divisions):
    case_read(case=case, actor=cast.county_reviewer)
    audited = account("national-audit", Role.AUDITOR, division=divisions[NATION])
    client.force_login(audited, backend="accounts.backends.PasswordBackend")
    assert case.unit.code in client.get(reverse("audit_reads")).content.decode()
    assert case.unit.name in listed(client, action="case.submitted")


@pytest.fixture
def job(audited, case):
    """An export that was asked for by the page."""

    def ask(**fields) -> Job:
        answer = audited.post(
            reverse("audit_export"),
            {"log": "events", "format": "csv", "reason": "年度检查", "query": "", **fields},
        )
        assert answer.status_code == 302
        return Job.objects.latest("pk")

    return ask


def result_of(job: Job, settings) -> bytes:
    audit_export_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED
    return (Path(settings.MEDIA_ROOT) / job.result_path).read_bytes()


def test_an_export_says_who_took_what_and_is_itself_an_act(job, case, settings, auditor):
    audit_record(
        action=AuditAction.NOTE_WRITTEN,
        actor=auditor,
        division_code=case.division_code,
        detail={"reason": "=HYPERLINK(1)"},
    )
    text = result_of(job(query="action=note.written"), settings).decode("utf-8-sig")
    assert "导出人 郑审计" in text.splitlines()[0]
    assert "年度检查" in text.splitlines()[0]
    assert len(text.splitlines()) == 3
    act = AuditEvent.objects.get(action=AuditAction.AUDIT_EXPORTED)
    assert (act.detail["rows"], act.detail["reason"]) == (1, "年度检查")


def test_an_export_as_a_workbook_holds_the_mark_on_every_page(job, case, cast, settings):
    case_read(case=case, actor=cast.county_reviewer)
    book = load_workbook(BytesIO(result_of(job(format="xlsx", log="reads"), settings)))
    sheet = book.active
    rows = list(sheet.iter_rows(values_only=True))
    assert "导出人 郑审计" in rows[0][0]
    assert "导出人 郑审计" in sheet.oddFooter.center.text
    assert rows[2][1:4] == (str(cast.county_reviewer), case.unit.code, "A1")


def test_an_export_needs_a_reason_and_is_for_its_auditor_alone(
    audited, job, client, settings, cast
):
    answer = audited.post(
        reverse("audit_export"), {"format": "csv", "query": "person=陈", "reason": " "}, follow=True
    )
    assert "请写明导出理由" in answer.content.decode()
    assert 'value="陈"' in answer.content.decode()
    for wrong in ({"format": "exe"}, {"log": "users"}):
        audited.post(reverse("audit_export"), {"reason": "x", "format": "csv", **wrong})
    assert not Job.objects.exists()
    asked = job()
    result_of(asked, settings)
    address = reverse("job_result", args=[asked.pk])
    assert b"".join(audited.get(address).streaming_content).startswith(b"\xef\xbb\xbf")
    client.force_login(cast.province_reviewer, backend="accounts.backends.PasswordBackend")
    assert client.get(address).status_code == 403


def test_a_days_anchor_is_listed_verified_and_published(audited, case, monkeypatch):
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))
    assert "还没有锚值" in audited.get(reverse("anchor_list")).content.decode()
    sealed()
    anchor = AuditAnchor.objects.get()
    assert anchor.hash in audited.get(reverse("anchor_list")).content.decode()
    day = anchor.day.isoformat()
    assert "锚值与存储一致" in audited.get(reverse("anchor_detail", args=[day])).content.decode()
    pdf = audited.get(reverse("anchor_pdf", args=[day]))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert "数据存证公告" in text
    assert anchor.hash[:20] in text
    for code in (day, anchor.hash, anchor.seal.upper()):
        page = audited.get(reverse("verify"), {"code": code}).content.decode()
        assert "锚值与存储一致" in page, code
    assert audited.get(reverse("anchor_detail", args=["2001-01-01"])).status_code == 404
    assert audited.get(reverse("anchor_list"), {"before": "x"}).status_code == 200
    assert not AuditAnchor.objects.filter(day__gt=timezone.localdate()).exists()


def test_the_receipt_is_a_page_to_keep(client, case, cast, supervisor):
    signer = signing_key_make(actor=supervisor, passphrase="西湖-晚风-2017")
    decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=supervisor, signer=signer)
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    pdf = client.get(reverse("case_receipt_pdf", args=[case.pk, 1]))
    reader = PdfReader(BytesIO(pdf.content))
    text = "".join(page.extract_text() for page in reader.pages)
    submission = case.submissions.get()
    for told in (
        submission.receipt_code,
        case.unit.name,
        "陈普查",
        "赵指导",
        "签名有效",
        "提交回执",
    ):
        assert told in text, told
    assert submission.hash[:20] in text
    assert "4800" not in text.split()  # no answer of the form
    assert len(reader.pages) == 1
    assert client.get(reverse("case_receipt_pdf", args=[case.pk, 9])).status_code == 404
    assert "receipt/1/pdf" in client.get(reverse("case_receipt", args=[case.pk])).content.decode()
