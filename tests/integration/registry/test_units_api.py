"""Units over the API."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from registry.models import Unit
from tests.factories.case import publish_small_forms
from tests.factories.division import industries_make, village_make
from tests.factories.exercise import make_exercise
from tests.factories.unit import credit_code_make, unit_make
from tests.people import NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db
UNITS = "/api/v1/units/"


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


@pytest.fixture
def as_person(client):
    def sign_in(user):
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        return client

    return sign_in


def facts(**changes):
    return {
        "name": "接口登记厂",
        "division_code": TOWN,
        "kind": "industrial",
        "credit_code": credit_code_make(900),
        "industry_codes": ["1752"],
        "longitude": "120.093125",
        "latitude": "30.326458",
        **changes,
    }


def post(client, content, url=UNITS):
    return client.post(url, content, content_type="application/json")


def put(client, unit, content):
    url = reverse("api_unit", args=[unit.pk])
    return client.put(url, content, content_type="application/json")


def test_list_shows_the_visible_units_page_by_page(
    as_person, enumerator, django_assert_max_num_queries
):
    here = [unit_make() for _ in range(3)]
    unit_make(division_code=NEIGHBOUR_TOWN)
    client = as_person(enumerator)
    with django_assert_max_num_queries(8):
        answer = client.get(UNITS)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    assert [one["id"] for one in body["results"]] == [unit.pk for unit in here]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "9133"}, {"甲印染厂", "乙水泥厂"}),
        ({"q": "印染"}, {"甲印染厂"}),
        ({"q": "d2143569x"}, {"丙ABC排口"}),
        ({"q": "abc排"}, {"丙ABC排口"}),
        ({"q": "ABCD"}, set()),
        ({"q": "_"}, set()),
        ({"industry": "17"}, {"甲印染厂"}),
        ({"industry": "3011"}, {"乙水泥厂"}),
        ({"industry": "C"}, {"甲印染厂"}),
        ({"industry": "?"}, set()),
        ({"kind": "outfall"}, {"丙ABC排口"}),
        ({"status": "closed"}, {"乙水泥厂"}),
        ({"kind": "nonsense"}, {"甲印染厂", "乙水泥厂", "丙ABC排口"}),
        ({"division": OTHER_TOWN}, {"乙水泥厂"}),
        ({"division": "330106000000", "q": "厂"}, {"甲印染厂", "乙水泥厂"}),
        ({"division": "000000000000"}, {"甲印染厂", "乙水泥厂", "丙ABC排口"}),
        ({"q": "\x00"}, {"甲印染厂", "乙水泥厂", "丙ABC排口"}),
    ],
)
def test_list_is_searched(as_person, office, query, expected):
    unit_make(name="甲印染厂")
    unit_make(name="乙水泥厂", industry_codes=("3011",), division_code=OTHER_TOWN, status="closed")
    unit_make(
        name="丙ABC排口",
        credit_code="",
        organisation_code="D2143569X",
        kind="outfall",
        industry_codes=(),
    )
    body = as_person(office).get(UNITS, query).json()
    assert {one["name"] for one in body["results"]} == expected
    assert body["count"] == len(expected)


def test_retrieve_is_404_out_of_scope(as_person, neighbour, enumerator):
    unit = unit_make()
    url = reverse("api_unit", args=[unit.pk])
    assert as_person(neighbour).get(url).status_code == 404
    assert as_person(enumerator).get(url).json()["code"] == unit.code


def test_register(as_person, enumerator):
    answer = post(as_person(enumerator), facts())
    assert answer.status_code == 201, answer.json()
    unit = Unit.objects.get(pk=answer.json()["id"])
    assert (unit.source, unit.registered_by) == ("api", enumerator)
    taken = post(as_person(enumerator), facts(name="另一个"))
    assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")


def test_register_is_403_without_the_verb_and_401_without_an_account(
    as_person, county_reviewer, client
):
    assert post(client, facts()).status_code == 401
    assert post(as_person(county_reviewer), facts()).status_code == 403


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"nickname": "x"}, "nickname"),
        ({"name": "名\x00称"}, "name"),
        ({"name": "名\n称"}, "name"),
        ({"name": ""}, "name"),
        ({"kind": "factory"}, "kind"),
        ({"longitude": "NaN"}, "longitude"),
        ({"industry_codes": ["1"] * 4}, "industry_codes"),
        ({"industry_codes": "1752"}, "industry_codes"),
        ({"credit_code": "91310000631696382D"}, "credit_code"),
        ({"division_code": "330106000000"}, "division_code"),
    ],
)
def test_register_names_the_faulty_field(as_person, enumerator, changes, cell):
    answer = post(as_person(enumerator), facts(**changes))
    assert answer.status_code == 400
    assert {error["cell"].split("[")[0] for error in answer.json()["errors"]} == {cell}
    assert not Unit.objects.exists()


def test_register_lists_lookalikes_until_confirmed(as_person, enumerator):
    other = unit_make(name="杭州接口登记水泥有限公司")
    client = as_person(enumerator)
    answer = post(client, facts(name="杭州接口登记水泥公司"))
    assert answer.status_code == 409
    assert answer.json()["lookalikes"][0]["unit"] == other.pk
    assert post(client, facts(name="杭州接口登记水泥公司", is_confirmed=True)).status_code == 201


def test_amend(as_person, enumerator, county_reviewer, divisions):
    stranger = account("stranger", Role.ENUMERATOR, division=divisions[NEIGHBOUR_TOWN])
    unit = unit_make(number=900)
    content = facts(name="改名厂", reason="更名", base_revision=1)
    assert put(as_person(stranger), unit, content).status_code == 404
    assert put(as_person(county_reviewer), unit, content).status_code == 403
    client = as_person(enumerator)
    assert put(client, unit, facts(name="改名厂")).status_code == 400
    answer = put(client, unit, content)
    assert (answer.status_code, answer.json()["name"]) == (200, "改名厂")
    again = put(client, unit, facts(name="又改", reason="x", base_revision=1))
    assert (again.status_code, again.json()["code"]) == (409, "amended_meanwhile")


def test_registering_opens_the_forms_and_amending_follows(as_person, enumerator):
    make_exercise()
    publish_small_forms()
    client = as_person(enumerator)
    unit = Unit.objects.get(pk=post(client, facts()).json()["id"])
    assert list(unit.cases.values_list("form_code", flat=True)) == ["A1"]
    village = village_make("330106109201")
    content = facts(division_code=village.code, reason="核实")
    assert put(client, unit, content).status_code == 200
    assert unit.cases.get().division_code == village.code
