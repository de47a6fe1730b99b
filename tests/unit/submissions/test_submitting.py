"""Submitting: judged again on the server, then frozen, numbered and hashed."""

import re

import pytest

from accounts.exceptions import Conflict, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.enums import CaseStatus, ExerciseStatus, Level
from submissions.models import Case, CollectionExercise, EditFailure, Submission
from submissions.selectors import submission_latest
from submissions.services import case_submit
from submissions.verification import submission_is_intact
from tests.factories.case import fill, make_case, make_submitted, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


def refused(case, actor, code, **options):
    with pytest.raises(Conflict) as refusal:
        case_submit(case_id=case.pk, actor=actor, **options)
    assert refusal.value.code == code
    assert Case.objects.get(pk=case.pk).status == CaseStatus.OPEN
    assert not Submission.objects.filter(case=case).exists()
    return refusal.value


def test_submit_freezes_the_answers_with_hash_number_and_receipt(case, enumerator):
    fill(case, enumerator)
    submission = case_submit(case_id=case.pk, actor=enumerator)
    assert submission.number == 1
    assert submission.document["values"]["hours"] == "4800"
    assert re.fullmatch(r"A1-\d{8}-\d{7}-01-[0-9A-F]{8}", submission.receipt_code)
    stored = Submission.objects.get()
    assert submission_is_intact(stored)
    stored.document["values"]["hours"] = "1"
    assert not submission_is_intact(stored)
    case.refresh_from_db()
    assert (case.status, case.review_level) == (CaseStatus.UNDER_REVIEW, Level.SUPERVISOR)
    assert case.submitted_by == enumerator
    frozen, submitted = events_for(case)[:2]
    assert submitted.action == AuditAction.CASE_SUBMITTED
    assert frozen.action == AuditAction.SUBMISSION_FROZEN
    assert frozen.detail == {"number": 1, "hash": submission.hash}
    assert submission_latest(case) == stored


def test_submit_of_an_untouched_form_is_refused_and_lists_what_is_missing(case, enumerator):
    refusal = refused(case, enumerator, "hard_failures")
    assert {error["cell"] for error in refusal.details["errors"]} == {"hours", "has_water"}
    assert EditFailure.objects.filter(case=case, kind="required").count() == 2


def test_submit_judges_again_what_the_stored_findings_do_not_know(case, enumerator):
    fill(case, enumerator)
    save(case, enumerator, hours="9000")
    EditFailure.objects.all().delete()
    Case.objects.update(hard_count=0)
    refused(case, enumerator, "hard_failures")
    assert Case.objects.get(pk=case.pk).hard_count == 1


def test_submit_on_another_version_than_the_person_saw_is_refused(case, enumerator):
    fill(case, enumerator)
    refused(case, enumerator, "stale_version", base_version=0)
    assert case_submit(case_id=case.pk, actor=enumerator, base_version=1).response_version == 1


def test_submit_of_a_form_not_owed_is_refused(case, enumerator):
    save(case, enumerator, hours="1", has_water="1")
    other = Case.objects.get(form_code="B1")
    save(other, enumerator, water="1")
    save(case, enumerator, has_water="2")
    refused(other, enumerator, "case_not_owed")


def test_submit_twice_is_refused_the_second_time(enumerator):
    case = make_submitted(enumerator)
    with pytest.raises(Conflict) as refusal:
        case_submit(case_id=case.pk, actor=enumerator)
    assert refusal.value.code == "transition_refused"
    assert Submission.objects.count() == 1


def test_submit_after_the_exercise_is_closed_is_refused(case, enumerator):
    fill(case, enumerator)
    CollectionExercise.objects.update(status=ExerciseStatus.CLOSED)
    refused(case, enumerator, "exercise_closed")


@pytest.mark.parametrize("role", ["supervisor", "county_reviewer", "neighbour", "auditor"])
def test_those_who_do_not_fill_cannot_submit(role, case, request):
    with pytest.raises(NotAllowed):
        case_submit(case_id=case.pk, actor=request.getfixturevalue(role))
