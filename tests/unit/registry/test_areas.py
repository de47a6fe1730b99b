"""Areas that report as units, and samples."""

import pytest

from accounts.exceptions import Invalid, Missing, NotAllowed
from registry.enums import DivisionLevel, UnitKind
from registry.models import Unit, UnitRevision
from registry.services import area_units_register, unit_samples_set
from registry.services import areas as services
from tests.factories.case import make_plain_unit
from tests.people import COUNTY, NEIGHBOUR_COUNTY

pytestmark = pytest.mark.django_db


def register(actor, division=COUNTY, level=DivisionLevel.COUNTY):
    return area_units_register(actor=actor, division_code=division, level=level)


def test_county_reports_once(office):
    (unit,) = register(office)
    assert (unit.kind, unit.division_code, unit.code) == (UnitKind.AREA, COUNTY, f"X{COUNTY}00001")
    assert unit.name.endswith("西湖区")
    assert UnitRevision.objects.get(unit=unit).actor == office
    assert register(office) == []
    assert Unit.objects.filter(kind=UnitKind.AREA).count() == 1


def test_towns_of_a_county_report_each(office, divisions):
    units = register(office, level=DivisionLevel.TOWN)
    towns = [code for code in divisions if code.startswith(COUNTY[:6]) and code != COUNTY]
    assert sorted(unit.division_code for unit in units) == sorted(towns)


def test_office_opens_nothing_next_door(office):
    with pytest.raises(NotAllowed):
        register(office, NEIGHBOUR_COUNTY)


def test_reviewer_opens_nothing(county_reviewer):
    with pytest.raises(NotAllowed):
        register(county_reviewer)


def test_too_many_at_once_are_refused(office, monkeypatch):
    monkeypatch.setattr(services, "AREAS_AT_ONCE", 1)
    with pytest.raises(Invalid, match="一次最多"):
        register(office, level=DivisionLevel.TOWN)
    assert not Unit.objects.filter(kind=UnitKind.AREA).exists()


def test_installation_without_an_account_says_so(divisions):
    with pytest.raises(Invalid, match="账号"):
        register(None)


def samples(actor, unit, *codes, reason="抽样方案第3组"):
    return unit_samples_set(
        actor=actor, unit_id=unit.pk, samples=codes, known=["S101", "S106"], reason=reason
    )


def test_samples_are_written_with_a_revision_and_once(office):
    (unit,) = register(office)
    assert samples(office, unit, "S106", "S101").samples == ["S101", "S106"]
    samples(office, unit, "S101", "S106", reason="")
    assert UnitRevision.objects.filter(unit=unit).count() == 2
    assert UnitRevision.objects.get(unit=unit, number=2).data["samples"] == ["S101", "S106"]


def test_samples_of_another_form_or_without_a_reason_are_refused(office):
    (unit,) = register(office)
    with pytest.raises(Invalid, match="S999"):
        samples(office, unit, "S999")
    with pytest.raises(Invalid, match="理由"):
        samples(office, unit, "S101", reason=" ")


def test_samples_are_for_the_office_of_the_place(office, enumerator, neighbour):
    unit = make_plain_unit(office)
    with pytest.raises(NotAllowed):
        samples(enumerator, unit, "S101")
    with pytest.raises(Missing):
        samples(neighbour, unit, "S101")
