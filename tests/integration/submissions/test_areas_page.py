"""The page that opens areas, their forms, and the climb of an area's form."""

import pytest

from registry.enums import UnitKind
from registry.models import Unit
from submissions.models import Case
from submissions.selectors import levels_of
from tests.factories.case import FORM_A, publish
from tests.factories.exercise import make_exercise
from tests.people import CITY, COUNTY, NEIGHBOUR_COUNTY, PROVINCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms():
    """A form of counties, one of cities and provinces, and one of sampled villages."""
    make_exercise()
    shape = {**FORM_A, "unit_kinds": ["area"], "rules": []}
    publish({**shape, "code": "N201", "owed_when": "register.area_level = 'county'"}, 1)
    publish(
        {**shape, "code": "Y202", "owed_when": "register.area_level in ('city', 'province')"}, 2
    )
    publish(
        {
            **shape,
            "code": "S106",
            "owed_when": "register.area_level = 'county' and register.samples ~ ';S106;'",
        },
        3,
    )


def test_page_says_what_each_level_owes_and_opens_it(client, office, forms):
    client.force_login(office)
    page = client.get("/areas/").content.decode()
    assert "N201" in page
    assert "Y202" not in page
    answer = client.post("/areas/", {"division": COUNTY, "level": "3"}, follow=True)
    assert "已开设 1 个填报单位，下达普查表 1 张。" in answer.content.decode()
    case = Case.objects.get(unit__kind=UnitKind.AREA)
    assert (case.form_code, case.division_code) == ("N201", COUNTY)
    again = client.post("/areas/", {"division": COUNTY, "level": "3"}, follow=True)
    assert "已开设 0 个" in again.content.decode()


def test_page_refuses_a_level_that_is_none_and_a_place_that_is_not_ones_own(client, office, forms):
    client.force_login(office)
    answer = client.post("/areas/", {"division": COUNTY, "level": "x"})
    assert answer.status_code == 400
    assert "请选择行政区的级别" in answer.content.decode()
    assert client.get("/areas/", {"division": NEIGHBOUR_COUNTY}).status_code == 404
    assert client.post("/areas/", {"division": NEIGHBOUR_COUNTY, "level": "3"}).status_code == 404


def test_page_is_for_offices(client, county_reviewer, forms):
    client.force_login(county_reviewer)
    assert client.get("/areas/").status_code == 403


def test_form_of_an_area_begins_at_its_own_office(client, national_office, forms):
    client.force_login(national_office)
    for division, level in ((COUNTY, "3"), (CITY, "2"), (PROVINCE, "1")):
        client.post("/areas/", {"division": division, "level": level})
    climbs = {c.division_code: list(map(str, levels_of(c))) for c in Case.objects.all()}
    assert climbs == {
        COUNTY: ["county", "city", "province", "national"],
        CITY: ["city", "province", "national"],
        PROVINCE: ["province", "national"],
    }


def test_sampled_unit_owes_the_form_of_the_sample(client, office, enumerator, neighbour, forms):
    client.force_login(office)
    client.post("/areas/", {"division": COUNTY, "level": "3"})
    unit = Unit.objects.get(kind=UnitKind.AREA)
    page = client.get(f"/units/{unit.pk}/").content.decode()
    assert "抽样和重点范围" in page
    address = f"/units/{unit.pk}/samples/"
    refused = client.post(address, {"samples": ["S106"], "reason": ""}, follow=True)
    assert "请写明理由" in refused.content.decode()
    client.post(address, {"samples": ["S106"], "reason": "抽中"})
    assert Case.objects.filter(unit=unit, form_code="S106", is_owed=True).exists()
    client.post(address, {"samples": [], "reason": "抽样名单更正"})
    assert Case.objects.filter(unit=unit, form_code="S106", is_owed=False).exists()
    client.force_login(neighbour)
    assert client.post(address, {"samples": ["S106"], "reason": "抽中"}).status_code == 404
    client.force_login(enumerator)
    assert client.post(address, {"samples": ["S106"], "reason": "抽中"}).status_code in {403, 404}
