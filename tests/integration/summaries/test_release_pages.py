"""The pages of releases: list, order, tables, the units behind a figure, proof, comparison."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from audit.enums import AuditAction
from audit.selectors import events_for
from summaries.models import ReleaseRun
from summaries.services import release_compute
from tests.factories.case import make_plain_unit
from tests.factories.release import forms_make, release_make
from tests.factories.submission import frozen
from tests.people import COUNTY, FAR_PROVINCE, NATION, PROVINCE, TOWN, account

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def release(cast):
    forms_make(cast.enumerator)
    return release_make(cast.national_office)


def page(client, name, release, **asked):
    answer = client.get(reverse(name, args=[release.pk]), asked)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


ORDER = {"name": "v3 2018-12-31", "division": NATION, "level": "county", "tables": ["H101"]}


def test_from_the_order_to_the_release(client, cast):
    forms_make(cast.enumerator)
    signed_in(client, cast.national_office)
    assert "综H104表" in client.get(reverse("release_new")).content.decode()
    answer = client.post(reverse("release_new"), {**ORDER, "as_of": "2999-01-01T00:00"})
    assert answer.status_code == 400
    assert "不能晚于现在" in answer.content.decode()
    assert "v3 2018-12-31" in answer.content.decode()
    answer = client.post(reverse("release_new"), {**ORDER, "level": "x"})
    assert answer.status_code == 400
    answer = client.post(reverse("release_new"), ORDER)
    run = ReleaseRun.objects.get()
    assert 'hx-trigger="every 1s"' in client.get(answer.url).content.decode()
    assert "v3 2018-12-31" in client.get(reverse("release_list")).content.decode()
    release_compute(job_id=run.job_id)
    inside = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "版本已经冻结" in inside
    assert client.get(answer.url).url == reverse("release_detail", args=[run.release.pk])


def test_a_refused_release_says_why(client, cast):
    forms_make(cast.enumerator)
    unit = make_plain_unit(cast.enumerator, division_code="330199001000")
    frozen(unit, "G102", {"values": {"cod_discharged": "5"}}, actor=cast.enumerator)
    signed_in(client, cast.national_office)
    answer = client.post(reverse("release_new"), ORDER)
    release_compute(job_id=ReleaseRun.objects.get().job_id)
    text = client.get(answer.url).content.decode()
    assert "不在现行区划中" in text
    assert "未通过的核对" in text
    assert "失败" in client.get(reverse("release_list")).content.decode()


def test_the_pages_of_a_release(client, cast, release, django_assert_max_num_queries):
    signed_in(client, cast.national_office)
    text = page(client, "release_detail", release)
    for part in (release.content_hash, "综H101表", "尚未签署", "全国"):
        assert part in text
    with django_assert_max_num_queries(14):
        text = page(client, "release_table", release, table="H101")
    assert "浙江省" in text
    assert f"division={PROVINCE}" in text
    text = page(client, "release_table", release, table="H101", division=PROVINCE, axis="division")
    assert "西湖区" in text
    assert "去除率" in text
    assert "50.0" in text
    text = page(client, "release_proof", release, table="H101", scale="1")
    assert "全部成立" in text
    assert "尾差" in text
    answer = client.get(
        reverse("release_table", args=[release.pk]), {"table": "H101", "format": "xlsx"}
    )
    book = load_workbook(BytesIO(answer.content))
    assert book["综H101表"]["B6"].value == "合计"
    dictionary = [cell.value for cell in book["数据字典"]["B"]]
    assert release.content_hash in dictionary
    assert events_for(release).filter(action=AuditAction.RELEASE_DOWNLOADED).count() == 1


def test_from_a_figure_to_its_units(client, cast, release):
    signed_in(client, cast.national_office)
    asked = {"table": "H101", "division": PROVINCE, "column": "cod_discharged"}
    county = page(client, "release_units", release, **asked, axis="division", key=COUNTY[:6])
    assert "只列出最大的单位" not in county
    assert "100.00%" in county
    total = page(client, "release_units", release, **asked)
    assert "位次" in total
    for wrong in ({"key": "999999"}, {"column": "x"}, {"column": "cod_removal_rate"}):
        answer = client.get(
            reverse("release_units", args=[release.pk]), {**asked, "axis": "division", **wrong}
        )
        assert answer.status_code == 404


def test_a_province_opens_its_own_part_of_the_nation(client, cast, release, divisions):
    office = account("zj", Role.OFFICE, division=divisions[PROVINCE])
    signed_in(client, office)
    assert release.name in client.get(reverse("release_list")).content.decode()
    text = page(client, "release_table", release, table="H101")
    assert "浙江省" in text
    assert "全国 " not in text
    address = reverse("release_table", args=[release.pk])
    for division in (NATION, FAR_PROVINCE):
        assert client.get(address, {"table": "H101", "division": division}).status_code == 404
    assert client.get(address, {"table": "H999"}).status_code == 404
    signed_in(client, cast.office)
    assert client.get(address, {"table": "H101"}).status_code == 404


def test_two_releases_side_by_side(client, cast, release):
    unit = make_plain_unit(cast.enumerator, division_code=TOWN, industry_codes=["1752"])
    frozen(unit, "G102", {"values": {"cod_discharged": "12.34"}}, actor=cast.enumerator)
    later = release_make(cast.national_office, name="v2")
    signed_in(client, cast.national_office)
    asked = {"with": release.pk, "table": "H101"}
    text = page(client, "release_compare", later, **asked)
    assert "12.34" in text
    assert "changed" in text
    answer = client.get(
        reverse("release_compare", args=[later.pk]),
        {**asked, "division": PROVINCE, "axis": "division", "format": "xlsx"},
    )
    sheet = load_workbook(BytesIO(answer.content)).active
    assert any(cell.value == 12.34 for row in sheet.iter_rows() for cell in row)
    for wrong in ("", "x", "999999"):
        answer = client.get(reverse("release_compare", args=[later.pk]), {"with": wrong})
        assert answer.status_code == 404


def test_signing_needs_the_key(client, cast, release):
    signed_in(client, cast.national_office)
    assert client.post(reverse("release_sign", args=[release.pk])).status_code == 409
    assert "打开签名密钥后签署" in page(client, "release_detail", release)
