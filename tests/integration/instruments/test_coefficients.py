"""The pages and the API of the coefficient library."""

from __future__ import annotations

import pytest
from django.urls import reverse

from instruments.coefficient_files import STARTER_FILE
from instruments.services import coefficients_load, coefficients_publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    version = coefficients_load(
        actor=None, path=STARTER_FILE, title="起始系数", is_demonstration=True
    ).version
    coefficients_publish(actor=None, version_id=version.pk)
    return version


@pytest.fixture
def reader(client, cast):
    client.force_login(cast.enumerator)
    return client


def test_list_shows_the_version_in_force_with_page_and_confidence(reader, version):
    answer = reader.get(reverse("coefficient_list"), {"q": "烟煤 层燃炉", "pollutant": "二氧化硫"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "16*S" in text
    assert "石灰石/石膏法" in text
    assert "部分推断" in text
    assert "演示用" in text
    assert "18.71" not in text


def test_list_goes_on_by_key(reader, version):
    first = reader.get(reverse("coefficient_list"))
    page = first.context["page"]
    assert len(page.coefficients) == 50
    second = reader.get(reverse("coefficient_list"), {"after": page.after})
    assert second.context["page"].before
    assert second.context["total"] == version.row_count


def test_list_takes_a_constant_number_of_queries(reader, version, django_assert_max_num_queries):
    reader.get(reverse("coefficient_list"))
    with django_assert_max_num_queries(9):
        reader.get(reverse("coefficient_list"), {"industry": "4430"})


@pytest.mark.parametrize("number", ["99", "x", "-1"])
def test_list_of_an_unknown_version_is_not_found(reader, version, number):
    assert reader.get(reverse("coefficient_list"), {"version": number}).status_code == 404


def test_list_says_so_where_nothing_is_in_force_or_found(reader, db):
    assert "还没有启用" in reader.get(reverse("coefficient_list")).content.decode()


def test_list_says_so_where_nothing_matches(reader, version):
    answer = reader.get(reverse("coefficient_list"), {"q": "没有的东西\x00", "version": "1"})
    assert "没有符合条件" in answer.content.decode()


def test_detail_explains_letters_and_running_parameters(reader, version):
    row = version.coefficients.get(generation="16*S", treatment="石灰石/石膏法", process="层燃炉")
    text = reader.get(reverse("coefficient_detail", args=[row.pk])).content.decode()
    assert "含硫量" in text
    assert 'data-copy="层燃炉\t烟煤\t蒸汽/热水/其它\t层燃炉\t所有规模\t"' in text
    assert "治理设施运行时间（小时）" in text
    assert reader.get(reverse("coefficient_detail", args=[0])).status_code == 404


def test_detail_says_why_a_row_cannot_be_used(reader, version, tmp_path):
    lines = STARTER_FILE.read_text(encoding="utf-8").splitlines()
    broken = lines[1].replace("16*S", "").replace("medium", "low")
    path = tmp_path / "broken.csv"
    path.write_text(f"{lines[0]}\n{broken}\n", encoding="utf-8")
    other = coefficients_load(actor=None, path=path, title="x").version
    row = other.coefficients.get()
    text = reader.get(reverse("coefficient_detail", args=[row.pk])).content.decode()
    assert "没有可计算的产污系数" in text
    assert "不用于正式核算结果" in text


def test_pages_need_an_account(client, version):
    assert client.get(reverse("coefficient_list")).status_code == 302
    assert client.get(reverse("api_coefficient_list")).status_code == 401


def test_api_searches_and_goes_on(reader, version):
    answer = reader.get(reverse("api_coefficient_list"), {"process": "室燃炉"})
    body = answer.json()
    assert body["version"] == version.number
    assert {row["process"] for row in body["results"]} == {"室燃炉"}
    assert body["next"] == ""
    everything = reader.get(reverse("api_coefficient_list")).json()
    more = reader.get(reverse("api_coefficient_list"), {"after": everything["next"]}).json()
    assert len(everything["results"]) + len(more["results"]) == version.row_count


def test_api_of_an_unknown_version_is_not_found(reader, version):
    assert reader.get(reverse("api_coefficient_list"), {"version": "9"}).status_code == 404
