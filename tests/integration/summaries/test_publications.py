"""Publications and imports: from a release to what may be shown, and from a file to a comparison."""

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from accounts.exceptions import Conflict, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from summaries.models import SummaryRelease
from summaries.services import publication_compute, publication_request
from summaries.verifying import release_faults
from tests.factories.case import make_plain_unit
from tests.factories.exercise import make_exercise
from tests.factories.release import forms_make, release_make
from tests.factories.submission import frozen
from tests.people import COUNTY, FAR_PROVINCE, NATION, TOWN

pytestmark = pytest.mark.django_db
REFERENCE = Path(settings.BASE_DIR) / "summaries" / "reference" / "nps1_2007.csv"


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def published(cast):
    """A release with one dominant unit in one county, and its publication."""
    forms_make(cast.enumerator)
    unit = make_plain_unit(cast.enumerator, division_code=TOWN, industry_codes=["1752"])
    frozen(unit, "G102", {"values": {"cod_discharged": "90000000.00"}}, actor=cast.enumerator)
    release = release_make(cast.national_office)
    job = publication_request(actor=cast.national_office, release=release)
    publication_compute(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "succeeded", job.error
    return release


def observations(client, release):
    answer = client.get(
        reverse("publication_file", args=[release.pk]), {"kind": "sdmx", "table": "H101"}
    )
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    ET.fromstring(archive.read("structure.xml"))  # noqa: S314  our own
    assert archive.read("dictionary.csv").startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(archive.read("data.csv").decode())))


def test_what_is_hidden_has_no_value_in_any_file(client, cast, published):
    publication = published.publications.get()
    assert publication.audit["H101"]["primary"] > 0
    assert publication.audit["H101"]["exposed"] == 0
    signed_in(client, cast.national_office)
    rows = observations(client, published)
    hidden = [row for row in rows if row["CONF_STATUS"] != "F"]
    assert {row["CONF_STATUS"] for row in hidden} == {"C", "D"}
    assert all(row["OBS_VALUE"] == row["REPORTING_UNITS"] == "" for row in hidden)
    cod = [row for row in rows if row["INDICATOR"] == "cod_discharged"]
    (county,) = [r for r in cod if r["BREAKDOWN"] == "division" and r["CATEGORY"] == COUNTY[:6]]
    assert county["CONF_STATUS"] == "C"
    assert {row["BREAKDOWN"] for row in rows} <= {
        "total",
        "city",
        "division",
        "industry_division",
        "size",
    }
    assert rows[0]["STRUCTURE_ID"] == "CENSUS:NPS2_H101(1.0.0)"
    word = client.get(reverse("publication_file", args=[published.pk]), {"kind": "word"})
    document = Document(io.BytesIO(word.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert published.content_hash in text
    assert "化学需氧量排放量 ×" in text
    assert "[1]" in text
    assert "90000000" not in text.replace(",", "")
    pdf = client.get(reverse("publication_file", args=[published.pk]), {"kind": "pdf"})
    pages = PdfReader(io.BytesIO(pdf.content)).pages
    assert published.content_hash in "".join(page.extract_text() for page in pages)
    assert events_for(published).filter(action=AuditAction.RELEASE_DOWNLOADED).count() == 3
    detail = client.get(reverse("release_detail", args=[published.pk])).content.decode()
    assert publication.content_hash in detail


def test_files_that_are_not_there(client, cast, published):
    signed_in(client, cast.national_office)
    address = reverse("publication_file", args=[published.pk])
    for asked in ({"kind": "x"}, {"kind": "sdmx", "table": "x"}, {"kind": "pdf", "division": "x"}):
        assert client.get(address, asked).status_code == 404
    bare = release_make(cast.national_office, name="v2")
    address = reverse("publication_file", args=[bare.pk])
    assert client.get(address, {"kind": "pdf"}).status_code == 404


def test_who_may_publish(client, cast, published):
    with pytest.raises(NotAllowed):
        publication_request(actor=cast.office, release=published)
    signed_in(client, cast.national_office)
    answer = client.post(reverse("release_publish", args=[published.pk]))
    assert answer.url.startswith("/jobs/")


# --- imports ------------------------------------------------------------------------------------
def upload(client, text, **changes):
    data = {
        "name": "一污普 2007",
        "division": NATION,
        "as_of": "2007-12-31T23:59",
        "note": "口径不同，仅供参考。",
        "file": SimpleUploadedFile("x.csv", text.encode()),
        **changes,
    }
    return client.post(reverse("release_import"), data)


def test_the_first_census_is_imported_and_compared(client, cast):
    make_exercise()
    signed_in(client, cast.national_office)
    assert "导入" in client.get(reverse("release_import")).content.decode()
    answer = upload(client, REFERENCE.read_text(encoding="utf-8"))
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    earlier = SummaryRelease.objects.get()
    content = earlier.tables.get(table_code="G001").content
    assert Decimal(content["total"]["cells"]["cod_discharged"]["sum"]) == Decimal("30289600")
    assert list(release_faults(earlier)) == []
    with pytest.raises(Conflict):
        publication_request(actor=cast.national_office, release=earlier)
    forms_make(cast.enumerator)
    ours = release_make(cast.national_office, tables=("G001",))
    text = client.get(
        reverse("release_compare", args=[ours.pk]), {"with": earlier.pk}
    ).content.decode()
    assert "30289600" in text
    assert "口径不同" in text
    assert "不比较" in text
    assert upload(client, REFERENCE.read_text(encoding="utf-8")).status_code == 409


HEAD = "table,division,axis,key,column,value,unit\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "缺少这些列"),
        (HEAD, "没有数据"),
        (HEAD + f"H999,{NATION},,,cod_discharged,1,吨\n", "第 2 行"),
        (HEAD + f"G001,{NATION},colour,,cod_discharged,1,吨\n", "没有这种分组"),
        (HEAD + "G001,33,,,cod_discharged,1,吨\n", "区划代码不对"),
        (HEAD + f"G001,{NATION},,,cod_discharged,x,吨\n", "数值或计量单位不对"),
        (HEAD + f"G001,{NATION},,,cod_discharged,NaN,吨\n", "数值或计量单位不对"),
        (HEAD + f"G001,{NATION},,,cod_discharged,1,亩\n", "数值或计量单位不对"),
        (HEAD + 2 * f"G001,{NATION},,,cod_discharged,1,吨\n", "出现两次"),
    ],
)
def test_every_wrong_line_is_told(client, cast, text, sentence):
    make_exercise()
    answer = upload(signed_in(client, cast.national_office), text)
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    assert not SummaryRelease.objects.exists()


def test_a_file_that_is_no_text_and_a_place_that_is_not_ones_own(client, cast):
    make_exercise()
    signed_in(client, cast.national_office)
    broken = SimpleUploadedFile("x.csv", b"\xff\xfe\x00")
    assert upload(client, "", file=broken).status_code == 400
    assert upload(client, HEAD, division=FAR_PROVINCE).status_code == 400
