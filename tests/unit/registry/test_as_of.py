"""The register as of a moment: the same set every time, whatever is entered later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.exceptions import Conflict, Invalid, NotAllowed
from registry.as_of import STANDARD_MOMENT, Moments, register_as_of, register_difference
from registry.enums import UnitStatus
from registry.models import RegisterFreeze
from registry.services import unit_amend
from registry.services.freezing import freeze_faults, freeze_of, register_freeze
from registry.services.revisions import revise
from registry.unit_data import data_of
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import COUNTY, NATION, NEIGHBOUR_TOWN

BEFORE = STANDARD_MOMENT - dt.timedelta(days=200)


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


def known(actor, moments, **more):
    return [row.data["name"] for row in register_as_of(actor=actor, moments=moments, **more)]


@pytest.fixture
def units(national_office):
    """One that was there at the standard moment, in each of two counties, and one that came later."""
    here = unit_make(number=1, name="甲印染厂")
    there = unit_make(number=2, name="乙印染厂", division_code=NEIGHBOUR_TOWN)
    revise([here, there], actor=national_office, effective_at=BEFORE)
    later = unit_make(number=3, name="丙印染厂")
    revise([later], actor=national_office)
    return here, there, later


def test_the_same_two_moments_give_the_same_set(units, national_office, neighbour):
    here, _there, _later = units
    first = Moments(STANDARD_MOMENT, timezone.now())
    assert known(national_office, first) == ["甲印染厂", "乙印染厂"]
    assert known(national_office, first, division=COUNTY) == ["甲印染厂"]
    assert known(neighbour, first) == ["乙印染厂"]
    here.name = "甲印染有限公司"
    here.save()
    revise([here], actor=national_office, effective_at=BEFORE + dt.timedelta(days=1))
    assert known(national_office, first) == ["甲印染厂", "乙印染厂"]
    now = Moments(STANDARD_MOMENT, timezone.now())
    assert known(national_office, now) == ["甲印染有限公司", "乙印染厂"]
    assert known(national_office, Moments(timezone.now(), timezone.now())) == [
        "甲印染厂",
        "丙印染厂",
        "乙印染厂",
    ]  # what was entered as so since today outlasts what was so half a year ago


def test_what_differs_between_two_moments(units, national_office):
    here, there, later = units
    unit_amend(
        actor=national_office,
        unit_id=here.pk,
        data=replace(data_of(here), status=UnitStatus.CLOSED),
        reason="停产关闭",
    )
    now = timezone.now()
    found = {
        one.unit_id: one
        for one in register_difference(
            actor=national_office,
            before=Moments(STANDARD_MOMENT, now),
            after=Moments(now, now),
            division="",
        )
    }
    assert there.pk not in found
    assert found[here.pk].fields == ["status"]
    assert found[later.pk].before is None


def test_the_frozen_register_is_sealed_and_what_is_altered_is_found(units, national_office):
    freeze = register_freeze(actor=national_office, division_code=NATION)
    assert freeze.unit_count == 2
    assert set(freeze.counties) == {"330106", "330110"}
    assert freeze_of(NEIGHBOUR_TOWN) == freeze
    assert freeze_faults(freeze) == []
    revise([units[0]], actor=national_office)  # what comes later does not touch what was sealed
    assert freeze_faults(freeze) == []
    out = StringIO()
    call_command("register_verify", stdout=out)
    assert "一致" in out.getvalue()
    with connection.cursor() as cursor:
        # whoever owns the tables can take the trigger off: the digest still finds it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registry_unitrevision DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE registry_unitrevision SET data = jsonb_set(data, '{name}', '\"x\"') "
            "WHERE unit_id = %s AND valid_from < %s",
            [units[1].pk, STANDARD_MOMENT],
        )
        cursor.execute("ALTER TABLE registry_unitrevision ENABLE TRIGGER USER")
    assert freeze_faults(freeze) == ["330110"]
    with pytest.raises(CommandError, match="不一致"):
        call_command("register_verify", stdout=StringIO())


def test_who_may_freeze_and_what(units, national_office, office):
    with pytest.raises(NotAllowed):
        register_freeze(actor=office, division_code=COUNTY)
    with pytest.raises(Invalid, match="还没有到"):
        register_freeze(
            actor=national_office,
            division_code=NATION,
            standard_moment=timezone.now() + dt.timedelta(days=1),
        )
    with pytest.raises(Invalid, match="还没有任何"):
        register_freeze(
            actor=national_office,
            division_code=NATION,
            standard_moment=BEFORE - dt.timedelta(days=1),
        )
    register_freeze(actor=national_office, division_code=NATION)
    with pytest.raises(Conflict):
        register_freeze(actor=national_office, division_code=COUNTY)
    assert RegisterFreeze.objects.count() == 1
