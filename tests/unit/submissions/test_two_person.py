"""The rule of two people: who may confirm, until when, and that the act is done once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Conflict, NotAllowed, Refusal
from audit.models import AuditEvent
from submissions.cases_closing import cases_close_job
from submissions.enums import CaseStatus, ExerciseStatus
from submissions.models import (
    Case,
    CollectionExercise,
    Job,
    Submission,
    TwoPersonOutcome,
    TwoPersonRequest,
)
from submissions.phase_enums import ExerciseKind, TwoPersonKind, Verdict
from submissions.services import two_person_decide, two_person_request
from submissions.services.closing_many import closing_parameters
from submissions.training import training_reset_job
from submissions.two_person_acts import ACTS
from tests.factories.case import make_case, make_case_at
from tests.factories.two_person import REASON, by_two, second_of_the_nation
from tests.people import COUNTY, account

pytestmark = pytest.mark.django_db


def refused(act, **arguments) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(**arguments)
    return refusal.value


@pytest.fixture
def colleague(divisions):
    """Another person of the county's office."""
    return account("office2", Role.OFFICE, division=divisions[COUNTY])


@pytest.fixture
def case(cast):
    """A form that is being filled in the county."""
    return make_case(cast.enumerator)


def voiding(case, area="330106"):
    return {
        "kind": TwoPersonKind.CASES_VOID,
        "parameters": closing_parameters(exercise_id=case.exercise_id, area_prefix=area),
        "reason": REASON,
    }


def test_every_kind_of_act_is_registered():
    assert set(ACTS) == set(TwoPersonKind)


def test_nothing_happens_before_a_second_person_confirms(case, cast, colleague):
    request = two_person_request(**voiding(case), actor=cast.office)
    assert request.preview == {"cases": 1, "units": 1, "submitted": 0}
    assert not Job.objects.exists()
    decide = {"request_id": request.pk, "verdict": Verdict.APPROVE}
    assert refused(two_person_decide, **decide, actor=cast.office).code == "same_person"
    for stranger in (cast.neighbour, cast.enumerator, cast.county_reviewer):
        assert isinstance(refused(two_person_decide, **decide, actor=stranger), NotAllowed)
    outcome = two_person_decide(**decide, actor=colleague)
    cases_close_job(outcome.result["job"])
    case.refresh_from_db()
    assert case.status == CaseStatus.VOID
    again = refused(two_person_decide, **decide, actor=second_of_the_nation())
    assert again.code == "two_person_decided"
    told = AuditEvent.objects.get(action="case.voided")
    assert (told.actor_id, told.detail["reason"]) == (colleague.pk, REASON)
    assert AuditEvent.objects.get(action="two_person.confirmed").detail["requested_by"] == str(
        cast.office
    )


def test_a_request_lapses_after_its_days(case, cast, colleague):
    request = two_person_request(**voiding(case), actor=cast.office)
    late = TwoPersonRequest.objects.create(
        kind=request.kind,
        parameters=request.parameters,
        division_code=request.division_code,
        label=request.label,
        reason=request.reason,
        requested_at=request.requested_at,
        requested_by=cast.office,
        expires_on=timezone.localdate() - dt.timedelta(days=1),
    )
    approve = {"request_id": late.pk, "verdict": Verdict.APPROVE, "actor": colleague}
    assert refused(two_person_decide, **approve).code == "two_person_lapsed"


def test_refusing_needs_a_reason_and_withdrawing_is_the_askers(case, cast, colleague):
    request = two_person_request(**voiding(case), actor=cast.office)
    assert refused(two_person_request, **voiding(case), actor=cast.office).code == (
        "two_person_stands"
    )
    decide = {"request_id": request.pk, "actor": colleague}
    assert refused(two_person_decide, **decide, verdict=Verdict.REFUSE).code == "reason_required"
    assert refused(two_person_decide, **decide, verdict=Verdict.WITHDRAW).code == "not_yours"
    two_person_decide(request_id=request.pk, actor=cast.office, verdict=Verdict.WITHDRAW)
    request = two_person_request(**voiding(case), actor=cast.office)
    two_person_decide(
        request_id=request.pk, actor=colleague, verdict=Verdict.REFUSE, note="重复下达的应逐份作废"
    )
    assert not Job.objects.exists()


def test_who_may_ask_is_who_may_do(case, cast):
    for stranger in (cast.neighbour, cast.enumerator, cast.auditor):
        assert isinstance(refused(two_person_request, **voiding(case), actor=stranger), NotAllowed)
    wider = voiding(case, area="3301")
    assert isinstance(refused(two_person_request, **wider, actor=cast.office), NotAllowed)
    nothing = {**voiding(case), "actor": cast.office}
    nothing["parameters"] = {**nothing["parameters"], "form": "G999"}
    assert refused(two_person_request, **nothing).code == "no_cases"
    silent = {**voiding(case), "actor": cast.office, "reason": "同意"}
    assert refused(two_person_request, **silent).code == "reason_required"


def test_final_forms_are_opened_by_two_of_the_level_that_signed(cast):
    case = make_case_at(CaseStatus.FINAL, cast)
    unlock = {**voiding(case), "kind": TwoPersonKind.FINAL_UNLOCK}
    refusal = refused(two_person_request, **unlock, actor=cast.office)
    assert refusal.code == "above_your_level"
    outcome = by_two(TwoPersonKind.FINAL_UNLOCK, unlock["parameters"], cast.national_office)
    cases_close_job(outcome.result["job"])
    case.refresh_from_db()
    assert case.status == CaseStatus.RETURNED


def test_a_training_begins_anew_and_keeps_what_was_written(cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    old = case.exercise
    parameters = {"exercise": old.pk}
    reset = {"kind": TwoPersonKind.TRAINING_RESET, "parameters": parameters, "reason": REASON}
    assert refused(two_person_request, **reset, actor=cast.national_office).code == "not_training"
    CollectionExercise.objects.filter(pk=old.pk).update(kind=ExerciseKind.TRAINING)
    events = set(AuditEvent.objects.values_list("pk", flat=True))
    outcome = by_two(TwoPersonKind.TRAINING_RESET, parameters, cast.national_office)
    training_reset_job(outcome.result["job"])
    new = CollectionExercise.objects.get(code="nps2.2")
    old.refresh_from_db()
    assert (old.status, new.status, new.kind) == (
        ExerciseStatus.CLOSED,
        ExerciseStatus.OPEN,
        ExerciseKind.TRAINING,
    )
    fresh = Case.objects.get(exercise=new, unit=case.unit, form_code=case.form_code)
    assert (fresh.status, fresh.response.version) == (CaseStatus.OPEN, 0)
    assert Submission.objects.filter(case=case).count() == 1
    assert events < set(AuditEvent.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_do_it_once(cast, divisions):
    case = make_case(cast.enumerator)
    request = two_person_request(**voiding(case), actor=cast.office)
    people = [account(f"office{n}", Role.OFFICE, division=divisions[COUNTY]) for n in (2, 3)]
    start, found = threading.Barrier(2), []

    def confirm(person):
        start.wait()
        try:
            two_person_decide(request_id=request.pk, verdict=Verdict.APPROVE, actor=person)
            found.append("done")
        except Conflict as conflict:
            found.append(conflict.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["done", "two_person_decided"]
    assert (TwoPersonOutcome.objects.count(), Job.objects.count()) == (1, 1)
