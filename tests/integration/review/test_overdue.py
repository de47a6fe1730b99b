"""Time limits of review: days given, days gone by, told to the level above once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from review.escalating import escalations_record, overdue_count
from review.models import ReviewEscalation
from submissions.models import Case, CollectionExercise
from submissions.models.case import NO_REVIEW_LIMIT
from submissions.review_times import workdays_after
from tests.factories.case import make_submitted
from tests.factories.decision import approve_by, return_by
from tests.factories.exercise import make_exercise
from tests.factories.submission import submit_again

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def limits(**days):
    make_exercise()
    CollectionExercise.objects.update(review_days=days)


def late(case, days=1):
    day = timezone.localdate() - dt.timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(review_due_on=day)


def test_workdays_leave_out_weekends_and_holidays_and_count_made_up_days():
    exercise = CollectionExercise(
        days_off=[dt.date(2018, 10, day) for day in range(1, 8)],
        extra_workdays=[dt.date(2018, 9, 29), dt.date(2018, 9, 30)],
    )
    friday = dt.date(2018, 9, 28)
    assert workdays_after(exercise, friday, 1) == dt.date(2018, 9, 29)
    assert workdays_after(exercise, friday, 3) == dt.date(2018, 10, 8)
    assert workdays_after(CollectionExercise(), friday, 1) == dt.date(2018, 10, 1)
    assert workdays_after(exercise, friday, 0) == friday


def test_a_case_is_given_its_day_at_each_level(cast):
    limits(supervisor=3, county=5)
    case = make_submitted(cast.enumerator)
    today = timezone.localdate()
    assert case.review_due_on == workdays_after(case.exercise, today, 3)
    approve_by(case, cast.supervisor)
    assert case.review_due_on == workdays_after(case.exercise, today, 5)
    approve_by(case, cast.county_reviewer)
    assert case.review_due_on == NO_REVIEW_LIMIT  # the city has no limit
    return_by(case, cast.city_reviewer)
    assert case.review_due_on == NO_REVIEW_LIMIT


def test_what_is_overdue_is_told_once_and_shown_to_both_levels(client, cast):
    limits(supervisor=3)
    case, intime = make_submitted(cast.enumerator), make_submitted(cast.enumerator)
    late(case)
    assert (escalations_record(), escalations_record()) == (1, 0)
    told = ReviewEscalation.objects.get()
    assert (told.case, told.level, told.to_level) == (case, "supervisor", "county")
    assert (overdue_count(cast.supervisor).own, overdue_count(cast.county_reviewer).below) == (1, 1)
    assert overdue_count(cast.neighbour).total == overdue_count(cast.city_reviewer).total == 0
    for person in (cast.supervisor, cast.county_reviewer):
        page = signed_in(client, person).get(reverse("overdue")).content.decode()
        assert case.unit.name in page
        assert intime.unit.name not in page
        assert "超期" in client.get(reverse("home")).content.decode()
    assert (
        case.unit.name
        not in signed_in(client, cast.neighbour).get(reverse("overdue")).content.decode()
    )
    # decided: nobody is told any more, and what was told stays
    return_by(case, cast.supervisor)
    assert overdue_count(cast.county_reviewer).total == 0
    submit_again(case, cast.enumerator)
    assert overdue_count(cast.county_reviewer).total == 0
    late(case)
    assert escalations_record() == 1  # a new submission that lies again is told of again
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReviewEscalation.objects.update(level="city")


def test_the_nation_sets_the_times_and_waiting_cases_follow(client, cast):
    case = make_submitted(cast.enumerator)
    signed_in(client, cast.national_office)
    url = reverse("review_times_of", args=[case.exercise_id])
    typed = {"days-supervisor": "2", "days_off": "2018-10-01，2018-10-02", "extra_workdays": ""}
    assert client.post(url, typed).status_code == 302
    exercise = CollectionExercise.objects.get()
    assert exercise.review_days == {"supervisor": 2}
    assert exercise.days_off == [dt.date(2018, 10, 1), dt.date(2018, 10, 2)]
    case.refresh_from_db()
    assert case.review_due_on == workdays_after(exercise, timezone.localdate(), 2)
    assert client.post(url, {"days-supervisor": ""}).status_code == 302
    case.refresh_from_db()
    assert case.review_due_on == NO_REVIEW_LIMIT


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days-county": "很多"}, "请填 1 到 250 的整数"),
        ({"days-county": "0"}, "请填 1 到 250 的整数"),
        ({"days_off": "十月一日"}, "“十月一日”不是日期"),
        ({"extra_workdays": "2018-13-01"}, "“2018-13-01”不是日期"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, cast, typed, said):
    exercise = make_exercise()
    signed_in(client, cast.national_office)
    page = client.post(
        reverse("review_times_of", args=[exercise.pk]), {"days-supervisor": "7", **typed}
    )
    assert page.status_code == 400
    assert said in page.content.decode()
    assert 'value="7"' in page.content.decode()
    assert next(iter(typed.values())) in page.content.decode()


def test_nobody_else_sets_the_times(client, cast):
    exercise = make_exercise()
    for person in (cast.county_reviewer, cast.office):
        url = reverse("review_times_of", args=[exercise.pk])
        assert signed_in(client, person).post(url, {}).status_code == 403
