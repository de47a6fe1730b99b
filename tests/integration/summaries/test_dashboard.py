"""GET /dashboard/: every number, for every role, equals the list behind it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from registry.models import AreaAssignment, EnumerationArea, Unit
from submissions.enums import CaseStatus
from submissions.models import Case, EditFailure
from summaries.dashboards.days import days_of, days_record, recorded_by_place
from summaries.dashboards.figures import nation_refresh
from summaries.dashboards.tiles import places
from summaries.models import DailyFigure
from tests.factories.case import make_case, make_case_at, make_plain_unit, make_submitted, save
from tests.factories.decision import approve_by
from tests.people import (
    CITY,
    COUNTY,
    FAR_TOWN,
    NATION,
    NEIGHBOUR_COUNTY,
    PROVINCE,
    TOWN,
    account,
)

pytestmark = pytest.mark.django_db
FIGURE = re.compile(
    r'<a(?: class="(?:figure|stat[^"]*)")? href="(/(?:cases|units|dashboard/findings/list)/[^"]*)">(?:<span class="stat-value">)?(\d+)<'
)


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def aged(case: Case, days: int) -> None:
    """The time is given back, nothing else: the workflow alone writes states."""
    Case.objects.filter(pk=case.pk).update(
        status_changed_at=timezone.now() - dt.timedelta(days=days)
    )


@pytest.fixture
def census(cast, divisions):
    """Forms in every state here and far away, some long waiting; findings; people in an area."""
    for status in CaseStatus:
        make_case_at(status, cast)
    begun = make_case(cast.enumerator)
    save(begun, cast.enumerator, has_water="1", hours="9000x")
    for days in (0, 5, 10, 20, 40):
        aged(make_submitted(cast.enumerator), days)
    approve_by(make_submitted(cast.enumerator), cast.supervisor, cast.county_reviewer)
    far = account("far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    make_submitted(far, unit=make_plain_unit(far, division_code=FAR_TOWN))
    area = EnumerationArea.objects.create(code=f"{TOWN}01", division_code=TOWN, name="一区")
    AreaAssignment.objects.create(
        area=area,
        user=cast.enumerator,
        role=Role.ENUMERATOR,
        valid_from=timezone.localdate() - dt.timedelta(days=3),
        assigned_by=cast.office,
    )
    Unit.objects.update(industry_codes=["1752"])
    Unit.objects.filter(pk=begun.unit_id).update(enumeration_area=area, industry_codes=["2614"])
    for severity, explanation in (("soft", ""), ("soft", "新增生产线"), ("hard", "")):
        EditFailure.objects.create(
            case=begun,
            division_code=begun.division_code,
            rule_id=f"A1-R9{len(explanation)}{severity}",
            kind="rule",
            severity=severity,
            cells=["output"],
            message_zh="产量偏大",
            first_seen_at=timezone.now(),
            explanation=explanation,
            explanation_key="k" if explanation else "",
            explained_at=timezone.now() if explanation else None,
            explained_by=cast.enumerator if explanation else None,
        )
    return begun


PAGES = (
    ("dashboard", NATION, "national_office"),
    ("dashboard", PROVINCE, "province_reviewer"),
    ("dashboard", CITY, "auditor"),
    ("dashboard", COUNTY, "county_reviewer"),
    ("dashboard", TOWN, "supervisor"),
    ("finding_dashboard", NATION, "national_office"),
    ("industry_dashboard", NATION, "national_office"),
    ("industry_dashboard", COUNTY, "county_reviewer"),
    ("finding_dashboard", COUNTY, "county_reviewer"),
    ("finding_dashboard", TOWN, "supervisor"),
)


@pytest.mark.parametrize("form", ["", "A1"])
def test_every_number_is_the_length_of_its_list_for_every_role(client, cast, census, form):
    cache.clear()
    wrong, seen = [], 0
    for page, division, who in PAGES:
        signed_in(client, getattr(cast, who))
        answer = client.get(reverse(page), {"division": division, "form": form})
        found = set(FIGURE.findall(answer.content.decode()))
        assert len(found) >= 2, (page, division)
        for address, number in found:
            listed = client.get(address.replace("&amp;", "&"))
            seen += 1
            if listed.context["total"] != int(number):
                wrong.append((page, division, address, number, listed.context["total"]))
    assert not wrong
    assert seen > 80


def test_the_figures_of_a_county(client, cast, census):
    answer = signed_in(client, cast.county_reviewer).get(reverse("dashboard"))
    page = answer.context["page"]
    numbers = dict(zip([name for name, _ in page.columns], page.total.numbers, strict=True))
    told = {name: view.number for name, view in numbers.items() if view.number}
    owed = Case.objects.filter(division_code__startswith=COUNTY[:6], is_owed=True).exclude(
        status=CaseStatus.VOID
    )
    hard = EditFailure.objects.filter(division_code__startswith=COUNTY[:6], severity="hard").count()
    assert told["owed"] == owed.count()
    assert (told["assigned"], told["hard"]) == (1, hard)
    assert (told["returned"], told["final"], told["waiting_long"]) == (1, 1, 2)
    assert told["passed_county"] == 2  # one at the city, one final
    assert told["submitted"] == owed.filter(status__in=["under_review", "final"]).count()
    text = answer.content.decode()
    assert text.count("截至") >= 3


def test_the_nation_is_a_grid_of_tiles_with_a_number_in_each(client, cast, census):
    answer = signed_in(client, cast.national_office).get(reverse("dashboard"))
    tiles = {tile.name: tile for tile in answer.context["page"].tiles}
    assert len(tiles) == len(places()) == 32
    assert tiles["湖北"].percent == 100
    assert tiles["广东"].percent is None
    assert tiles["浙江"].code == PROVINCE
    lower = signed_in(client, cast.province_reviewer).get(reverse("dashboard"))
    assert lower.context["page"].tiles == []


def test_the_nations_batch_is_counted_by_beat_and_says_its_moment(client, cast, census):
    signed_in(client, cast.national_office)
    first = client.get(reverse("dashboard")).context["page"].dashboard
    Unit.objects.update(enumeration_area=EnumerationArea.objects.get())
    again = client.get(reverse("dashboard")).context["page"].dashboard
    assert (again.total["assigned"], again.batch_at) == (first.total["assigned"], first.batch_at)
    assert nation_refresh() == 1
    newest = client.get(reverse("dashboard")).context["page"].dashboard
    assert newest.total["assigned"] == Unit.objects.count()
    assert newest.batch_at > first.batch_at


def test_a_jurisdiction_ends_at_its_border(client, cast, census):
    signed_in(client, cast.county_reviewer)
    for page in ("dashboard", "finding_dashboard", "finding_list", "industry_dashboard"):
        assert client.get(reverse(page)).context["division"].code == COUNTY
        for code in (NATION, CITY, NEIGHBOUR_COUNTY, "330199000000", "x", "33"):
            assert client.get(reverse(page), {"division": code}).status_code == 404
    for who in ("enumerator", "administrator"):
        signed_in(client, getattr(cast, who))
        for page in ("dashboard", "finding_dashboard", "finding_list"):
            assert client.get(reverse(page)).status_code == 403


def test_queries_do_not_grow_with_the_cases(client, cast, census, django_assert_max_num_queries):
    signed_in(client, cast.province_reviewer)
    client.get(reverse("dashboard"))
    with django_assert_max_num_queries(26):
        client.get(reverse("dashboard"))


def test_a_day_is_recorded_once_and_adds_up(client, cast, census):
    county_row = days_record()
    assert county_row == 2
    assert days_record() == 0
    figure = DailyFigure.objects.get(division_code=COUNTY)
    page = signed_in(client, cast.county_reviewer).get(reverse("dashboard")).context["page"]
    now = dict(zip([name for name, _ in page.columns], page.total.numbers, strict=True))
    for name, column in (
        ("owed", "owed"),
        ("final", "final"),
        ("hard", "hard"),
        ("returned", "returned"),
        ("passed_county", "county_passed"),
        ("submitted", "submitted"),
        ("soft_open", "soft_open"),
        ("registered", "registered"),
    ):
        assert now[name].number == getattr(figure, column), name
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE summaries_dailyfigure SET owed = 0")


def test_the_trend_of_a_division(client, cast, census, divisions):
    for ago in (2, 1):
        days_record(day=timezone.localdate() - dt.timedelta(days=ago))
    exercise = census.exercise
    days = days_of(actor=cast.national_office, exercise=exercise, division=divisions[NATION])
    assert len(days) == 2
    assert days[0].numbers["final"] == 1
    assert days_of(actor=cast.neighbour, exercise=exercise, division=divisions[NATION]) == []
    text = signed_in(client, cast.national_office).get(reverse("dashboard")).content.decode()
    assert text.count("<polyline") == 3
    found = recorded_by_place(
        exercise=exercise,
        division=divisions[NATION],
        day=timezone.localdate(),
        digits=2,
    )
    assert set(found) == {"33", "42"}


def test_cases_by_industry(client, cast, census):
    Unit.objects.filter(pk=census.unit_id).update(industry_codes=["3011"])
    signed_in(client, cast.county_reviewer)
    for industry, number in (("30", 1), ("3011", 1), ("26", 0), ("x", None)):
        total = client.get(reverse("case_list"), {"industry": industry, "form": "A1"}).context[
            "total"
        ]
        assert total == (
            Case.objects.filter(
                form_code="A1", is_owed=True, division_code__startswith=COUNTY[:6]
            ).count()
            if number is None
            else number
        )


def test_before_any_exercise(client, cast):
    signed_in(client, cast.county_reviewer)
    assert "没有正在进行的普查" in client.get(reverse("dashboard")).content.decode()
    assert client.get(reverse("finding_dashboard")).status_code == 200
    assert client.get(reverse("finding_list")).status_code == 404
