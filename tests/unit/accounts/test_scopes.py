"""Jurisdictions, levels, the list filter and the one permission door."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.enums import Level, Permission, Role
from accounts.models import RoleAssignment
from accounts.scopes import Jurisdiction, Place, prefix_of, prefix_range
from tests.people import CITY, COUNTY, FAR_TOWN, NATION, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ("", None)),
        ("33", ("33", "34")),
        ("3309", ("3309", "330:")),
        ("330106", ("330106", "330107")),
    ],
)
def test_prefix_range_is_half_open(prefix, expected):
    assert prefix_range(prefix) == expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [(0, ""), (1, "33"), (2, "3301"), (3, "330106"), (4, "330106109"), (5, "330106109201")],
)
def test_prefix_of_each_level(level, expected):
    assert prefix_of("330106109201", level) == expected


@pytest.mark.parametrize(
    ("prefix", "role", "level"),
    [
        ("", Role.REVIEWER, Level.NATIONAL),
        ("33", Role.REVIEWER, Level.PROVINCE),
        ("3301", Role.REVIEWER, Level.CITY),
        ("330106", Role.REVIEWER, Level.COUNTY),
        ("330106109", Role.SUPERVISOR, Level.SUPERVISOR),
        ("330106", Role.SUPERVISOR, Level.SUPERVISOR),
        ("330106109", Role.ENUMERATOR, None),
    ],
)
def test_the_level_of_a_reviewer_is_the_level_of_the_division(prefix, role, level):
    assert Jurisdiction(prefix, role).level == level


@pytest.mark.django_db
class TestDoor:
    def test_own_and_below_but_not_beside_or_above(self, county_reviewer):
        may = county_reviewer.has_perm
        assert may(Permission.CASE_REVIEW, Place(TOWN))
        assert may(Permission.CASE_REVIEW, Place(OTHER_TOWN))
        assert not may(Permission.CASE_REVIEW, Place(NEIGHBOUR_TOWN))
        assert not may(Permission.CASE_REVIEW, Place(FAR_TOWN))
        assert not may(Permission.CASE_REVIEW, Place(CITY))

    def test_a_verb_outside_the_role_is_refused(self, county_reviewer, auditor):
        assert not county_reviewer.has_perm(Permission.RESPONSE_SAVE, Place(TOWN))
        assert not auditor.has_perm(Permission.CASE_REVIEW, Place(TOWN))
        assert auditor.has_perm(Permission.CASE_VIEW, Place(TOWN))

    def test_a_question_without_subject_is_answered_no(self, county_reviewer):
        assert not county_reviewer.has_perm(Permission.CASE_REVIEW)
        assert county_reviewer.can_anywhere(Permission.CASE_REVIEW)

    def test_an_unknown_permission_is_answered_no(self, county_reviewer):
        assert not county_reviewer.has_perm("auth.delete_everything", Place(TOWN))

    def test_an_ended_account_may_nothing(self, county_reviewer):
        county_reviewer.is_active = False
        assert not county_reviewer.has_perm(Permission.CASE_VIEW, Place(TOWN))
        assert county_reviewer.scopes_for(Permission.CASE_VIEW) == ()
        assert county_reviewer.granted_unit_ids(Permission.CASE_VIEW) == frozenset()

    def test_nobody_is_superuser(self, national_office):
        assert not national_office.is_superuser
        assert not national_office.is_staff
        assert not national_office.has_module_perms("registry")

    def test_an_anonymous_visitor_may_nothing(self, divisions):
        assert not AnonymousUser().has_perm(Permission.CASE_VIEW, Place(TOWN))

    def test_an_assignment_counts_only_inside_its_period(self, divisions, county_reviewer):
        today = dt.date.today()
        row = county_reviewer.assignments.get()
        row.valid_from, row.valid_to = today - dt.timedelta(9), today - dt.timedelta(2)
        row.save()
        county_reviewer.__dict__.pop("current_assignments", None)
        county_reviewer.__dict__.pop("_scopes", None)
        assert not county_reviewer.has_perm(Permission.CASE_REVIEW, Place(TOWN))

    def test_only_the_nation_publishes_forms(self, national_office, office):
        assert national_office.has_perm(Permission.INSTRUMENT_PUBLISH, Place(NATION))
        assert not office.has_perm(Permission.INSTRUMENT_PUBLISH, Place(COUNTY))

    def test_levels_of_somebody_with_two_posts(self, divisions, county_reviewer):
        RoleAssignment.objects.create(
            user=county_reviewer, role=Role.REVIEWER, division=divisions[CITY]
        )
        assert county_reviewer.levels_for(Permission.CASE_REVIEW, Place(TOWN)) == {
            Level.COUNTY,
            Level.CITY,
        }
        assert not county_reviewer.levels_for(Permission.CASE_REVIEW, Place(FAR_TOWN))

    def test_a_reviewer_below_the_county_stands_at_no_level(self, divisions):
        reviewer = account("town-reviewer", Role.REVIEWER, division=divisions[TOWN])
        assert not reviewer.levels_for(Permission.CASE_REVIEW, Place(TOWN))

    def test_scopes_cost_one_query_a_request(self, county_reviewer, django_assert_num_queries):
        fresh = type(county_reviewer).objects.get(pk=county_reviewer.pk)
        with django_assert_num_queries(1):
            for _again in range(3):
                fresh.has_perm(Permission.CASE_REVIEW, Place(TOWN))
                fresh.scopes_for(Permission.CASE_VIEW)
