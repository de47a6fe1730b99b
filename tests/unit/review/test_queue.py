"""What waits for whom; which submissions a level has approved."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.grants import grant_give
from accounts.models import RoleAssignment, User
from review.forms import filter_query, queue_filter
from review.models import ReviewDecision
from review.queue_order import OLDEST_FIRST, Place, place_written
from review.selectors import (
    QueueFilter,
    queue_next,
    queue_of,
    queue_page,
    submissions_in_force,
)
from submissions.enums import CaseAction, CaseStatus, Level
from submissions.models import Case, EditFailure
from submissions.services import failure_explain
from submissions.transitions import case_transition
from tests.factories.case import make_plain_unit, make_submitted, save
from tests.factories.decision import approve_by, return_by
from tests.factories.submission import submit_again
from tests.people import FAR_TOWN, NEIGHBOUR_TOWN, OTHER_TOWN, account

pytestmark = pytest.mark.django_db


def somewhere(division_code):
    """A submitted case of another division, filled by a person of that place."""
    from registry.models import Division

    place = Division.objects.get(code=division_code)
    filler = User.objects.filter(username=f"e{division_code}").first() or account(
        f"e{division_code}", Role.ENUMERATOR, division=place
    )
    return make_submitted(filler, unit=make_plain_unit(filler, division_code=division_code))


@pytest.fixture
def cases(cast):
    """One case at each level in the town, and cases elsewhere."""
    found = [make_submitted(cast.enumerator) for _level in Level]
    for index, case in enumerate(found):
        approve_by(case, *cast.reviewers()[:index])
    return [*found, somewhere(OTHER_TOWN), somewhere(NEIGHBOUR_TOWN), somewhere(FAR_TOWN)]


def test_the_queue_is_what_the_guard_would_let_through(cases, cast, divisions):
    """List and guard agree for the whole cast."""
    for person in [*cast.reviewers(), cast.neighbour, cast.auditor, cast.enumerator, cast.office]:
        expected = {
            case.pk
            for case in Case.objects.filter(status=CaseStatus.UNDER_REVIEW)
            if case.review_level in person.levels_for(Permission.CASE_REVIEW, case)
        }
        assert {case.pk for case in queue_of(person)} == expected, person
    assert {c.pk for c in queue_of(cast.supervisor)} == {cases[0].pk}
    assert {c.pk for c in queue_of(cast.county_reviewer)} == {cases[1].pk}
    assert {c.pk for c in queue_of(cast.national_office)} == {cases[4].pk}


def test_a_person_with_two_places_sees_both(cases, cast, divisions):
    RoleAssignment.objects.create(
        user=cast.county_reviewer, role=Role.SUPERVISOR, division=divisions[OTHER_TOWN]
    )
    person = User.objects.get(pk=cast.county_reviewer.pk)
    assert {c.pk for c in queue_of(person)} == {cases[1].pk, cases[5].pk}


def test_a_granted_unit_waits_for_its_reviewer_at_county_level(cases, cast):
    """A development zone that reviews across a border."""
    until = timezone.localdate() + dt.timedelta(days=7)
    for case in cases[:2]:
        grant_give(
            actor=cast.administrator,
            user=cast.neighbour,
            unit=case.unit,
            permissions=[Permission.CASE_VIEW, Permission.CASE_REVIEW],
            reason="开发区跨界审核",
            until=until,
        )
    person = User.objects.get(pk=cast.neighbour.pk)
    assert {case.pk for case in queue_of(person)} == {cases[1].pk}
    assert approve_by(cases[1], person).review_level == Level.CITY


def test_own_work_does_not_wait_for_its_author(cast, divisions):
    RoleAssignment.objects.create(
        user=cast.enumerator, role=Role.SUPERVISOR, division=divisions[OTHER_TOWN]
    )
    other = account("other", Role.ENUMERATOR, division=divisions[OTHER_TOWN])
    person = User.objects.get(pk=cast.enumerator.pk)
    RoleAssignment.objects.create(user=person, role=Role.ENUMERATOR, division=divisions[OTHER_TOWN])
    person = User.objects.get(pk=person.pk)
    unit = make_plain_unit(other, division_code=OTHER_TOWN)
    foreign = make_submitted(other, unit=unit)
    make_submitted(person, unit=make_plain_unit(person, division_code=OTHER_TOWN))
    assert [c.pk for c in queue_of(person)] == [foreign.pk]


def test_filters(cases, cast):
    reviewer = cast.supervisor
    case = cases[0]
    second = make_submitted(cast.enumerator)
    return_by(second, reviewer)
    save(second, cast.enumerator, output="2000")
    failure = EditFailure.objects.get(case=second)
    failure_explain(
        failure_id=failure.pk, actor=cast.enumerator, text="新增两条生产线，产量比上年翻番"
    )
    submit_again(second, cast.enumerator)

    def found(**narrowed):
        return [c.pk for c in queue_of(reviewer, QueueFilter(**narrowed))]

    assert found() == [case.pk, second.pk]
    assert found(form_code="B1") == []
    assert found(division=case.division_code[:9]) == [case.pk, second.pk]
    assert found(division="42") == []
    assert found(has_explanations=True) == [second.pk]
    assert found(name=case.unit.name) == [case.pk]
    assert found(name=second.unit.code) == [second.pk]
    page = queue_page(queue_of(reviewer), OLDEST_FIRST, None, 50)
    assert [(c.was_returned, c.is_explained) for c in page] == [(False, False), (True, True)]


def test_pages_and_the_next_case(cast):
    cases = [make_submitted(cast.enumerator) for _number in range(3)]
    queue = queue_of(cast.supervisor)
    first = queue_page(queue, OLDEST_FIRST, None, 2)
    assert [c.pk for c in first] == [c.pk for c in cases]  # one more than the page: there is more
    place = Place(first[1].submitted_at, first[1].pk)
    assert OLDEST_FIRST.place_read(place_written(place)) == place
    assert [c.pk for c in queue_page(queue, OLDEST_FIRST, place, 2)] == [cases[2].pk]
    assert queue_next(queue, OLDEST_FIRST, cases[0]).pk == cases[1].pk
    assert queue_next(queue, OLDEST_FIRST, cases[2]).pk == cases[0].pk
    case = Case(pk=0, submitted_at=None)
    assert queue_next(queue, OLDEST_FIRST, case).pk == cases[0].pk


@pytest.mark.parametrize(
    "text", ["", "x~1", "2018-01-01T00:00:00~1", "2018-13-01T00:00:00Z~1", "2018-01-01T00:00:00Z~a"]
)
def test_a_place_that_makes_no_sense_is_the_beginning(text):
    assert OLDEST_FIRST.place_read(text) is None


def test_a_filter_travels_in_the_query_string():
    asked = {"form": " g102 ", "division": "330106000000", "explained": "1", "q": " 厂\x00 "}
    narrowed = queue_filter(asked)
    assert narrowed == QueueFilter("G102", "330106", has_explanations=True, name="厂")
    assert filter_query(narrowed) == "form=G102&division=330106&explained=1&q=%E5%8E%82"
    assert queue_filter({"form": "?", "division": "x", "explained": "2"}) == QueueFilter()
    assert queue_filter({"division": "330106109201"}).division == "330106109201"


# --- submissions in force ---------------------------------------------------------------------
def in_force(case, level, as_of=None):
    found = submissions_in_force(
        exercise=case.exercise, level=level, as_of=as_of or timezone.now()
    ).filter(case=case)
    return [submission.number for submission in found]


def test_a_submission_counts_from_the_level_that_approved_it(cast):
    case = make_submitted(cast.enumerator)
    assert in_force(case, Level.SUPERVISOR) == []
    approve_by(case, cast.supervisor, cast.county_reviewer)
    assert in_force(case, Level.SUPERVISOR) == in_force(case, Level.COUNTY) == [1]
    assert in_force(case, Level.CITY) == []


def test_a_return_withdraws_the_approval(cast):
    case = make_submitted(cast.enumerator)
    approve_by(case, cast.supervisor, cast.county_reviewer)
    return_by(case, cast.city_reviewer)
    assert in_force(case, Level.COUNTY) == []
    submit_again(case, cast.enumerator, hours="4000")
    approve_by(case, cast.supervisor)
    assert in_force(case, Level.COUNTY) == []
    approve_by(case, cast.county_reviewer)
    assert in_force(case, Level.COUNTY) == [2]


def test_reopened_figures_stand_until_new_ones_are_approved(cast):
    case = make_submitted(cast.enumerator)
    approve_by(case, *cast.reviewers())
    case_transition(
        case_id=case.pk, action=CaseAction.REOPEN, actor=cast.national_office, reason="更正"
    )
    assert in_force(case, Level.NATIONAL) == [1]
    submit_again(case, cast.enumerator, hours="4000")
    approve_by(case, cast.supervisor, cast.county_reviewer)
    assert in_force(case, Level.NATIONAL) == [1]
    assert in_force(case, Level.COUNTY) == [2]


def test_void_and_not_owed_forms_do_not_count(cast):
    case = make_submitted(cast.enumerator)
    approve_by(case, *cast.reviewers()[:3])
    Case.objects.filter(pk=case.pk).update(is_owed=False)
    assert in_force(case, Level.COUNTY) == []
    Case.objects.filter(pk=case.pk).update(is_owed=True)
    case_transition(
        case_id=case.pk, action=CaseAction.VOID, actor=cast.national_office, reason="重复"
    )
    assert in_force(case, Level.COUNTY) == []


def test_a_later_decision_does_not_change_an_earlier_moment(cast):
    case = make_submitted(cast.enumerator)
    approve_by(case, cast.supervisor, cast.county_reviewer)
    before = ReviewDecision.objects.latest("pk").decided_at
    return_by(case, cast.city_reviewer)
    assert in_force(case, Level.COUNTY, before) == [1]
    assert in_force(case, Level.COUNTY, before - dt.timedelta(hours=1)) == []
