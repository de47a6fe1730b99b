"""The pages of edit rules: search, one rule, its findings, trying and measuring it."""

import json

import pytest
from django.urls import reverse

from audit.enums import AuditAction
from submissions.models import RuleMeasurement
from submissions.services import failure_explain
from tests.factories.case import FORM_A, make_case, make_plain_unit, publish, save
from tests.factories.waiver import approve, ask
from tests.people import NEIGHBOUR_TOWN, account

pytestmark = pytest.mark.django_db
RULE = ("A1", "A1-R02")


@pytest.fixture
def case(cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="4800", has_water="2", output="5000")
    return case


@pytest.fixture
def neighbours(divisions, case):
    """Two units of the next county that break the same rule, one of them explained."""
    from accounts.enums import Role
    from submissions.models import EditFailure

    filler = account("filler", Role.ENUMERATOR, division=divisions["000000000000"])
    cases = []
    for _number in range(2):
        unit = make_plain_unit(filler, division_code=NEIGHBOUR_TOWN)
        cases.append(make_case(filler, unit=unit))
        save(cases[-1], filler, hours="4800", has_water="2", output="5000")
    failure = EditFailure.objects.get(case=cases[0])
    failure_explain(failure_id=failure.pk, actor=filler, text="新增一条年产五千吨的生产线")
    return cases


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def detail(query="", rule=RULE):
    return reverse("rule_detail", args=rule) + query


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", {"A1-R01", "A1-R02", "A1-R03", "B1-R01"}),
        ("q=a1-r02", {"A1-R02"}),
        ("q=产量偏大", {"A1-R02"}),
        ("q=kiln_hours", {"A1-R03"}),
        ("q=不应超过 全厂", {"A1-R03"}),
        ("form=B1", {"B1-R01"}),
        ("severity=soft", {"A1-R02"}),
        ("severity=mild", {"A1-R01", "A1-R02", "A1-R03", "B1-R01"}),
        ("item=output", {"A1-R02"}),
        ("q=%00", {"A1-R01", "A1-R02", "A1-R03", "B1-R01"}),
        ("q=nothing", set()),
        ("page=2", set()),
        ("page=x", {"A1-R01", "A1-R02", "A1-R03", "B1-R01"}),
    ],
)
def test_rules_of_all_forms_are_searched(query, ids, client, cast, case):
    page = signed_in(client, cast.county_reviewer).get(f"{reverse('rule_list')}?{query}")
    assert {entry.rule.id for entry, _message, _count in page.context["lines"]} == ids


def test_the_list_says_how_often_a_rule_fires_in_the_own_place(
    client, cast, neighbours, django_assert_max_num_queries
):
    for person, number in [
        (cast.county_reviewer, 1),
        (cast.city_reviewer, 3),
        (cast.neighbour, 2),
    ]:
        signed_in(client, person)
        with django_assert_max_num_queries(10):
            page = client.get(reverse("rule_list"))
        counts = {entry.rule.id: count for entry, _message, count in page.context["lines"]}
        assert counts == {"A1-R01": 0, "A1-R02": number, "A1-R03": 0, "B1-R01": 0}


def test_one_rule_shows_what_it_says_reads_and_where_it_fires(
    client, cast, neighbours, django_assert_max_num_queries
):
    signed_in(client, cast.city_reviewer)
    with django_assert_max_num_queries(20):
        page = client.get(detail())
    text = page.content.decode()
    for part in ("output &lt;= 1000", "产量偏大，请核实", "余杭区", "西湖区", "#item-output"):
        assert part in text, part
    counts = {count.county: count for count, _place in page.context["counts"]}
    assert counts["330110"].findings == 2
    assert counts["330110"].explained_percent == 50
    assert counts["330106"].explained_percent == 0
    assert signed_in(client, cast.county_reviewer).get(detail()).context["total"] == 1


def test_waived_findings_are_counted(client, cast, case):
    approve(ask(case, cast.enumerator), cast.county_reviewer)
    page = signed_in(client, cast.county_reviewer).get(detail())
    assert [count.waived for count, _place in page.context["counts"]] == [1]


def test_examples_run_on_the_server_and_are_handed_to_the_browser(client, cast, case):
    page = signed_in(client, cast.county_reviewer).get(detail(rule=("A1", "A1-R03")))
    examples = page.context["page"].examples
    assert [(e.is_pass, [o.outcome for o in e.outcomes]) for e in examples] == [
        (True, [True]),
        (False, [False]),
    ]
    assert all(example.is_as_promised for example in examples)
    text = page.content.decode()
    start = text.index('<script id="rule-data"')
    data = json.loads(text[text.index(">", start) + 1 : text.index("</script>", start)])
    assert data["rule"] == "A1-R03"
    assert [e["expected"][0]["outcome"] for e in data["examples"]] == [True, False]
    assert client.get(data["rules"]).status_code == 200


def test_a_rule_is_tried_on_a_visible_unit_with_the_values_read(client, cast, case, neighbours):
    signed_in(client, cast.county_reviewer)
    found = client.get(detail(f"?unit={case.unit.code}"))
    assert [each.pk for each in found.context["cases"]] == [case.pk]
    assert client.get(detail(f"?unit={neighbours[0].unit.code}")).context["cases"] == []
    tried = client.get(detail(f"?case={case.pk}")).context["tried"]
    assert [one.outcome for one in tried.trial.outcomes] == [False]
    assert [(v.name.name, v.texts) for v in tried.values] == [("output", (("", "5000"),))]
    assert client.get(detail(f"?case={neighbours[0].pk}")).status_code == 404
    assert client.get(detail(f"?case={case.pk}", ("A1", "A1-R01"))).status_code == 200
    assert client.get(detail(f"?case={case.pk}", ("B1", "B1-R01"))).status_code == 404
    assert client.get(detail("?case=x")).context["tried"] is None


def test_a_rule_that_is_newer_than_the_case_says_so(client, cast, case):
    newer = {**FORM_A["rules"][1], "id": "A1-R09"}
    publish({**FORM_A, "rules": [*FORM_A["rules"], newer]})
    page = signed_in(client, cast.county_reviewer).get(detail(f"?case={case.pk}", ("A1", "A1-R09")))
    assert page.context["tried"].trial is None
    assert "没有这条审核关系" in page.content.decode()


def test_what_the_versions_changed_is_told(client, cast, case):
    harder = {**FORM_A["rules"][1], "severity": "hard", "assert": "output <= 900"}
    rules = [FORM_A["rules"][0], harder, FORM_A["rules"][2]]
    publish({**FORM_A, "rules": rules})
    history = signed_in(client, cast.county_reviewer).get(detail()).context["history"]
    assert [(change.number, change.is_there) for change in history] == [(2, True), (1, True)]
    assert history[0].changed == {
        "severity": ("soft", "hard"),
        "assert": ("output <= 1000", "output <= 900"),
    }
    publish({**FORM_A, "rules": rules[:1]})
    assert client.get(detail()).status_code == 404


def test_the_findings_behind_a_number(client, cast, neighbours, monkeypatch):
    signed_in(client, cast.city_reviewer)
    url = reverse("rule_findings", args=RULE)
    assert len(client.get(url).context["lines"]) == 3
    narrowed = client.get(f"{url}?division=330110")
    assert {finding.case_id for finding, *_ in narrowed.context["lines"]} == {
        case.pk for case in neighbours
    }
    assert "新增一条年产五千吨的生产线" in narrowed.content.decode()
    from submissions import rule_selectors

    monkeypatch.setattr(rule_selectors, "PAGE", 2)
    first = client.get(url)
    rest = client.get(f"{url}?{first.context['next_query']}")
    assert [len(first.context["lines"]), len(rest.context["lines"])] == [2, 1]
    assert len(signed_in(client, cast.county_reviewer).get(url).context["lines"]) == 1
    assert client.get(reverse("rule_findings", args=["A1", "nothing"])).status_code == 404


def test_measuring_says_over_what_and_how_long(client, cast, case):
    from audit.models import AuditEvent

    signed_in(client, cast.county_reviewer)
    page = client.post(reverse("rule_measure", args=RULE), follow=True)
    measured = RuleMeasurement.objects.get()
    assert (measured.case_count, measured.row_count) == (1, 1)
    assert 0 < measured.mean_microseconds < 100_000
    assert measured.p95_microseconds > 0
    assert cast.county_reviewer.full_name in page.content.decode()
    assert AuditEvent.objects.filter(action=AuditAction.RULE_MEASURED).count() == 1
    assert client.post(reverse("rule_measure", args=["A1", "x"])).status_code == 404


def test_where_nobody_has_answered_there_is_nothing_to_measure(client, cast, case):
    signed_in(client, cast.neighbour)
    page = client.post(reverse("rule_measure", args=RULE), follow=True)
    assert "还没有填报数据可供测定" in page.content.decode()
    assert not RuleMeasurement.objects.exists()


def test_those_who_oversee_nothing_see_no_rule_page(client, cast, case):
    for url in (reverse("rule_list"), detail(), reverse("rule_findings", args=RULE)):
        assert signed_in(client, cast.enumerator).get(url).status_code == 403
    assert client.post(reverse("rule_measure", args=RULE)).status_code == 403


def test_the_api_lists_rules_and_counts(api, cast, neighbours):
    rules = api(cast.city_reviewer).get("/api/v1/rules/?severity=soft").json()
    assert [rule["id"] for rule in rules] == ["A1-R02"]
    counts = api(cast.city_reviewer).get("/api/v1/rules/A1/A1-R02/counts/").json()
    assert {count["county"]: count["explained"] for count in counts} == {"330110": 1, "330106": 0}
    assert api(cast.city_reviewer).get("/api/v1/rules/A1/x/counts/").status_code == 404
    assert api(cast.enumerator).get("/api/v1/rules/").status_code == 403
    assert api(cast.city_reviewer).get("/api/v1/rules/?colour=red").status_code == 400
