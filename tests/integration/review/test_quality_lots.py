"""Acceptance by the table, a failing lot returned whole, and the signed report."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid
from accounts.models import User
from accounts.services.signing_keys import signing_key_make
from audit.models import AuditEvent
from review.models import QualityLot, QualitySample, ReviewDecision
from review.quality.enums import LotOutcome
from review.quality.jobs import lot_return_job
from review.quality.report_signing import report_verified
from review.quality.selectors import sample_rates
from review.quality.services.lots import lot_decide
from review.quality.services.reports import report_issue
from review.quality.services.sampling import sample_close
from submissions.enums import CaseStatus, JobState
from submissions.models import Case, Job
from tests.factories.case import make_submitted
from tests.factories.decision import approve_by
from tests.factories.quality import drawn_sample, finish
from tests.factories.submission import submit_again
from tests.people import CITY, COUNTY, account

pytestmark = pytest.mark.django_db
PHRASE = "西湖-晚风-2017"


@pytest.fixture
def cases(enumerator) -> list[Case]:
    return [make_submitted(enumerator) for _n in range(6)]


@pytest.fixture
def checker(divisions) -> User:
    return account("checker", Role.REVIEWER, division=divisions[COUNTY], full_name="韩核查")


@pytest.fixture
def sample(cases, office) -> QualitySample:
    return drawn_sample(office, COUNTY)


def lot_checked(sample: QualitySample, checker, office, wrong: int) -> QualityLot:
    """Every check closed, `wrong` of them with an error in a key item."""
    for number, check in enumerate(sample.checks.select_related("unit")):
        hours = "4000" if number < wrong else "4800"
        values = {"unit_name": check.unit.name, "hours": hours, "has_water": "2"}
        finish(check, checker, office, values)
    return sample.lots.get()


def returned(lot: QualityLot, office, due_on=None) -> Job:
    _lot, job = lot_decide(actor=office, lot_id=lot.pk, due_on=due_on)
    assert job is not None
    lot_return_job(job.pk)
    job.refresh_from_db()
    lot.refresh_from_db()
    return job


def test_the_table_decides(sample, checker, office):
    """A lot of six: letter A, its arrow leads to B, three forms, none may fail."""
    lot = sample.lots.get()
    assert (lot.size, lot.letter, lot.sample_size, lot.acceptance_number) == (6, "B", 3, 0)
    with pytest.raises(Conflict, match="3 份没有核查完"):
        lot_decide(actor=office, lot_id=lot.pk)
    lot = lot_checked(sample, checker, office, wrong=0)
    with pytest.raises(Conflict, match="1 批没有判定"):
        sample_close(actor=office, sample_id=sample.pk)
    decided, job = lot_decide(actor=office, lot_id=lot.pk)
    assert (decided.outcome, decided.nonconforming, job) == (LotOutcome.ACCEPTED, 0, None)
    with pytest.raises(Conflict, match="已经判定"):
        lot_decide(actor=office, lot_id=lot.pk)


def test_a_failing_lot_goes_back_whole_with_reason_and_deadline(
    client, sample, cases, checker, office, supervisor, enumerator
):
    approve_by(cases[0], supervisor)  # at the county by now
    lot = lot_checked(sample, checker, office, wrong=1)
    with pytest.raises(Invalid, match="整改期限"):
        lot_decide(actor=office, lot_id=lot.pk, due_on=timezone.localdate())
    due = timezone.localdate() + dt.timedelta(days=20)
    job = returned(lot, office, due)
    assert (job.state, lot.outcome, lot.returned_count, lot.kept) == (
        JobState.SUCCEEDED,
        LotOutcome.REJECTED,
        6,
        [],
    )
    for case in cases:  # those that were not drawn, too
        case.refresh_from_db()
        assert (case.status, case.due_on) == (CaseStatus.RETURNED, due)
        decision = case.decisions.last()
        assert decision.reason_codes == ["quality_lot"]
        assert "整批退回" in decision.note
    acts = AuditEvent.objects.filter(action="case.lot_returned")
    assert acts.count() == 6
    assert acts.first().detail["due_on"] == due.isoformat()
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("case_fill", args=[cases[1].pk])).content.decode()
    assert "抽样核查不合格，整批退回" in page
    assert str(due) in page


def test_a_job_delivered_twice_returns_nothing_twice(sample, cases, checker, office, enumerator):
    lot = lot_checked(sample, checker, office, wrong=1)
    job = returned(lot, office)
    again = submit_again(cases[0], enumerator, note="已核实")
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, finished_at=None)
    lot_return_job(job.pk)
    cases[0].refresh_from_db()
    assert cases[0].status == CaseStatus.UNDER_REVIEW
    assert ReviewDecision.objects.filter(reason_codes=["quality_lot"]).count() == 6
    assert again.number == 2


def test_what_a_higher_level_has_is_kept_and_told(
    sample, cases, checker, office, supervisor, county_reviewer
):
    approve_by(cases[0], supervisor, county_reviewer)  # the city has it
    lot = sample.lots.get()
    for check in sample.checks.exclude(case=cases[0]).select_related("unit"):
        finish(check, checker, office, {"hours": "1"})
    own = sample.checks.filter(case=cases[0]).select_related("unit").first()
    if own is not None:
        finish(own, checker, office, {"hours": "1"})
    returned(lot, office)
    assert lot.returned_count == 5
    assert [case for case, _why in lot.kept] == [cases[0].pk]
    assert "市级" in lot.kept[0][1]


def test_rates_are_those_of_the_checks(sample, checker, office):
    lot_checked(sample, checker, office, wrong=1)
    rates = sample_rates(sample)
    assert (rates.key.events, rates.key.total) == (1, 3)
    assert rates.other.events == 0
    assert rates.failing.value == pytest.approx(1 / 3)
    assert rates.by_item["A1", "hours"].events == 1
    assert set(rates.by_form) == {"A1"}
    assert set(rates.by_class) == {"industrial"}


def test_a_county_reads_what_its_city_found_and_its_neighbour_does_not(
    client, cases, checker, divisions, county_reviewer, neighbour
):
    city = account("city-office", Role.OFFICE, division=divisions[CITY])
    other = account("city-check", Role.REVIEWER, division=divisions[CITY])
    sample = drawn_sample(city, CITY)
    lot = lot_checked(sample, other, city, wrong=0)
    home = reverse("quality_home")
    client.force_login(county_reviewer, backend="accounts.backends.PasswordBackend")
    assert "上级抽查的本地批次" not in client.get(home).content.decode()
    lot_decide(actor=city, lot_id=lot.pk)
    sample_close(actor=city, sample_id=sample.pk)
    assert "上级抽查的本地批次" in client.get(home).content.decode()
    client.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert "上级抽查的本地批次" not in client.get(home).content.decode()


# --- the report -----------------------------------------------------------------------------------


@pytest.fixture
def closed(sample, checker, office) -> QualitySample:
    lot = lot_checked(sample, checker, office, wrong=1)
    returned(lot, office)
    return sample_close(actor=office, sample_id=sample.pk)


@pytest.fixture
def report(closed, office):
    signer = signing_key_make(actor=office, passphrase=PHRASE)
    return report_issue(actor=office, sample_id=closed.pk, signer=signer)


def test_a_report_needs_an_end_and_a_key(sample, office, checker):
    with pytest.raises(Conflict, match="完成以后"):
        report_issue(actor=office, sample_id=sample.pk, signer=None)


def test_word_and_pdf_say_what_was_signed(client, report, office):
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    url = reverse("quality_report", args=[report.pk])
    pdf = PdfReader(BytesIO(client.get(url).content))
    text = "".join(page.extract_text() for page in pdf.pages)
    word = Document(BytesIO(client.get(url, {"form": "word"}).content))
    cells = "\n".join(c.text for t in word.tables for row in t.rows for c in row.cells)
    for told in ("不合格", "韩核查", "冯统计", "GB/T 2828.1-2012", "A1 hour hours"):
        assert told in cells, told
    flat = "".join(text.split())
    for told in (report.code, report.hash, report.sample.frame_digest, report.sample.seed):
        assert told in cells, told
        assert told in flat, told
    assert "〔U+" not in text, "the typeface has every character"
    assert bytes(report.signature).hex() in cells


def test_verify_knows_a_report_and_finds_what_was_altered(client, report, cast):
    client.force_login(cast.auditor, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("verify"), {"code": report.code.lower()}).content.decode()
    assert "内容与签发时一致" in page
    assert "签名有效" in page
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE review_qualityreport DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE review_qualityreport SET content = jsonb_set(content, '{lots,0,failed}', '0')"
        )
    found = report_verified(report.code)
    assert (found.is_intact, found.is_signed) == (False, True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE review_qualityreport SET issued_at = now() - interval '1 day'")
    assert not report_verified(report.code).is_signed


def test_the_page_of_a_closed_sample_leads_to_its_report(client, report, office):
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("quality_sample", args=[report.sample_id])).content.decode()
    assert report.code in page
    assert "超过限值" in page
    again = client.get(reverse("quality_sample", args=[report.sample_id]), {"redraw": "1"})
    assert "与记录完全相同" in again.content.decode()
