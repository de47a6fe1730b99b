"""Why forms go back, counted by division."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Level
from registry.models import Division
from review.enums import Decision
from review.return_reasons import return_report
from review.services import decision_record
from submissions.services import case_submit
from tests.factories.case import make_submitted
from tests.factories.decision import approve_by
from tests.people import CITY, COUNTY, NEIGHBOUR_COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(cast):
    """One form returned twice at the first level, then approved there."""
    case = make_submitted(cast.enumerator)
    for reasons in (["omission", "logic"], ["omission"]):
        decision_record(
            case_id=case.pk, decision=Decision.RETURN, actor=cast.supervisor, reason_codes=reasons
        )
        case_submit(case_id=case.pk, actor=cast.enumerator)
    approve_by(case, cast.supervisor)
    return case


def report_of(actor, code, **more):
    return return_report(actor=actor, division=Division.objects.get(code=code), **more)


def test_reasons_are_counted_with_their_share(decided, city_reviewer):
    report = report_of(city_reviewer, CITY)
    assert [(one.reason, one.number, one.shown) for one in report.reasons] == [
        ("omission", 2, "100.0%"),
        ("logic", 1, "50.0%"),
    ]
    assert (report.total.decisions, report.total.returns, report.total.rate) == (3, 2, "66.7%")
    [line] = report.lines
    assert (line.code, line.decisions, line.most) == (COUNTY, 3, "omission")


def test_one_level_at_a_time(decided, city_reviewer):
    assert report_of(city_reviewer, CITY, level=Level.COUNTY).total.decisions == 0
    assert report_of(city_reviewer, CITY, level=Level.SUPERVISOR).total.returns == 2


def test_a_county_that_moved_brings_its_decisions_along(decided, city_reviewer, divisions):
    division = divisions[NEIGHBOUR_COUNTY]
    division.former_prefixes = [COUNTY[:6]]
    division.save()
    assert report_of(city_reviewer, NEIGHBOUR_COUNTY).total.returns == 2


def test_the_page_and_its_strangers(client, decided, county_reviewer, neighbour, enumerator):
    url = reverse("return_reasons")
    client.force_login(county_reviewer, backend="accounts.backends.PasswordBackend")
    text = client.get(url).content.decode()
    assert "漏填" in text
    assert "66.7%" in text
    client.force_login(neighbour, backend="accounts.backends.PasswordBackend")
    assert "漏填" not in client.get(url).content.decode()
    assert client.get(url, {"division": COUNTY}).status_code == 404
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    assert client.get(url).status_code == 403


def test_few_queries(client, decided, county_reviewer, django_assert_max_num_queries):
    client.force_login(county_reviewer, backend="accounts.backends.PasswordBackend")
    with django_assert_max_num_queries(12):
        client.get(reverse("return_reasons"))
