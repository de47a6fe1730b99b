"""Changes of the register: asked for, approved by somebody else, undone, never losing anything."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from registry.as_of import STANDARD_MOMENT
from registry.enums import FrameChangeKind as K
from registry.enums import FrameChangeState, UnitStatus
from registry.models import FrameChange, Unit
from registry.services import unit_amend, unit_register
from registry.services.frame_changes import (
    ChangeRequest,
    frame_change_approve,
    frame_change_refuse,
    frame_change_request,
    frame_change_undo,
    frame_change_withdraw,
)
from registry.services.freezing import register_freeze
from registry.services.revisions import revise
from registry.unit_data import UnitData, data_of
from tests.factories.division import industries_make
from tests.factories.unit import credit_code_make, unit_make
from tests.people import CITY, NATION, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


@pytest.fixture
def unit():
    return unit_make(number=1, name="甲印染厂")


@pytest.fixture
def city_office(divisions):
    return account("city-office", Role.OFFICE, division=divisions[CITY])


def asked(actor, kind, unit=None, **more) -> FrameChange:
    words = {"reason": "现场核实", "evidence": "笔录 1 号", "effective_on": TODAY}
    wanted = ChangeRequest(kind=kind, unit_id=unit.pk if unit else None, **{**words, **more})
    return frame_change_request(actor=actor, wanted=wanted)


def part(**more) -> UnitData:
    facts = {"name": "分厂", "division_code": OTHER_TOWN, "industry_codes": ("1752",)}
    return UnitData(**{**facts, **more})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (K.DEATH, UnitStatus.CLOSED),
        (K.SUSPENSION, UnitStatus.SUSPENDED_ALL_YEAR),
        (K.OUT_OF_SCOPE, UnitStatus.OUT_OF_SCOPE),
        (K.NOT_FOUND, UnitStatus.NOT_FOUND),
    ],
)
def test_a_status_changes_when_it_is_approved_and_comes_back(
    unit, enumerator, office, kind, status
):
    change = asked(enumerator, kind, unit, effective_on=TODAY - dt.timedelta(30))
    unit.refresh_from_db()
    assert unit.status == UnitStatus.OPERATING
    frame_change_approve(actor=office, change_id=change.pk, note="同意")
    unit.refresh_from_db()
    assert (unit.status, unit.origins["status"]) == (status, "field")
    revision = unit_history(unit)[-1]
    assert timezone.localdate(revision.valid_from) == TODAY - dt.timedelta(30)
    frame_change_undo(actor=office, change_id=change.pk, reason="核实有误")
    unit.refresh_from_db()
    change.refresh_from_db()
    assert (unit.status, change.state) == (UnitStatus.OPERATING, FrameChangeState.UNDONE)
    assert len(unit_history(unit)) == 3


def unit_history(unit):
    return list(unit.revisions.order_by("number"))


def test_a_rename_keeps_the_former_name(unit, enumerator, office):
    change = asked(enumerator, K.RENAME, unit, facts={"name": "新甲印染厂"})
    frame_change_approve(actor=office, change_id=change.pk)
    unit.refresh_from_db()
    assert (unit.name, unit.former_name) == ("新甲印染厂", "甲印染厂")
    frame_change_undo(actor=office, change_id=change.pk, reason="核实有误")
    unit.refresh_from_db()
    assert (unit.name, unit.former_name) == ("甲印染厂", "")


def test_a_move_over_the_border_needs_an_office_above_both(unit, enumerator, office, city_office):
    change = asked(
        enumerator, K.MOVE, unit, facts={"division_code": NEIGHBOUR_TOWN, "address": "新路 1 号"}
    )
    with pytest.raises(NotAllowed, match="批准"):
        frame_change_approve(actor=office, change_id=change.pk)
    frame_change_approve(actor=city_office, change_id=change.pk)
    unit.refresh_from_db()
    assert unit.division_code == NEIGHBOUR_TOWN


def test_a_merger_keeps_both_and_a_split_makes_another(unit, office, city_office):
    other = unit_make(number=2, name="甲印染有限公司")
    change = asked(office, K.MERGE, other, survivor_id=unit.pk)
    frame_change_approve(actor=city_office, change_id=change.pk)
    other.refresh_from_db()
    assert other.status == UnitStatus.DUPLICATE
    with pytest.raises(Invalid, match="重复"):
        asked(office, K.MERGE, unit, survivor_id=other.pk)
    split = asked(office, K.SPLIT, unit, parts=[part(credit_code=credit_code_make(77))])
    frame_change_approve(actor=city_office, change_id=split.pk)
    made = Unit.objects.get(name="分厂")
    assert set(split.units.values_list("unit", "part")) == {
        (unit.pk, "subject"),
        (made.pk, "created"),
    }
    frame_change_undo(actor=city_office, change_id=split.pk, reason="并未分立")
    made.refresh_from_db()
    assert made.status == UnitStatus.OUT_OF_SCOPE
    assert Unit.objects.count() == 3


def test_who_asks_and_who_decides(unit, enumerator, office, neighbour, supervisor):
    change = asked(office, K.DEATH, unit)
    with pytest.raises(NotAllowed, match="自己"):
        frame_change_approve(actor=office, change_id=change.pk)
    with pytest.raises(NotAllowed):
        frame_change_approve(actor=supervisor, change_id=change.pk)
    with pytest.raises(Missing):
        frame_change_approve(actor=neighbour, change_id=change.pk)
    with pytest.raises(NotAllowed, match="申请人"):
        frame_change_withdraw(actor=enumerator, change_id=change.pk)
    with pytest.raises(Conflict, match="先办结"):
        asked(office, K.SUSPENSION, unit)
    frame_change_withdraw(actor=office, change_id=change.pk)
    with pytest.raises(Conflict, match="已撤回"):
        frame_change_withdraw(actor=office, change_id=change.pk)
    with pytest.raises(NotAllowed):
        asked(supervisor, K.DEATH, unit)
    with pytest.raises(Missing):
        asked(neighbour, K.DEATH, unit)
    again = asked(enumerator, K.DEATH, unit)
    with pytest.raises(Invalid, match="意见"):
        frame_change_refuse(actor=office, change_id=again.pk, note=" ")
    frame_change_refuse(actor=office, change_id=again.pk, note="仍在生产")
    unit.refresh_from_db()
    assert unit.status == UnitStatus.OPERATING


@pytest.mark.parametrize(
    ("more", "cell"),
    [
        ({"reason": " "}, "reason"),
        ({"evidence": ""}, "evidence"),
        ({"effective_on": TODAY + dt.timedelta(1)}, "effective_on"),
        ({"effective_on": dt.date(1900, 1, 1)}, "effective_on"),
    ],
)
def test_what_is_missing_is_told_at_its_field(unit, office, more, cell):
    with pytest.raises(Invalid) as refused:
        asked(office, K.DEATH, unit, **more)
    assert refused.value.cell == cell


def test_a_request_that_changes_nothing_or_is_wrong_is_refused(unit, office):
    with pytest.raises(Invalid, match="没有变更"):
        asked(office, K.RESUMPTION, unit)
    with pytest.raises(Invalid, match="区划"):
        asked(office, K.MOVE, unit, facts={"division_code": "123"})
    with pytest.raises(Invalid, match="新产生"):
        asked(office, K.SPLIT, unit)
    with pytest.raises(Invalid, match="并入"):
        asked(office, K.MERGE, unit)


def test_what_was_changed_since_is_not_undone_and_not_after_the_window(
    unit, enumerator, office, time_machine
):
    change = asked(enumerator, K.RENAME, unit, facts={"name": "新甲印染厂"})
    frame_change_approve(actor=office, change_id=change.pk)
    unit.refresh_from_db()
    facts = data_of(unit)
    unit_amend(
        actor=office,
        unit_id=unit.pk,
        data=UnitData(**{**vars(facts), "name": "更新的名称"}),
        reason="再次更名",
    )
    with pytest.raises(Conflict, match="又有修改"):
        frame_change_undo(actor=office, change_id=change.pk, reason="核实有误")
    time_machine.move_to(timezone.now() + dt.timedelta(16))
    with pytest.raises(Conflict, match="15 天"):
        frame_change_undo(actor=office, change_id=change.pk, reason="核实有误")


def test_a_frozen_register_changes_by_order_only(
    unit, enumerator, office, city_office, national_office
):
    revise([unit], actor=national_office, effective_at=STANDARD_MOMENT - dt.timedelta(9))
    register_freeze(actor=national_office, division_code=NATION)
    facts = vars(data_of(unit))
    with pytest.raises(Conflict, match="变更单"):
        unit_amend(
            actor=office,
            unit_id=unit.pk,
            data=UnitData(**{**facts, "status": UnitStatus.CLOSED}),
            reason="关闭",
        )
    unit_amend(
        actor=office,
        unit_id=unit.pk,
        data=UnitData(**{**facts, "contact_phone": "88001234"}),
        reason="电话变更",
    )
    with pytest.raises(Conflict, match="变更单"):
        unit_register(actor=enumerator, data=part(division_code=TOWN), is_confirmed=True)
    change = asked(enumerator, K.BIRTH, parts=[part(division_code=TOWN)], evidence="")
    assert (change.is_change_order, change.level) == (True, "city")
    with pytest.raises(NotAllowed, match="市级"):
        frame_change_approve(actor=office, change_id=change.pk)
    frame_change_approve(actor=city_office, change_id=change.pk)
    assert Unit.objects.get(name="分厂").registered_by == enumerator


def test_a_unit_whose_facts_are_incomplete_can_be_closed_all_the_same(unit, enumerator, office):
    Unit.objects.filter(pk=unit.pk).update(industry_codes=[])
    change = asked(enumerator, K.DEATH, unit)
    frame_change_approve(actor=office, change_id=change.pk)
    unit.refresh_from_db()
    assert unit.status == UnitStatus.CLOSED
