"""From an authority's file to the register, by the pages and the job that an office uses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from registry.enums import ListState
from registry.models import SourceList, Unit
from registry.services.list_screening import outcome_counts
from submissions.list_screening import list_screen_job, outcome_sentence
from submissions.models import Job
from tests.factories.division import industries_make
from tests.people import NEIGHBOUR_TOWN, TOWN

pytestmark = pytest.mark.django_db

HEAD = "户名,电表编号,地区代码,用电地址,行业类别代码,统一代码\n"
ROWS = (
    f"恒泰印染有限公司,1,{TOWN},三墩镇振华路1号,1752,\n"
    f"新星纺织有限公司,2,{TOWN},三墩镇文一路9号,175,\n"
    f"邻县印染有限公司,3,{NEIGHBOUR_TOWN},良渚街道1号,1752,\n"
)


@pytest.fixture
def office(client, office):
    """The county's office, signed in."""
    industries_make()
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    return office


def upload(client, content: bytes, name: str = "用电.csv", **more):
    data = {"authority": "electricity", "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse("source_lists"), data)


def test_upload_confirm_screen(client, office, django_capture_on_commit_callbacks):
    answer = upload(client, (HEAD + ROWS).encode("gb18030"))
    source_list = SourceList.objects.get()
    assert answer["Location"] == reverse("source_list", args=[source_list.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "电表编号" in page
    assert '<option value="name" selected>' in page
    chosen = {f"column_{index}": field for field, index in source_list.columns.items()}
    client.post(answer["Location"], chosen)
    job = Job.objects.get()
    assert (job.kind, job.parameters["open_cases"]) == ("list_screen", False)
    list_screen_job(job.pk)
    job.refresh_from_db()
    assert job.state == "succeeded"
    counts = outcome_counts(source_list)
    assert outcome_sentence(3, counts) == "共 3 行：新登记 1，归并 0，待人工判断 0，未采用 2。"
    assert Unit.objects.get().name == "恒泰印染有限公司"
    page = client.get(answer["Location"]).content.decode()
    assert "行业代码应为 4 位数字" in page
    assert "浙江省杭州市西湖区" in page
    book = load_workbook(
        filename=_file(client.get(reverse("job_result", args=[job.pk]))), read_only=True
    )
    refused = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in refused] == ["户名", "新星纺织有限公司", "邻县印染有限公司"]
    assert "不在您的管辖范围内" in refused[2][-2]
    again = upload(client, (HEAD + ROWS).encode("gb18030"))
    assert again["Location"] == reverse("source_list", args=[source_list.pk])
    assert SourceList.objects.count() == 1


def _file(answer):
    from io import BytesIO

    return BytesIO(b"".join(answer.streaming_content))


def test_columns_must_be_named(client, office):
    upload(client, b"a,b\n1,2\n")
    source_list = SourceList.objects.get()
    url = reverse("source_list", args=[source_list.pk])
    answer = client.post(url, {"column_0": "name"})
    assert answer.status_code == 400
    assert "请指出哪一列是区划代码" in answer.content.decode()
    source_list.refresh_from_db()
    assert source_list.state == ListState.MAPPING
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"x", "只能导入 CSV 或 XLSX 文件"),
        ("a.csv", HEAD.encode(), "没有数据"),
        ("a.csv", b"PK\x03\x04xx", "请改为 .xlsx"),
        ("a.csv", b"\x81", "无法识别文件的文字编码"),
        ("a.xlsx", b"PK\x03\x04xx", "文件可能已损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(client, office, name, content, sentence):
    answer = upload(client, content, name)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not SourceList.objects.exists()


def test_an_enumerator_brings_no_list(client, enumerator):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("source_lists")).status_code == 403
