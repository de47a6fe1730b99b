"""Exports: asked for with a reason, counted, masked, taken away, incremental, kept so many days."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import hmac
import io
import json
import struct
import zipfile
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from audit.models import AuditEvent
from instruments.definition_files import DEFINITIONS_DIR
from registry.models import Division
from submissions.enums import JobState
from submissions.jobs import JobCancelled, RunningJob
from submissions.models import Case, Job
from summaries.exports import workbooks
from summaries.exports.computing import export_compute
from summaries.exports.confidentiality import grounds
from summaries.exports.reading import rows_of
from summaries.exports.services import ExportOrder, export_request, exports_expire
from summaries.models import DataExport
from tests.factories.case import fill, make_case, make_plain_unit, make_submitted, save
from tests.factories.decision import approve_by, return_by
from tests.factories.response import add_row, put, set_cell
from tests.factories.submission import frozen, official
from tests.people import COUNTY, FAR_TOWN, NATION, PROVINCE, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def province_office(divisions):
    return account("province_office", Role.OFFICE, division=divisions[PROVINCE], full_name="沈省统")


def order(**asked) -> ExportOrder:
    return ExportOrder(
        **{
            "form_codes": ("A1",),
            "division_code": PROVINCE,
            "approval_level": "",
            "file_format": "csv",
            "reason": "核对省级汇总",
            **asked,
        }
    )


def exported(actor, **asked) -> DataExport:
    """Ask and run."""
    export = export_request(actor=actor, order=order(**asked))
    export_compute(job_id=export.job_id)
    export.refresh_from_db()
    assert export.job.state == JobState.SUCCEEDED, export.job.error
    return export


def archive(export: DataExport) -> zipfile.ZipFile:
    return zipfile.ZipFile(settings.MEDIA_ROOT / export.path)


def lines(export: DataExport, name: str) -> list[dict[str, str]]:
    text = gzip.decompress(archive(export).read(name)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def cases(cast):
    """Three forms of the county: submitted, begun with a malformed value, untouched."""
    submitted = make_submitted(cast.enumerator)
    begun = make_case(cast.enumerator)
    save(begun, cast.enumerator, hours="12x", has_water="1", output="0")
    put(
        begun,
        cast.enumerator,
        add_row("kilns", "kiln0001"),
        set_cell("kilns/kiln0001/kiln_hours", "7"),
    )
    make_case(cast.enumerator)
    return submitted, begun


def test_the_file_holds_what_the_database_counts(cast, cases, province_office):
    export = exported(province_office)
    part = export.manifest["parts"][0]
    assert part["counted"] == Case.objects.filter(form_code="A1", is_owed=True).count() == 3
    assert part["tables"] == {"A1": 3, "A1.kilns": 1}
    rows = lines(export, "A1.csv.gz")
    begun = next(row for row in rows if row["unit_code"] == cases[1].unit.code)
    # malformed text is kept, nought and blank stay apart
    assert (begun["hours"], begun["output"], begun["note"]) == ("12x", "0", "")
    assert {row["export_number"] for row in rows} == {export.number}
    (kiln,) = lines(export, "A1.kilns.csv.gz")
    assert (kiln["row_number"], kiln["kiln_hours"]) == ("1", "7")
    manifest = json.loads(archive(export).read("manifest.json"))
    assert manifest == export.manifest
    assert province_office.full_name in manifest["watermark"]
    assert {"data-dictionary.csv", "code-lists.csv"} <= set(archive(export).namelist())


def test_parquet_is_typed_and_names_what_is_malformed(cast, cases, province_office):
    export = exported(province_office, file_format="parquet")
    table = pq.read_table(io.BytesIO(archive(export).read("A1.parquet"))).to_pylist()
    begun = next(row for row in table if row["unit_code"] == cases[1].unit.code)
    assert (begun["hours"], begun["malformed"], begun["output"]) == (None, "hours", Decimal(0))
    other = next(row for row in table if row["unit_code"] == cases[0].unit.code)
    assert (other["hours"], other["malformed"]) == (4800, None)


def test_the_workbook_has_official_headings_and_text_codes(
    cast, cases, province_office, monkeypatch
):
    monkeypatch.setattr(workbooks, "ROWS_A_SHEET", 2)
    export = exported(province_office, file_format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(archive(export).read("A1.xlsx")))
    first, second = book.worksheets[:2]
    assert (first.max_row, second.max_row) == (5, 4)  # title, watermark, headings, then rows
    assert export.number in first["A2"].value
    heads = [cell.value for cell in first[3]]
    rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in first.iter_rows(4)]
    assert len(heads) == len(set(heads))
    row = next(row for row in rows if row["普查对象代码"] == cases[0].unit.code)
    hours = next(head for head in heads if head.endswith("hours") or "hours" in head)
    assert row[hours] == 4800
    assert isinstance(row["区划代码"], str)
    assert "数据字典" in book.sheetnames
    assert "说明" in book.sheetnames


def test_approved_data_and_what_was_withdrawn_since(cast, province_office):
    first = make_submitted(cast.enumerator)
    second = make_submitted(cast.enumerator)
    approve_by(first, cast.supervisor, cast.county_reviewer)
    export = exported(province_office, approval_level="county")
    assert export.manifest["parts"][0]["counted"] == 1
    approve_by(second, cast.supervisor, cast.county_reviewer)
    return_by(first, cast.city_reviewer)
    later = exported(province_office, approval_level="county", since=export.requested_at)
    part = later.manifest["parts"][0]
    assert [row["unit_code"] for row in lines(later, "A1.csv.gz")] == [second.unit.code]
    assert part["withdrawn"] == [first.unit.code]


def test_an_older_submission_is_no_change(cast, province_office):
    unit = make_plain_unit(cast.enumerator)
    for value in ("1", "2"):
        frozen(unit, "G102", {"values": {"water_total": value}}, actor=cast.enumerator)
    asked = {"form_codes": ("G102",), "approval_level": "county"}
    whole = exported(province_office, **asked)
    assert [row["water_total"] for row in lines(whole, "G102.csv.gz")] == ["2"]
    later = exported(province_office, **asked, since=whole.requested_at)
    assert later.manifest["parts"][0]["counted"] == 0
    frozen(unit, "G102", {"values": {"water_total": "3"}}, actor=cast.enumerator)
    newest = exported(province_office, **asked, since=whole.requested_at, reason="第三次核对")
    assert [row["water_total"] for row in lines(newest, "G102.csv.gz")] == ["3"]


def test_changes_of_the_working_data_since_a_moment(cast, cases, province_office):
    export = exported(province_office)
    assert exported(province_office, since=timezone.now()).manifest["parts"][0]["counted"] == 0
    fill(cases[1], cast.enumerator)
    later = exported(province_office, since=export.completed_at)
    assert [row["unit_code"] for row in lines(later, "A1.csv.gz")] == [cases[1].unit.code]


def test_confidential_items_are_masked_but_for_the_national_office(cast, province_office):
    unit = make_plain_unit(cast.enumerator)
    document = {
        "values": {"filler_phone": "13800000000", "products/r1/output": "5"},
        "rows": {"products": ["r1"]},
    }
    frozen(unit, "G101-2", document, actor=cast.enumerator)
    asked = {"form_codes": ("G101-2",), "approval_level": "county"}
    masked = exported(province_office, **asked)
    (row,) = lines(masked, "G101-2.csv.gz")
    assert (row["filler_phone"], row["person_in_charge"]) == ("***", "")
    assert lines(masked, "G101-2.products.csv.gz")[0]["output"] == "***"
    for file_format in ("parquet", "xlsx"):
        export = exported(province_office, **asked, file_format=file_format)
        assert b"13800000000" not in (settings.MEDIA_ROOT / export.path).read_bytes()
    with pytest.raises(Exception, match="保密指标"):
        export_request(actor=province_office, order=order(**asked, with_confidential=True))
    whole = exported(cast.national_office, **asked, with_confidential=True)
    assert lines(whole, "G101-2.csv.gz")[0]["filler_phone"] == "13800000000"


def test_the_list_of_confidential_items_names_items_that_exist():
    named = grounds()
    every = {
        path.stem: {
            item["slug"] for section in official(path.stem)["sections"] for item in section["items"]
        }
        for path in DEFINITIONS_DIR.glob("nps2/*.yaml")
    }
    for form, items in named.items():
        known = set().union(*every.values()) if form == "any" else every[form]
        assert set(items) <= known, form


def test_a_count_that_differs_ends_the_export(cast, cases, province_office, monkeypatch):
    def one_less(export, form_code, as_of):
        yield from list(rows_of(export, form_code, as_of))[:-1]

    monkeypatch.setattr("summaries.exports.computing.rows_of", one_less)
    export = export_request(actor=province_office, order=order())
    export_compute(job_id=export.job_id)
    job = Job.objects.get(pk=export.job_id)
    assert job.state == JobState.FAILED
    assert "应有 3 份，写出 2 份" in job.error


def test_a_killed_worker_goes_on_behind_the_finished_forms(
    cast, cases, province_office, monkeypatch
):
    export = export_request(actor=province_office, order=order(form_codes=("A1", "B1")))
    read = []

    def dying(export, form_code, as_of):
        read.append(form_code)
        if read == ["A1", "B1"]:
            raise KeyboardInterrupt
        return rows_of(export, form_code, as_of)

    save(cases[1], cast.enumerator, has_water="1")
    monkeypatch.setattr("summaries.exports.computing.rows_of", dying)
    with pytest.raises(KeyboardInterrupt):
        export_compute(job_id=export.job_id)
    Job.objects.filter(pk=export.job_id).update(heartbeat_at=timezone.now() - dt.timedelta(hours=1))
    export_compute(job_id=export.job_id)
    export.refresh_from_db()
    assert read == ["A1", "B1", "B1"]
    assert [part["form"] for part in export.manifest["parts"]] == ["A1", "B1"]


def test_the_same_export_asked_for_twice_is_one(cast, cases, province_office):
    one = export_request(actor=province_office, order=order())
    assert export_request(actor=province_office, order=order()) == one
    assert export_request(actor=cast.national_office, order=order()) != one


def test_what_lies_outside_the_jurisdiction_is_refused_and_left_out(
    client, cast, cases, province_office
):
    far = far_filler()
    make_submitted(far, unit=make_plain_unit(far, division_code=FAR_TOWN))
    for code in (NATION, "420000000000"):
        with pytest.raises(Exception, match="不能导出这个区划"):
            export_request(actor=province_office, order=order(division_code=code))
    export = exported(province_office)
    assert (
        export.manifest["parts"][0]["counted"]
        == Case.objects.filter(form_code="A1", division_code__startswith="33").count()
    )
    for person in (cast.office, cast.province_reviewer, cast.auditor):
        signed_in(client, person)
        assert client.get(reverse("export_list")).status_code == 403
        assert client.get(reverse("export_file", args=[export.pk])).status_code == 403


def far_filler():
    far = Division.objects.get(code=FAR_TOWN)
    return account("far-filler", Role.ENUMERATOR, division=far)


def test_the_page_from_order_to_file(client, cast, cases, province_office):
    signed_in(client, province_office)
    assert client.get(reverse("export_new")).status_code == 200
    asked = {
        "form_codes": ["A1"],
        "division": COUNTY,
        "level": "",
        "file_format": "csv",
        "reason": "核对",
    }
    refused = client.post(reverse("export_new"), asked)
    assert refused.status_code == 400
    assert "请写明用途" in refused.content.decode()
    assert COUNTY in refused.content.decode()
    answer = client.post(reverse("export_new"), {**asked, "reason": "核对县级汇总"})
    export = DataExport.objects.get()
    assert answer.url == reverse("export_detail", args=[export.pk])
    assert client.get(reverse("export_file", args=[export.pk])).status_code == 409
    assert "取消" in client.get(answer.url).content.decode()
    export_compute(job_id=export.job_id)
    page = client.get(answer.url).content.decode()
    assert "核对县级汇总" in page
    file = client.get(reverse("export_file", args=[export.pk]))
    assert zipfile.ZipFile(io.BytesIO(b"".join(file))).testzip() is None
    exported_acts = AuditEvent.objects.filter(action__startswith="export.").order_by("pk")
    actions = exported_acts.values_list("action", flat=True)
    assert list(actions) == ["export.requested", "export.downloaded"]
    again = client.get(reverse("export_new"), {"again": export.pk}).content.decode()
    assert "核对县级汇总" in again
    assert export.number in client.get(reverse("export_list")).content.decode()


def test_files_are_deleted_after_their_days_and_the_record_stays(
    client, cast, cases, province_office
):
    export = exported(province_office)
    assert exports_expire() == 0
    DataExport.objects.update(kept_until=timezone.localdate() - dt.timedelta(days=1))
    assert exports_expire() == 1
    assert not (settings.MEDIA_ROOT / "exports" / str(export.pk)).exists()
    signed_in(client, province_office)
    assert client.get(reverse("export_file", args=[export.pk])).status_code == 404
    assert "已过保留期" in client.get(reverse("export_detail", args=[export.pk])).content.decode()


def test_a_cancelled_export_leaves_no_file(cast, cases, province_office, monkeypatch):
    def cancelled(self, done, total, message=""):
        if message:
            raise JobCancelled

    export = export_request(actor=province_office, order=order())
    monkeypatch.setattr(RunningJob, "progress", cancelled)
    export_compute(job_id=export.job_id)
    assert Job.objects.get(pk=export.job_id).state == JobState.CANCELLED
    assert not (settings.MEDIA_ROOT / "exports" / str(export.pk)).exists()


def opened(content: bytes, password: str) -> bytes:
    """By the format's specification, block by block, apart from the code that writes it."""
    name, extra = struct.unpack_from("<HH", content, 26)
    start = 30 + name + extra
    packed = struct.unpack_from("<Q", content, 30 + name + 12)[0]
    salt, verifier = content[start : start + 16], content[start + 16 : start + 18]
    body = content[start + 18 : start + packed - 10]
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    assert keys[64:] == verifier
    seal = hmac.new(keys[32:64], body, "sha1").digest()[:10]
    assert seal == content[start + packed - 10 : start + packed]
    ecb = modes.ECB()  # noqa: S305  the format counts by itself
    cipher = Cipher(algorithms.AES(keys[:32]), ecb).encryptor()
    plain = bytearray()
    for number in range(0, len(body), 16):
        stream = cipher.update((number // 16 + 1).to_bytes(16, "little"))
        plain += bytes(a ^ b for a, b in zip(body[number : number + 16], stream, strict=False))
    return bytes(plain)


def test_a_download_is_sealed_with_a_password_that_is_kept_nowhere(
    client, cast, cases, province_office
):
    export = exported(province_office)
    signed_in(client, province_office)
    address = reverse("export_file", args=[export.pk])
    refused = client.post(address, {"password": "short"}, follow=True)
    assert "至少 10 个字符" in refused.content.decode()
    answer = client.post(address, {"password": "一个很长的密码 2017"})
    content = b"".join(answer)
    assert len(content) == int(answer["Content-Length"])
    (entry,) = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert (entry.compress_type, entry.flag_bits & 1) == (99, 1)
    inner = (settings.MEDIA_ROOT / export.path).read_bytes()
    assert opened(content, "一个很长的密码 2017") == inner
    event = AuditEvent.objects.filter(action="export.downloaded").latest("pk")
    assert event.detail == {"number": export.number, "hash": export.file_hash, "sealed": True}


def test_a_running_job_says_how_long_it_will_take(client, cast, cases, province_office):
    export = export_request(actor=province_office, order=order())
    assert Job.objects.get(pk=export.job_id).seconds_left is None
    Job.objects.filter(pk=export.job_id).update(
        state=JobState.RUNNING,
        progress_done=25,
        progress_total=100,
        started_at=timezone.now() - dt.timedelta(seconds=100),
    )
    assert Job.objects.get(pk=export.job_id).seconds_left in range(295, 330)
    signed_in(client, province_office)
    for address in ("job_detail", "export_detail"):
        number = export.job_id if address == "job_detail" else export.pk
        assert "约还需" in client.get(reverse(address, args=[number])).content.decode()
