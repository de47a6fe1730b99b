"""The pages of the signs of interference."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.enums import Role
from audit.enums import AuditAction
from audit.selectors import events_for
from review.interference.loading import Scope
from review.interference.models import InterferenceRun
from review.interference.scanning import interference_scan, interference_scan_job
from submissions.enums import JobKind, JobState
from submissions.models import Job
from tests.factories.case import make_submitted
from tests.factories.interference import hasty_reviewer_make
from tests.people import COUNTY, FAR_PROVINCE, PROVINCE, account

pytestmark = pytest.mark.django_db
URL = "/interference/"


@pytest.fixture
def run(cast, divisions):
    case = make_submitted(cast.enumerator)
    hasty_reviewer_make(case, divisions[COUNTY])
    return interference_scan(
        actor=cast.auditor, scope=Scope(case.exercise, PROVINCE, timezone.now())
    )


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_the_list_ranks_and_explains(client, cast, run, django_assert_max_num_queries):
    signed_in(client, cast.auditor)
    client.get(URL)  # definitions are read once a process
    with django_assert_max_num_queries(22):
        answer = client.get(URL)
    text = answer.content.decode()
    finding = run.findings.get()
    assert reverse("interference_finding", args=[finding.pk]) in text
    assert "审得比看得快" in text
    assert "审核0" in text
    assert "不是对任何人的结论" in text
    assert run.digest in text


def test_a_county_is_shown_its_part_of_the_province_scan(client, cast, run, divisions):
    signed_in(client, cast.auditor)
    assert "审核0" in client.get(URL, {"division": COUNTY}).content.decode()
    other = client.get(URL, {"division": "330110000000"}).content.decode()
    assert "审核0" not in other
    assert client.get(URL, {"division": FAR_PROVINCE}).status_code == 404
    assert client.get(URL, {"run": "999999"}).status_code == 404


def test_filters_narrow_and_nonsense_counts_as_not_asked(client, cast, run):
    signed_in(client, cast.auditor)
    shown = "审核0"
    assert shown in client.get(URL, {"signal": "fast_approval"}).content.decode()
    assert shown not in client.get(URL, {"signal": "copies"}).content.decode()
    assert shown not in client.get(URL, {"state": "looked"}).content.decode()
    assert shown in client.get(URL, {"state": "x", "signal": "y"}).content.decode()


def test_a_conclusion_is_written_and_shown_and_a_refused_one_keeps_the_words(client, cast, run):
    finding = run.findings.get()
    page = reverse("interference_finding", args=[finding.pk])
    signed_in(client, cast.auditor)
    refused = client.post(page, {"conclusion": "", "text": "已电话核实"})
    assert refused.status_code == 400
    assert "已电话核实" in refused.content.decode()
    assert "请选择结论" in refused.content.decode()
    done = client.post(page, {"conclusion": "referred", "text": "已电话\0核实"}, follow=True)
    assert "已移交核查" in done.content.decode()
    assert finding.notes.get().text == "已电话核实"
    assert "已移交核查" in client.get(URL).content.decode()


def test_nobody_clears_a_sign_about_himself(client, cast, run, divisions):
    finding = run.findings.get()
    from accounts.models import RoleAssignment

    RoleAssignment.objects.create(
        user=finding.person, role=Role.AUDITOR, division=divisions[PROVINCE]
    )
    page = reverse("interference_finding", args=[finding.pk])
    signed_in(client, finding.person)
    answer = client.post(page, {"conclusion": "normal", "text": "没有问题"})
    assert answer.status_code == 403
    assert "涉及本人的迹象须由他人核实" in answer.content.decode()
    assert not finding.notes.exists()


def test_the_workbook_has_every_line_and_the_download_is_recorded(client, cast, run):
    signed_in(client, cast.auditor)
    answer = client.get(reverse("interference_workbook"))
    book = load_workbook(BytesIO(answer.content))
    rows = list(book["干预迹象"].iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][2] == "审核0"
    recorded = events_for(run).filter(action=AuditAction.INTERFERENCE_DOWNLOADED)
    assert recorded.get().detail == {"number": 1}


def test_without_a_scan_the_page_says_so_and_there_is_no_workbook(client, cast):
    signed_in(client, cast.auditor)
    assert "还没有扫描过" in client.get(URL).content.decode()
    assert client.get(reverse("interference_workbook")).status_code == 404
    assert "还没有普查阶段" in client.post(URL, follow=True).content.decode()


def test_people_of_the_county_see_neither_list_nor_sign(client, cast, run):
    page = reverse("interference_finding", args=[run.findings.get().pk])
    for person in (cast.office, cast.county_reviewer, cast.enumerator):
        signed_in(client, person)
        assert client.get(URL).status_code == 403
        assert client.get(page).status_code == 403


def test_a_province_office_sees_its_own_and_the_neighbour_province_nothing(
    client, cast, run, divisions
):
    own = account("zj.office", Role.OFFICE, division=divisions[PROVINCE])
    far = account("hb.office", Role.OFFICE, division=divisions[FAR_PROVINCE])
    page = reverse("interference_finding", args=[run.findings.get().pk])
    assert signed_in(client, own).get(page).status_code == 200
    assert signed_in(client, far).get(page).status_code == 404
    assert "审核0" not in signed_in(client, far).get(URL).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_job_scans_and_tells_no_finding_to_whoever_sees_jobs(cast, divisions, client):
    case = make_submitted(cast.enumerator)
    hasty_reviewer_make(case, divisions[COUNTY])
    signed_in(client, cast.auditor)
    answer = client.post(f"{URL}?division={PROVINCE}")
    job = Job.objects.get(kind=JobKind.INTERFERENCE_SCAN)
    assert answer.url == reverse("job_detail", args=[job.pk])
    interference_scan_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED
    assert job.message == "已扫描 1 次提交。"
    assert InterferenceRun.objects.get().finding_count == 1
