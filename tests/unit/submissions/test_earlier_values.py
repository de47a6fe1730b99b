"""What is known of a cell from before, and from whom it is kept."""

from datetime import timedelta

import pytest

from submissions.earlier_values import earlier_values
from submissions.enums import CaseAction
from submissions.models import Case, CollectionExercise, Response
from submissions.services.opening import case_open
from submissions.transitions import case_transition
from tests.factories.case import FORM_A, make_case, make_submitted, publish, save

pytestmark = pytest.mark.django_db


def earlier(case, user):
    return earlier_values(Response.objects.select_related("case__exercise").get(case=case), user)


def next_round(case, version=None, days=365):
    """The same form of the same unit in an exercise at another standard time."""
    exercise = CollectionExercise.objects.get(pk=case.exercise_id)
    exercise.pk, exercise.code, exercise.name = None, f"round{days}", f"另一次普查{days}"
    exercise.standard_time += timedelta(days=days)
    exercise.save()
    unit, version = case.unit, version or case.instrument_version
    return case_open(unit=unit, version=version, exercise=exercise, actor=None)


def test_the_register_is_told_only_where_it_differs(enumerator):
    case = make_case(enumerator)
    assert earlier(case, enumerator) == {}
    save(case, enumerator, unit_name="新名称")
    assert earlier(case, enumerator) == {
        "unit_name": [{"source": "register", "name": "", "value": case.unit.name}]
    }


def test_a_returned_case_tells_its_last_submission(cast):
    case = make_submitted(cast.enumerator)
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    save(case, cast.enumerator, hours="12")
    assert earlier(case, cast.enumerator)["hours"] == [
        {"source": "submission", "name": "1", "value": "4800"}
    ]


def test_an_earlier_exercise_is_told_and_a_later_one_is_not(enumerator, django_assert_num_queries):
    case = make_submitted(enumerator)
    later, before = next_round(case), next_round(case, days=-365)
    assert earlier(later, enumerator)["hours"] == [
        {"source": "exercise", "name": case.exercise.name, "value": "4800"}
    ]
    assert "hours" not in earlier(before, enumerator)
    response = Response.objects.select_related("case__exercise").get(case=later)
    with django_assert_num_queries(1):
        earlier_values(response, enumerator)


def test_an_item_with_a_new_slug_is_found_by_its_official_code(enumerator):
    case = make_submitted(enumerator)
    first, second = FORM_A["sections"]
    items = [
        {**item, "slug": "run_hours"} if item["slug"] == "hours" else item
        for item in first["items"]
    ]
    renamed = publish({**FORM_A, "rules": [], "sections": [{**first, "items": items}, second]})
    later = next_round(case, renamed)
    assert earlier(later, enumerator)["run_hours"][0]["value"] == "4800"


def test_an_earlier_case_out_of_the_readers_scope_is_not_told(enumerator):
    case = make_submitted(enumerator)
    later = next_round(case)
    assert "hours" in earlier(later, enumerator)
    Case.objects.filter(pk=case.pk).update(division_code="999999999000")
    assert "hours" not in earlier(later, enumerator)
