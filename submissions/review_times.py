"""How long a level of sign-off has for a form: workdays, which are data of the exercise."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from submissions.models import CollectionExercise
from submissions.models.case import NO_REVIEW_LIMIT

SATURDAY = 5


def is_workday(exercise: CollectionExercise, day: date) -> bool:
    """Monday to Friday, but for the days off and the days made up for them (调休) of the exercise."""
    if day in exercise.days_off:
        return False
    return day.weekday() < SATURDAY or day in exercise.extra_workdays


def workdays_after(exercise: CollectionExercise, day: date, number: int) -> date:
    """The last of so many workdays after a day; the day itself does not count."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_workday(exercise, day)
    return day


def review_due_on(exercise: CollectionExercise, level: str, arrived_at: datetime) -> date:
    """The last day on which a case that has arrived at a level is in time there."""
    days = exercise.review_days.get(level)
    if not days:
        return NO_REVIEW_LIMIT
    return workdays_after(exercise, timezone.localdate(arrived_at), int(days))
