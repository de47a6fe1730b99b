"""The demonstration: valid, the same every time, refused where it does not belong."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.identifiers import credit_code_fault, organisation_code_fault
from accounts.models import ExceptionalGrant, RoleAssignment, User
from census_portal.demo import build
from census_portal.demo.cases import SCENARIOS, SCENARIOS_ELSEWHERE
from census_portal.demo.units import county_list_write, county_rows
from census_portal.demo.vocabulary import COUNTIES, INSTITUTIONS, TRADES
from instruments.models import InstrumentVersion
from registry.enums import UnitKind
from registry.models import Unit
from review.models import QualitySample
from review.quality.selectors import redraw
from submissions.enums import CaseStatus, Level, Severity
from submissions.models import Case, EditFailure

REFERENCE = Path(build.__file__).resolve().parents[2] / "registry" / "reference"
ROWS = [row for county in COUNTIES for row in county_rows(county)]


def test_the_units_are_the_same_every_time(tmp_path):
    assert list(county_rows(COUNTIES[0])) == list(county_rows(COUNTIES[0]))
    path = county_list_write(COUNTIES[0], tmp_path / "list.csv")
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == COUNTIES[0].units + 1


def test_about_three_hundred_units_with_valid_codes_of_their_own():
    assert len(ROWS) == 300
    codes = [row["credit_code"] for row in ROWS if row["credit_code"]]
    assert {credit_code_fault(code) for code in codes} == {None}
    assert len(set(codes)) == len(codes)
    organisations = [row["organisation_code"] for row in ROWS if row["organisation_code"]]
    assert organisations
    assert {organisation_code_fault(code) for code in organisations} == {None}
    names = {(row["division_code"][:6], row["name"]) for row in ROWS}
    assert len(names) == len(ROWS)


def test_every_industry_exists_and_a_factory_is_in_scope():
    with (REFERENCE / "industries.csv").open(encoding="utf-8") as file:
        scope = {r["code"]: r["in_census_industrial_scope"] for r in csv.DictReader(file)}
    assert {scope[trade.industry] for trade in TRADES} == {"1"}
    assert all(one.industry in scope for one in INSTITUTIONS if one.industry)


def test_demo_load_refuses_outside_a_demonstration(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="PORTAL_DEBUG"):
        call_command("demo_load")
    with pytest.raises(CommandError, match="PORTAL_DEBUG"):
        call_command("demo_accounts")


@pytest.mark.django_db
def test_demo_load_refuses_where_somebody_works(settings, enumerator):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="已经有账号"):
        call_command("demo_load")


@pytest.mark.django_db
def test_demo_accounts_says_that_there_are_none(settings):
    settings.DEBUG = True
    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    assert "no demo accounts" in out.getvalue()


@pytest.mark.django_db
def test_a_list_that_is_refused_stops_the_demonstration(settings, monkeypatch):
    settings.DEBUG = True
    call_command("reference_load", verbosity=0)
    spoiled = replace(COUNTIES[0], units=1, towns=(("330106999000", "无此镇"),))
    monkeypatch.setattr(build, "COUNTIES", (spoiled,))
    monkeypatch.setattr(build, "_load_reference", lambda: None)
    with pytest.raises(CommandError, match="330106999000"):
        call_command("demo_load")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_demo_load_walks_cases_into_every_state(settings, monkeypatch):
    settings.DEBUG = True
    monkeypatch.setattr(build, "COUNTIES", (replace(COUNTIES[0], units=50),))
    call_command("demo_load", verbosity=0, stdout=io.StringIO())

    assert InstrumentVersion.objects.exists()
    areas = Unit.objects.filter(kind=UnitKind.AREA)
    assert sorted(areas.values_list("division_code", flat=True)) == [
        "330000000000",
        "330100000000",
        "330106000000",
    ]
    assert Unit.objects.exclude(kind=UnitKind.AREA).count() == 50
    assert set(Case.objects.values_list("status", flat=True)) == set(CaseStatus.values)
    waiting = Case.objects.filter(status=CaseStatus.UNDER_REVIEW)
    assert set(waiting.values_list("review_level", flat=True)) == set(Level.values)
    touched = Case.objects.filter(response__version__gt=0).values("unit").distinct()
    assert touched.count() == len(SCENARIOS) + sum(map(len, SCENARIOS_ELSEWHERE.values()))
    going = Case.objects.exclude(status__in=[CaseStatus.OPEN, CaseStatus.VOID])
    assert not EditFailure.objects.filter(case__in=going, severity=Severity.HARD).exists()
    assert EditFailure.objects.filter(case__status=CaseStatus.OPEN).exists()

    sample = QualitySample.objects.get()
    assert redraw(sample).is_equal
    assert set(sample.checks.values_list("stage", flat=True)) >= {"drawn", "compared"}

    assert not User.objects.filter(is_demo=False).exists()
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == set(Role.values)
    lent = ExceptionalGrant.objects.filter(user__username="yuhang.field")
    assert lent.values("unit").distinct().count() == 1
    helper = User.objects.get(username="yuhang.field")
    assert lent[0].unit in Unit.objects.visible_to(helper)
    factory = User.objects.get(username="factory")
    assert Unit.objects.visible_to(factory).count() == 1
    assert factory.check_password(settings.DEMO_PASSWORD)

    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    assert "xihu.field1" in out.getvalue()
    assert settings.DEMO_PASSWORD in out.getvalue()
