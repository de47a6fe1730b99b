"""Uploading a list of units, and the pages of background jobs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from submissions.enums import JobKind, JobState
from submissions.models import Job
from tests.people import COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings, tmp_path, monkeypatch):
    """Jobs are asked for, not run; uploads go to a folder of the test."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr("submissions.jobs.job_send", lambda job: None)


def upload(client, user, name="名录.csv", content=b"code,name\n", **data):
    client.force_login(user)
    file = SimpleUploadedFile(name, content)
    return client.post("/frame/load/", {"file": file, **data})


def make_job(user, **fields):
    return Job.objects.create(
        **{
            "kind": JobKind.FRAME_LOAD,
            "parameters": {"name": "名录.csv", "path": "x", "dry_run": False},
            "dedupe_key": "k",
            "division_code": COUNTY,
            "requested_by": user,
            "created_at": timezone.now(),
            **fields,
        }
    )


def test_upload_keeps_the_file_and_asks_for_a_job(client, office, settings):
    answer = upload(client, office, dry_run="on")
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/"
    assert job.parameters["dry_run"] is True
    assert (Path(settings.MEDIA_ROOT) / job.parameters["path"]).read_bytes() == b"code,name\n"
    assert job.division_code == COUNTY


def test_same_file_twice_is_one_job(client, office):
    assert upload(client, office).url == upload(client, office).url


def test_upload_of_another_kind_of_file_is_refused(client, office):
    answer = upload(client, office, name="名录.doc")
    assert answer.status_code == 400
    assert "只能导入" in answer.content.decode()


def test_upload_is_not_for_enumerators(client, enumerator):
    client.force_login(enumerator)
    assert client.get("/frame/load/").status_code == 403


def test_template_is_a_workbook_with_the_columns(client, office):
    client.force_login(office)
    answer = client.get("/frame/template/")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert "统一社会信用代码" in str([cell.value for row in sheet.iter_rows() for cell in row])


def test_upload_page_lists_earlier_loads(client, office):
    make_job(office)
    client.force_login(office)
    assert "最近的导入" in client.get("/frame/load/").content.decode()


def test_running_job_asks_again_and_an_ended_one_does_not(client, office):
    job = make_job(office, state=JobState.RUNNING, progress_done=1, progress_total=4)
    client.force_login(office)
    part = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "25%" in part
    assert "<html" not in part
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, finished_at=timezone.now(), error="文件是空的。"
    )
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "hx-trigger" not in page
    assert "文件是空的。" in page


def test_result_is_downloaded_under_its_own_name(client, office, settings):
    whole = Path(settings.MEDIA_ROOT) / "jobs" / "refused.xlsx"
    whole.parent.mkdir()
    whole.write_bytes(b"book")
    job = make_job(
        office,
        state=JobState.SUCCEEDED,
        finished_at=timezone.now(),
        result_path="jobs/refused.xlsx",
        result_name="未导入的行.xlsx",
    )
    client.force_login(office)
    answer = client.get(f"/jobs/{job.pk}/result/")
    assert b"".join(answer.streaming_content) == b"book"
    answer.close()
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("path", ["", "../outside.txt", "jobs/missing.xlsx"])
def test_result_outside_or_missing_does_not_exist(client, office, settings, path):
    (Path(settings.MEDIA_ROOT).parent / "outside.txt").write_text("secret")
    job = make_job(office, result_path=path)
    client.force_login(office)
    assert client.get(f"/jobs/{job.pk}/result/").status_code == 404


def test_cancel_stops_a_waiting_job_and_says_when_it_is_too_late(client, office):
    job = make_job(office)
    client.force_login(office)
    client.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    answer = client.post(f"/jobs/{job.pk}/cancel/", follow=True)
    assert "已经结束" in answer.content.decode()


def test_job_list_pages_by_keyset(client, office, monkeypatch):
    monkeypatch.setattr("submissions.views.jobs.PAGE", 2)
    jobs = [make_job(office, dedupe_key=str(number)) for number in range(3)]
    client.force_login(office)
    first = client.get("/jobs/")
    assert f"#{jobs[2].pk}" in first.content.decode()
    second = client.get(f"/jobs/?{first.context['next_query']}").content.decode()
    assert f"#{jobs[0].pk}" in second
    assert f"#{jobs[2].pk}" not in second


def test_job_of_another_county_does_not_exist(client, office, neighbour):
    job = make_job(office)
    client.force_login(neighbour)
    assert client.get(f"/jobs/{job.pk}/").status_code == 404


def test_a_list_beyond_the_limit_is_refused_before_it_is_kept(client, cast, monkeypatch):
    monkeypatch.setattr("submissions.forms.FILE_AT_MOST", 10)
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    file = SimpleUploadedFile("list.csv", b"x" * 11)
    answer = client.post(reverse("frame_load"), {"file": file})
    assert answer.status_code == 400
    assert "分批导入" in answer.content.decode()
    assert not Job.objects.exists()
