"""Checks over several units: pure ones on small worlds, and the job over stored forms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.exceptions import NotAllowed
from submissions.cross_checking import cross_check_job, cross_check_start, cross_findings_listed
from submissions.cross_checks.checks import RUNNERS, Found, cross_checks
from submissions.cross_checks.world import FormFacts, number, plain_name, world_of
from submissions.enums import JobState
from submissions.models import CrossFinding
from submissions.services import cases_derive
from tests.factories.case import make_plain_unit, save
from tests.factories.exercise import make_exercise
from tests.factories.instrument import repository_publish
from tests.people import COUNTY, NEIGHBOUR_TOWN, TOWN

PLANT, OTHER = "330106109000", "330106110000"


def form(code, unit, division=PLANT, rows=None, **values):
    return FormFacts(unit * 10 + len(code), unit, division, code, values, rows or {})


def outlet(unit, receiver, volume, destination="E", division=PLANT):
    values = {
        "outlets/r1/receiving_plant": receiver,
        "outlets/r1/discharge": volume,
        "outlets/r1/destination": destination,
    }
    return FormFacts(unit, unit, division, "G102", values, {"outlets": ["r1"]})


def found(check, *forms):
    return list(RUNNERS[check](world_of(forms)))


def test_every_check_of_the_file_has_its_words():
    assert {check.id for check in cross_checks()} == set(RUNNERS)
    figures = dict.fromkeys(("count", "name", "sent", "taken", "received"), "1")
    for check in cross_checks():
        for language in ("zh", "en"):
            assert "{" not in check.sentence(Found(1, "", (), figures), language)


def test_a_name_stands_once_in_a_county():
    plants = [
        form("J101-1", 1, unit_name="城西污水厂（一期）"),
        form("J101-1", 2, OTHER, unit_name="城西污水厂(一期)"),
        form("J101-1", 3, "330110004000", unit_name="城西污水厂（一期）"),
    ]
    assert [f.case_id for f in found("J101-1-R04", *plants)] == [16, 26]


def test_a_named_plant_has_to_report():
    plant = form("J101-1", 1, unit_name="城西 污水厂")
    assert found("X05", plant, outlet(2, "城西污水厂", "5")) == []
    (finding,) = found("X05", plant, outlet(2, "城东污水厂", "5"))
    assert finding.cells == ("outlets/r1/receiving_plant",)
    assert found("X05", outlet(2, "江里", "5", destination="A")) == []


def test_a_plant_takes_what_is_sent():
    plant = [
        form("J101-1", 1, unit_name="城西污水厂"),
        form("J101-2", 1, treated="10", treated_domestic="9"),
    ]
    assert found("X20", *plant, outlet(2, "城西污水厂", "12000")) == []
    (finding,) = found(
        "X20", *plant, outlet(2, "城西污水厂", "9000"), outlet(3, "城西污水厂", "3001")
    )
    assert finding.figures == {"count": "2", "sent": "12001", "taken": "10000"}
    assert found("X20", plant[0], outlet(2, "城西污水厂", "12000000")) == []


def test_a_village_joined_to_a_facility_has_one_in_its_town():
    village = form("S102", 5, "330106109201", sw_rural="30")
    assert found("X22", village, form("J101-1", 1, plant_type="3", unit_name="x")) == []
    assert len(found("X22", village, form("J101-1", 1, plant_type="1", unit_name="x"))) == 1
    assert found("X22", form("S102", 5, sw_rural="0")) == []


def test_waste_sent_is_received_in_the_province():
    sent = form("G104-2", 1, rows={"wastes": ["a"]}, **{"wastes/a/sent": "100"})
    assert found("X21", sent, form("J103-2", 2, received="110")) == []
    (finding,) = found("X21", sent, form("J103-2", 2, received="10"))
    assert (finding.case_id, finding.division_code) == (None, "330000000000")


def test_names_and_figures_are_read_kindly():
    assert plain_name(" 城西（Ａ）厂 ") == plain_name("城西(a) 厂")
    assert number("x") == Decimal(0)


@pytest.mark.django_db
def test_the_job_finds_replaces_and_respects_the_place(cast, client):
    repository_publish(owed_only=["J101-1"])
    make_exercise()
    cases = []
    for town in (TOWN, TOWN, NEIGHBOUR_TOWN):
        unit = make_plain_unit(
            cast.enumerator,
            kind="central_facility",
            division_code=town,
            industry_codes=["4620"],
        )
        case = next(c for c in cases_derive(unit_id=unit.pk, actor=None) if c.form_code == "J101-1")
        cases.append(case)
        if town == TOWN:
            save(case, cast.enumerator, unit_name="同名污水厂")
    job = cross_check_start(actor=cast.office, division_code=COUNTY)
    cross_check_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    assert {f.case_id for f in CrossFinding.objects.all()} == {c.pk for c in cases[:2]}
    again = cross_check_start(actor=cast.office, division_code=COUNTY)
    cross_check_job(again.pk)
    assert CrossFinding.objects.count() == 2
    assert len(cross_findings_listed(cast.office, "J101-1-R04")) == 2
    assert cross_findings_listed(cast.neighbour) == []
    with pytest.raises(NotAllowed):
        cross_check_start(actor=cast.neighbour, division_code=COUNTY)
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    text = client.get(reverse("cross_checks")).content.decode()
    assert "同名污水厂" in text
    assert client.post(reverse("cross_checks")).status_code == 302
    client.force_login(cast.county_reviewer, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("case_review", args=[cases[0].pk])).content.decode()
    assert "跨单位核对" in page
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("cross_checks")).status_code == 403
