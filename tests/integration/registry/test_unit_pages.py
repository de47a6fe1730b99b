"""The list, the registration and amendment forms, the suggestions."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.enums import Role
from registry.models import Unit
from tests.factories.case import publish_small_forms
from tests.factories.division import industries_make, village_make
from tests.factories.exercise import make_exercise
from tests.factories.unit import credit_code_make, unit_make
from tests.people import FAR_TOWN, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


@pytest.fixture
def as_person(client):
    def sign_in(user):
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        return client

    return sign_in


def typed(**changes):
    return {
        "credit_code": credit_code_make(800),
        "name": "杭州页面登记有限公司",
        "kind": "industrial",
        "status": "operating",
        "division_code": TOWN,
        "longitude": "120°5′35.25″",
        "latitude": "30.326458",
        "industry_1": "1752",
        "industry_3": "8411",
        **changes,
    }


def text_of(answer):
    return answer.content.decode()


def test_unit_list(as_person, office, django_assert_max_num_queries):
    for number in range(1, 53):
        unit_make(number=number, name=f"第{number:03d}厂")
    unit_make(name="邻县厂", division_code=NEIGHBOUR_TOWN)
    client = as_person(office)
    with django_assert_max_num_queries(14):
        answer = client.get(reverse("unit_list"))
    text = text_of(answer)
    assert "共 52 个普查对象" in text
    assert "截至" in text
    assert "第050厂" in text
    assert "第051厂" not in text
    assert "邻县厂" not in text
    assert "浙江省杭州市西湖区三墩镇" in text
    following = text_of(
        client.get(
            reverse("unit_list"), {"after": answer.context["page"].after, "kind": "industrial"}
        )
    )
    assert "第051厂" in following
    assert "kind=industrial&amp;before=" in following


def test_unit_list_with_nothing_found_and_nothing_there(as_person, office):
    client = as_person(office)
    assert "还没有普查对象" in text_of(client.get(reverse("unit_list")))
    assert "没有符合条件" in text_of(client.get(reverse("unit_list"), {"q": "无"}))


def test_unit_list_by_division(as_person, office):
    unit_make(name="甲厂")
    unit_make(name="乙厂", division_code=OTHER_TOWN)
    text = text_of(as_person(office).get(reverse("unit_list"), {"division": OTHER_TOWN}))
    assert "乙厂" in text
    assert "甲厂" not in text
    assert f'<option value="{OTHER_TOWN}" selected>' in text


def test_unit_list_asks_for_an_account(client):
    assert client.get(reverse("unit_list")).status_code == 302


def test_unit_register(as_person, enumerator):
    client = as_person(enumerator)
    assert client.get(reverse("unit_register")).status_code == 200
    answer = client.post(reverse("unit_register"), typed())
    unit = Unit.objects.get(code=credit_code_make(800))
    assert (answer.status_code, answer.url) == (302, reverse("unit_detail", args=[unit.pk]))
    assert (str(unit.longitude), unit.industry_codes) == ("120.093125", ["1752", "8411"])


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"name": ""}, 400, "必填"),
        ({"longitude": "东经"}, 400, "请填十进制度"),
        ({"credit_code": "91310000631696382D"}, 400, "应为 C"),
        ({"credit_code": "9131000063169638C"}, 400, "填写的是 17 位"),
        ({"industry_1": "8411"}, 400, "不属于工业源"),
        ({"division_code": "330106000000"}, 400, "须落到乡镇"),
        ({"division_code": FAR_TOWN}, 403, "不在您的管辖范围内"),
    ],
)
def test_unit_register_shows_the_sentence_at_the_field(
    as_person, enumerator, changes, status, sentence
):
    answer = as_person(enumerator).post(reverse("unit_register"), typed(**changes))
    assert answer.status_code == status
    (field,) = changes
    assert any(sentence in error for error in answer.context["form"].errors[field])
    assert "field-error" in text_of(answer)
    assert not Unit.objects.exists()


def test_unit_register_lists_lookalikes_and_goes_on_when_confirmed(as_person, enumerator):
    unit_make(name="杭州页面登记公司")
    client = as_person(enumerator)
    answer = client.post(reverse("unit_register"), typed())
    assert answer.status_code == 409
    assert "名称相近" in text_of(answer)
    assert client.post(reverse("unit_register"), typed(is_confirmed="1")).status_code == 302


def test_unit_register_of_a_taken_code(as_person, enumerator):
    unit_make(number=800)
    answer = as_person(enumerator).post(reverse("unit_register"), typed())
    assert answer.status_code == 409
    assert "已登记为" in text_of(answer)


def test_unit_register_is_403_without_the_verb(as_person, county_reviewer):
    assert as_person(county_reviewer).get(reverse("unit_register")).status_code == 403


def test_unit_amend(as_person, enumerator):
    unit = unit_make(number=801, longitude=Decimal("120.5"), latitude=Decimal(30))
    client = as_person(enumerator)
    url = reverse("unit_amend", args=[unit.pk])
    page = client.get(url)
    assert page.context["form"]["longitude"].value() == "120.5"
    assert page.context["form"]["industry_1"].value() == "1752"
    assert "浙江省杭州市西湖区三墩镇" in text_of(page)
    content = typed(credit_code=credit_code_make(801), base_revision="1")
    assert "必填" in text_of(client.post(url, content))
    answer = client.post(url, {**content, "reason": "核实"})
    assert answer.status_code == 302
    unit.refresh_from_db()
    assert unit.name == "杭州页面登记有限公司"
    stale = client.post(url, {**content, "name": "又改", "reason": "核实"})
    assert (stale.status_code, "已被他人修改" in text_of(stale)) == (409, True)


def test_unit_amend_is_404_out_of_scope_and_403_without_the_verb(
    as_person, county_reviewer, divisions
):
    stranger = account("stranger", Role.ENUMERATOR, division=divisions[NEIGHBOUR_TOWN])
    url = reverse("unit_amend", args=[unit_make().pk])
    for user, status in [(stranger, 404), (county_reviewer, 403)]:
        assert as_person(user).get(url).status_code == status
        assert as_person(user).post(url, typed()).status_code == status


def test_division_search_stays_inside_the_jurisdiction(as_person, office, enumerator):
    village_make("330106109201", "华联社区")
    client = as_person(office)
    url = reverse("division_search")

    def codes(**query):
        return [one["code"] for one in client.get(url, query).json()["results"]]

    assert codes(q="西湖") == [TOWN, OTHER_TOWN, "330106109201"]
    assert codes(q="三墩 华联") == ["330106109201"]
    assert codes(q="33010611") == [OTHER_TOWN]
    assert codes(division_code="良渚") == []
    assert codes(q="") == []
    client = as_person(enumerator)
    assert codes(q="西湖") == [TOWN, "330106109201"]


def test_division_search_of_the_nation_and_of_a_respondent(as_person, national_office):
    unit = unit_make()
    url = reverse("division_search")
    found = as_person(national_office).get(url, {"q": "街道"}).json()["results"]
    assert [one["name"] for one in found] == [
        "浙江省杭州市余杭区良渚街道",
        "湖北省武汉市洪山区狮子山街道",
    ]
    respondent = account("respondent", Role.RESPONDENT, unit=unit)
    assert as_person(respondent).get(url, {"q": "街道"}).json() == {"results": []}


def test_industry_search_as_json_and_as_options(as_person, office):
    client = as_person(office)
    url = reverse("industry_search")
    found = client.get(url, {"q": "175"}).json()["results"]
    assert [one["code"] for one in found] == ["1751", "1752"]
    options = client.get(url, {"industry_1": "水泥"}, headers={"HX-Request": "true"})
    assert text_of(options).strip() == '<option value="3011">3011 水泥制造</option>'


def test_registering_opens_the_forms_and_amending_follows(as_person, enumerator):
    make_exercise()
    publish_small_forms()
    client = as_person(enumerator)
    assert client.post(reverse("unit_register"), typed()).status_code == 302
    unit = Unit.objects.get(code=credit_code_make(800))
    assert list(unit.cases.values_list("form_code", flat=True)) == ["A1"]
    village = village_make("330106109201", "华联社区")
    content = typed(division_code=village.code, base_revision="1", reason="核实")
    assert client.post(reverse("unit_amend", args=[unit.pk]), content).status_code == 302
    assert unit.cases.get().division_code == village.code
