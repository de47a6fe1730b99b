"""Answering a reviewer's question."""

import pytest

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from review.services import query_answer
from submissions.enums import ExerciseStatus
from submissions.models import CollectionExercise, ItemQuery
from submissions.services import case_submit
from tests.factories.case import make_submitted
from tests.factories.decision import return_by
from tests.factories.submission import submit_again
from tests.people import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def query(cast):
    case = make_submitted(cast.enumerator)
    return_by(case, cast.supervisor, ("hours", "为何这么多？"))
    return ItemQuery.objects.get(case=case)


def test_an_answer_is_stored_and_recorded(query, cast):
    answered = query_answer(query_id=query.pk, actor=cast.enumerator, text=" 三班连续生产 ")
    assert (answered.answer, answered.answered_by) == ("三班连续生产", cast.enumerator)
    assert events_for(query.case).filter(action=AuditAction.QUERY_ANSWERED).exists()


def test_the_units_own_respondent_may_answer(query):
    respondent = account("respondent", Role.RESPONDENT, unit=query.case.unit)
    assert query_answer(query_id=query.pk, actor=respondent, text="三班").answered_by == respondent


def test_nothing_is_submitted_before_every_answer(query, cast):
    with pytest.raises(Conflict) as refused:
        case_submit(case_id=query.case_id, actor=cast.enumerator)
    assert refused.value.code == "queries_unanswered"
    query_answer(query_id=query.pk, actor=cast.enumerator, text="三班")
    assert case_submit(case_id=query.case_id, actor=cast.enumerator).number == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "answer_required"), ("长" * 1001, "text_too_long"), ("a\x07", "control_character")],
)
def test_what_is_wrong_with_an_answer(query, cast, text, code):
    with pytest.raises(Invalid) as refused:
        query_answer(query_id=query.pk, actor=cast.enumerator, text=text)
    assert (refused.value.code, refused.value.cell) == (code, "hours")


@pytest.mark.parametrize("who", ["supervisor", "county_reviewer", "neighbour", "auditor"])
def test_only_the_filling_side_answers(query, cast, who):
    with pytest.raises(NotAllowed):
        query_answer(query_id=query.pk, actor=getattr(cast, who), text="答")


def test_a_question_that_does_not_exist(cast):
    with pytest.raises(Missing):
        query_answer(query_id=0, actor=cast.enumerator, text="答")


def test_an_answer_may_be_reworded_until_the_form_is_submitted_again(query, cast):
    query_answer(query_id=query.pk, actor=cast.enumerator, text="三班")
    query_answer(query_id=query.pk, actor=cast.enumerator, text="三班连续生产")
    query.case.refresh_from_db()
    submit_again(query.case, cast.enumerator)
    with pytest.raises(Conflict) as refused:
        query_answer(query_id=query.pk, actor=cast.enumerator, text="改")
    assert refused.value.code == "case_locked"
    return_by(query.case, cast.supervisor)
    with pytest.raises(Conflict) as refused:
        query_answer(query_id=query.pk, actor=cast.enumerator, text="改")
    assert refused.value.code == "query_closed"


def test_after_the_exercise_nothing_is_answered(query, cast):
    CollectionExercise.objects.update(status=ExerciseStatus.CLOSED)
    with pytest.raises(Conflict) as refused:
        query_answer(query_id=query.pk, actor=cast.enumerator, text="答")
    assert refused.value.code == "case_locked"
