"""GET /productivity/: what each enumerator did, day by day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from registry.models import AreaAssignment, EnumerationArea
from submissions.enums import CaseStatus
from summaries.dashboards.productivity import PersonWork, Worked, _score
from tests.factories.case import make_case, make_case_at, make_submitted, save
from tests.factories.decision import return_by
from tests.people import CITY, COUNTY, NATION, TOWN, account

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_saves_submissions_returns_and_idle_days(client, cast, divisions):
    idle = account("idle", Role.ENUMERATOR, division=divisions[TOWN], full_name="闲普查")
    area = EnumerationArea.objects.create(code=f"{TOWN}01", division_code=TOWN, name="一区")
    today = timezone.localdate()
    AreaAssignment.objects.create(
        area=area,
        user=idle,
        role=Role.ENUMERATOR,
        valid_from=today - dt.timedelta(days=3),
        assigned_by=cast.office,
    )
    make_submitted(cast.enumerator)
    return_by(make_submitted(cast.enumerator), cast.supervisor)
    begun = make_case(cast.enumerator)
    save(begun, cast.enumerator, has_water="1")
    save(begun, cast.enumerator, has_water="2")
    answer = signed_in(client, cast.county_reviewer).get(reverse("productivity"))
    people = {
        person.user.full_name: (person, idle) for person, _days, idle in answer.context["people"]
    }
    worker, _idle = people["陈普查"]
    assert (worker.saved_total, worker.submitted_total, worker.returned_total) == (3, 2, 1)
    assert (worker.active_days, worker.return_percent, worker.a_day) == (1, 50, 2.0)
    assert people["闲普查"][1] == 3
    assert people["闲普查"][0].submitted_total == 0
    before = client.get(reverse("productivity"), {"until": "2000-01-01"})
    assert {person.submitted_total for person, _d, _i in before.context["people"]} == {0}


def test_a_pace_far_from_the_others_is_an_outlier(cast):
    day = timezone.localdate()
    people = [
        PersonWork(cast.enumerator, None, {day: Worked(saved=saved)})
        for saved in (4, 5, 5, 6, 5, 60)
    ]
    _score(people)
    assert [one.is_outlier for one in people] == [False] * 3 + [False, False, True]
    few = people[:2] + people[5:]
    for one in few:
        one.score = None
    _score(few)
    assert not any(one.is_outlier for one in few)


def test_larger_divisions_offer_their_counties_and_borders_hold(client, cast):
    make_case_at(CaseStatus.OPEN, cast)
    signed_in(client, cast.national_office)
    for code in (NATION, CITY):
        assert client.get(reverse("productivity"), {"division": code}).context["below"]
    signed_in(client, cast.neighbour)
    assert client.get(reverse("productivity"), {"division": COUNTY}).status_code == 404
    assert client.get(reverse("productivity"), {"until": "x"}).status_code == 200
    assert signed_in(client, cast.enumerator).get(reverse("productivity")).status_code == 403
