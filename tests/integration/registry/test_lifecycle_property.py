"""No sequence of changes loses a unit, a revision or a form, and no past moment changes."""

from __future__ import annotations

import itertools

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.exceptions import Refusal
from registry.as_of import Moments, register_as_of
from registry.enums import FrameChangeKind, FrameChangeState
from registry.models import FrameChange, FrameChangeUnit, Unit, UnitRevision
from registry.services.frame_changes import ChangeRequest, frame_change_request
from registry.unit_data import UnitData
from submissions.models import Case
from submissions.services import cases_derive
from submissions.services.lifecycle import frame_change_carry_out, frame_change_take_back
from tests.factories.case import publish_small_forms
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.unit import credit_code_make, unit_make
from tests.people import CITY, NATION, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db

KINDS = st.sampled_from([kind for kind in FrameChangeKind if kind != FrameChangeKind.BIRTH])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), KINDS, st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("approve"), st.integers(0, 7)),
        st.tuples(st.just("undo"), st.integers(0, 7)),
    ),
    min_size=3,
    max_size=9,
)
PLACES = (TOWN, OTHER_TOWN, NEIGHBOUR_TOWN)


@pytest.fixture
def offices(divisions):
    industries_make()
    publish_small_forms()
    make_exercise()
    return account("asks", Role.OFFICE, division=divisions[NATION]), account(
        "approves", Role.OFFICE, division=divisions[CITY]
    )


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_nothing_is_ever_lost(offices, acts):
    with transaction.atomic():
        run(offices, acts)
        transaction.set_rollback(True)


def run(offices, acts) -> None:
    asks, approves = offices
    serial = itertools.count(500)
    for number in range(3):
        unit = unit_make(number=next(serial), name=f"印染{number}厂", division_code=PLACES[number])
        cases_derive(unit_id=unit.pk, actor=asks)
    moments = Moments(timezone.now(), timezone.now())
    then = list(register_as_of(actor=asks, moments=moments).values_list("unit", "data"))
    known = {model: keys(model) for model in (Unit, UnitRevision, Case)}
    for act in acts:
        try:
            with transaction.atomic():
                perform(act, asks, approves, serial)
        except Refusal:
            continue
        for model in (Unit, UnitRevision, Case):
            now = keys(model)
            assert known[model] <= now
            known[model] = now
        assert then == list(register_as_of(actor=asks, moments=moments).values_list("unit", "data"))
        check_every_case_has_its_units_place()


def keys(model) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def perform(act, asks, approves, serial) -> None:
    if act[0] == "ask":
        _ask, kind, one, other = act
        units = list(Unit.objects.order_by("pk"))
        frame_change_request(
            actor=asks,
            wanted=ChangeRequest(
                kind=kind,
                reason="核实",
                evidence="笔录",
                effective_on=timezone.localdate(),
                unit_id=units[one % len(units)].pk,
                survivor_id=units[other % len(units)].pk,
                facts={
                    "name": f"改名{next(serial)}厂",
                    "division_code": PLACES[other % 3],
                    "industry_codes": ("1713",) if other % 2 else ("1752",),
                },
                parts=[
                    UnitData(
                        name=f"分出{next(serial)}厂",
                        division_code=PLACES[other % 3],
                        credit_code=credit_code_make(next(serial)),
                        industry_codes=("1752",),
                    )
                ],
            ),
        )
        return
    changes = list(FrameChange.objects.order_by("pk"))
    if not changes:
        return
    change = changes[act[1] % len(changes)]
    if act[0] == "approve":
        frame_change_carry_out(actor=approves, change_id=change.pk)
    else:
        frame_change_take_back(actor=approves, change_id=change.pk, reason="核实有误")


def check_every_case_has_its_units_place() -> None:
    places = dict(Unit.objects.values_list("pk", "division_code"))
    assert all(
        places[unit] == place for unit, place in Case.objects.values_list("unit", "division_code")
    )
    approved = FrameChange.objects.filter(state=FrameChangeState.APPROVED)
    assert all(FrameChangeUnit.objects.filter(change=change).exists() for change in approved)
