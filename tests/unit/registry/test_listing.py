"""Keyset paging and the cascade of divisions."""

import pytest

from accounts.enums import Role
from accounts.models import RoleAssignment
from registry.listing import UnitSearch, division_cascade, page_of, units_found
from registry.prefixes import significant_digits
from tests.factories.unit import unit_make
from tests.people import (
    CITY,
    COUNTY,
    FAR_PROVINCE,
    NEIGHBOUR_COUNTY,
    NEIGHBOUR_TOWN,
    OTHER_TOWN,
    PROVINCE,
    TOWN,
    account,
)

pytestmark = pytest.mark.django_db


def test_pages_go_forward_and_back_over_the_same_units(divisions, national_office):
    made = [
        unit_make(division_code=code).pk for code in (TOWN, TOWN, TOWN, OTHER_TOWN, NEIGHBOUR_TOWN)
    ]
    units = units_found(actor=national_office, search=UnitSearch())
    first = page_of(units, size=2)
    assert ([u.pk for u in first.units], first.before) == (made[:2], "")
    second = page_of(units, after=first.after, size=2)
    assert [u.pk for u in second.units] == made[2:4]
    last = page_of(units, after=second.after, size=2)
    assert ([u.pk for u in last.units], last.after) == (made[4:], "")
    back = page_of(units, before=last.before, size=2)
    assert ([u.pk for u in back.units], bool(back.before)) == (made[2:4], True)
    start = page_of(units, before=back.before, size=2)
    assert ([u.pk for u in start.units], start.before) == (made[:2], "")
    assert page_of(units, after="nonsense", size=2).units == first.units
    assert page_of(units.none()).units == []


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("000000000000", ""),
        ("330000000000", "33"),
        ("330100000000", "3301"),
        ("330106000000", "330106"),
        ("330106109000", "330106109"),
        ("330106109201", "330106109201"),
    ],
)
def test_significant_digits(code, prefix):
    assert significant_digits(code) == prefix


def names(choices):
    return [[option.name for option in choice.options] for choice in choices]


def test_the_cascade_begins_below_the_own_division(office):
    choices, deepest = division_cascade(actor=office, chosen=[])
    assert (names(choices), deepest) == ([["三墩镇", "双浦镇"]], "")
    choices, deepest = division_cascade(actor=office, chosen=[TOWN])
    assert (len(choices), choices[0].chosen, deepest) == (1, TOWN, TOWN)


def test_the_cascade_follows_the_choices_and_forgets_what_no_longer_fits(national_office):
    choices, deepest = division_cascade(actor=national_office, chosen=[PROVINCE, CITY, "", "x"])
    assert names(choices) == [["浙江省", "湖北省"], ["杭州市"], ["西湖区", "余杭区"]]
    assert deepest == CITY
    choices, deepest = division_cascade(actor=national_office, chosen=[FAR_PROVINCE, CITY])
    assert (len(choices), deepest) == (2, FAR_PROVINCE)


def test_the_cascade_of_several_divisions_lists_them_and_of_one_unit_nothing(divisions):
    user = account("two", Role.REVIEWER, division=divisions[COUNTY])
    for code in (NEIGHBOUR_COUNTY, TOWN):
        RoleAssignment.objects.create(user=user, role=Role.REVIEWER, division=divisions[code])
    assert names(division_cascade(actor=user, chosen=[])[0]) == [["西湖区", "余杭区"]]
    respondent = account("one", Role.RESPONDENT, unit=unit_make())
    assert division_cascade(actor=respondent, chosen=[COUNTY]) == ([], "")
