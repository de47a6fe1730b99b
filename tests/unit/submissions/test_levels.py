"""Who signs off where the code names a level that has no office: 直辖市, 省直辖县, 东莞."""

import pytest

from accounts.enums import Role
from registry.enums import DivisionKind, DivisionLevel
from registry.models import Division
from registry.selectors import levels_absent
from review.selectors import queue_of
from submissions.enums import CaseAction, CaseStatus, Level
from submissions.transitions import case_transition
from tests.factories.case import approve, make_plain_unit, make_submitted
from tests.people import NATION, TOWN, account

pytestmark = pytest.mark.django_db

BEIJING, DISTRICTS, DONGCHENG = "110000000000", "110100000000", "110101000000"
DONGHUAMEN = "110101001000"
GUANGDONG, DONGGUAN, DONGCHENG_STREET = "440000000000", "441900000000", "441900003000"
PLACES = [
    (BEIJING, NATION, 1, "北京市", DivisionKind.OFFICIAL),
    (DISTRICTS, BEIJING, 2, "市辖区", DivisionKind.PSEUDO),
    (DONGCHENG, DISTRICTS, 3, "东城区", DivisionKind.OFFICIAL),
    (DONGHUAMEN, DONGCHENG, 4, "东华门街道", DivisionKind.OFFICIAL),
    (GUANGDONG, NATION, 1, "广东省", DivisionKind.OFFICIAL),
    (DONGGUAN, GUANGDONG, 2, "东莞市", DivisionKind.OFFICIAL),
    (DONGCHENG_STREET, DONGGUAN, 4, "东城街道", DivisionKind.OFFICIAL),
]


@pytest.fixture
def places(divisions):
    """Beijing, whose districts stand directly under it, and Dongguan, which has no counties."""
    edition = divisions[NATION].edition
    return divisions | {
        code: Division.objects.create(
            edition=edition,
            code=code,
            parent_code=parent,
            level=level,
            name=name,
            full_name=name,
            kind=kind,
        )
        for code, parent, level, name, kind in PLACES
    }


def reviewers(places, *codes):
    return [account(f"r{code}", Role.REVIEWER, division=places[code]) for code in codes]


@pytest.mark.parametrize(
    ("town", "absent"),
    [
        (TOWN, set()),
        (DONGHUAMEN, {DivisionLevel.CITY}),
        (DONGCHENG_STREET, {DivisionLevel.COUNTY}),
        ("990101001000", set()),
    ],
)
def test_levels_absent_are_headings_and_missing_counties(places, town, absent):
    assert levels_absent(town) == absent


@pytest.mark.parametrize(
    ("town", "offices", "levels"),
    [
        (DONGHUAMEN, (DONGCHENG, BEIJING), (Level.COUNTY, Level.PROVINCE)),
        (DONGCHENG_STREET, (DONGGUAN, GUANGDONG), (Level.CITY, Level.PROVINCE)),
    ],
)
def test_a_case_climbs_over_a_level_its_place_does_not_have(places, town, offices, levels):
    enumerator = account("filler", Role.ENUMERATOR, division=places[town])
    supervisor = account("checker", Role.SUPERVISOR, division=places[town])
    (nation,) = reviewers(places, NATION)
    case = make_submitted(enumerator, unit=make_plain_unit(enumerator, division_code=town))
    case = approve(case, supervisor)
    for reviewer, level in zip(reviewers(places, *offices), levels, strict=True):
        assert case.review_level == level
        assert list(queue_of(reviewer)) == [case]
        case = approve(case, reviewer)
    assert case.review_level == Level.NATIONAL
    case = case_transition(case_id=case.pk, action=CaseAction.FINALISE, actor=nation)
    assert case.status == CaseStatus.FINAL
