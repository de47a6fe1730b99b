"""The report of repeated explanations: page, drill-down, API."""

import pytest
from django.urls import reverse

from submissions.explanation_texts import explanation_key
from submissions.models import EditFailure
from submissions.services import failure_explain
from tests.factories.case import make_case, make_plain_unit, save
from tests.people import NEIGHBOUR_TOWN, TOWN, account

pytestmark = pytest.mark.django_db
SAME = "本年新增一条年产五千吨的生产线"
OTHER = "因检修停产三个月，产量集中在下半年"


@pytest.fixture
def nation_filler(divisions):
    from accounts.enums import Role

    return account("filler", Role.ENUMERATOR, division=divisions["000000000000"])


def explained(actor, text, place=TOWN):
    case = make_case(actor, unit=make_plain_unit(actor, division_code=place))
    save(case, actor, hours="4800", has_water="2", output="5000")
    failure = EditFailure.objects.get(case=case, rule_id="A1-R02")
    return failure_explain(failure_id=failure.pk, actor=actor, text=text)


@pytest.fixture
def texts(nation_filler):
    """The same text for two units of the town, another once; a repeated one next door."""
    return [
        explained(nation_filler, SAME),
        explained(nation_filler, SAME + "。"),
        explained(nation_filler, OTHER),
        explained(nation_filler, OTHER, NEIGHBOUR_TOWN),
        explained(nation_filler, OTHER, NEIGHBOUR_TOWN),
    ]


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_the_report_counts_repeated_texts_inside_the_own_county(client, cast, texts):
    page = signed_in(client, cast.county_reviewer).get(reverse("explanation_duplicates"))
    (line,) = page.context["report"].texts
    assert (line.county, line.units, line.findings, line.rules, line.fillers) == (
        "330106",
        2,
        2,
        1,
        1,
    )
    text = page.content.decode()
    assert SAME in text
    assert OTHER not in text
    assert "西湖区" in text


def test_a_level_above_sees_every_county_and_narrows(client, cast, texts):
    signed_in(client, cast.city_reviewer)
    report = client.get(reverse("explanation_duplicates")).context["report"]
    assert {code: count.findings for code, count in report.counties.items()} == {
        "330106": 2,
        "330110": 2,
    }
    for query, counties in [
        ("division=330110", {"330110"}),
        ("division=330110000000", {"330110"}),
        ("division=xx", {"330106", "330110"}),
        ("units=3", set()),
        ("units=9", {"330106", "330110"}),  # no such choice: counts as not asked
        ("form=A1", {"330106", "330110"}),
        ("form=B1", set()),
        ("form=%00", {"330106", "330110"}),
    ]:
        page = client.get(f"{reverse('explanation_duplicates')}?{query}")
        assert set(page.context["report"].counties) == counties, query


def test_the_number_of_queries_does_not_grow(
    client, cast, texts, nation_filler, django_assert_max_num_queries
):
    signed_in(client, cast.city_reviewer)
    with django_assert_max_num_queries(12):
        client.get(reverse("explanation_duplicates"))
    for number in range(6):
        explained(nation_filler, f"第{'一二三四五六'[number]}车间技术改造扩能")
    with django_assert_max_num_queries(12):
        client.get(reverse("explanation_duplicates"))


def test_the_list_behind_a_text_leads_to_the_findings(client, cast, texts):
    key = explanation_key(SAME, texts[0].case.unit.name)
    url = f"{reverse('explanation_uses')}?key={key}&division=330106"
    page = signed_in(client, cast.county_reviewer).get(url)
    text = page.content.decode()
    for failure in texts[:2]:
        assert failure.case.unit.name in text
        assert f"{reverse('case_fill', args=[failure.case_id])}#c:output" in text
    assert texts[2].case.unit.name not in text
    assert signed_in(client, cast.neighbour).get(url).status_code == 404
    assert client.get(reverse("explanation_uses") + "?key=x").status_code == 404


@pytest.mark.parametrize("name", ["explanation_duplicates", "explanation_uses"])
def test_those_who_oversee_nothing_do_not_see_it(client, cast, name):
    for person in (cast.enumerator, cast.administrator):
        assert signed_in(client, person).get(reverse(name)).status_code == 403


def test_the_api_gives_the_same(api, cast, texts):
    answer = api(cast.city_reviewer).get("/api/v1/explanations/duplicates/?units=2")
    body = answer.json()
    assert {line["county"]: line["units"] for line in body["texts"]} == {"330106": 2, "330110": 2}
    assert body["counties"] == [
        {"county": "330106", "texts": 1, "findings": 2},
        {"county": "330110", "texts": 1, "findings": 2},
    ]
    assert api(cast.enumerator).get("/api/v1/explanations/duplicates/").status_code == 403
    for wrong in ("units=4", "division=x", "colour=red"):
        found = api(cast.city_reviewer).get(f"/api/v1/explanations/duplicates/?{wrong}")
        assert found.status_code == 400, wrong
