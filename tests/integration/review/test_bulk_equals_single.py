"""One decision and a batch of them are the same door: same refusals, same rows, same log."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import transaction

from accounts.exceptions import Refusal
from accounts.models import RoleAssignment, User
from audit.models import AuditEvent
from audit.witnesses import KEY
from review.deciding import Ready, decisions_record
from review.enums import Decision
from review.models import ReviewDecision
from review.services import decision_record
from submissions.enums import CaseStatus, FailureKind, Level
from submissions.models import Case, CollectionExercise, EditFailure, Submission
from tests.factories.case import make_case_at, make_submitted
from tests.factories.decision import approve_by, return_by
from tests.factories.submission import submit_again

pytestmark = pytest.mark.django_db
MISSING = 987_654_321


class Undo(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearsed():
    """What happens inside is looked at and taken back."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def found(case, kind, severity):
    EditFailure.objects.create(
        case=case,
        division_code=case.division_code,
        rule_id="A1-R09",
        kind=kind,
        severity=severity,
        cells=[],
        message_zh="不对",
        first_seen_at=case.opened_at,
    )


@pytest.fixture
def cases(cast, divisions):
    """A case for everything that a decision may meet."""
    made = [make_case_at(status, cast) for status in CaseStatus]
    for index, _level in enumerate(Level):
        case = make_submitted(cast.enumerator)
        approve_by(case, *cast.reviewers()[:index])
        made.append(case)
    again = make_submitted(cast.enumerator)
    return_by(again, cast.supervisor)
    submit_again(again, cast.enumerator, hours="4000")
    made.append(again)
    for kind, severity in ((FailureKind.FAILED_TO_RUN, "soft"), (FailureKind.RULE, "hard")):
        made.append(make_submitted(cast.enumerator))
        found(made[-1], kind, severity)
    return [Case.objects.get(pk=case.pk) for case in made]


def state():
    """Everything a decision writes, without the times and numbers that differ from run to run."""
    decisions = ReviewDecision.objects.order_by("case_id", "pk").values_list(
        "case_id", "submission_id", "level", "decision", "reason_codes", "note", "decided_by_id"
    )
    cases = Case.objects.order_by("pk").values_list(
        "pk", "status", "review_level", "finalised_by_id", "looked", "changed_count", "submitted_at"
    )
    events = AuditEvent.objects.order_by("subject_type", "subject_id", "pk").values_list(
        "action", "subject_id", "subject_label", "actor_id", "division_code", "detail"
    )
    acts = [
        (*act, {name: told for name, told in detail.items() if name != KEY})
        for *act, detail in events
    ]
    return list(decisions), list(cases), acts


def told(refusal: Refusal):
    return type(refusal), refusal.code, refusal.message, refusal.details


def one_by_one(ready, actor):
    refused = {}
    for one in ready:
        try:
            with transaction.atomic():
                decision_record(
                    case_id=one.case,
                    decision=one.decision,
                    actor=actor,
                    submission_id=one.submission,
                )
        except Refusal as refusal:
            refused[one.case] = told(refusal)
    return refused


def at_once(ready, actor):
    refused = decisions_record(ready=ready, actor=actor)
    return {case: told(refusal) for case, refusal in refused.items()}


def both_ways(ready, actor):
    results = []
    for way in (one_by_one, at_once):
        fresh = User.objects.get(pk=actor.pk)
        with rehearsed():
            results.append((way(ready, fresh), *state()))
    return results


def arranged(condition, newest):
    """The same cases where nobody, or everybody, would be refused for one more reason."""
    if condition == "closed":
        CollectionExercise.objects.update(status="closed")
    if condition == "signed":
        CollectionExercise.objects.update(requires_signature=True)
    return dict.fromkeys(newest, 1) if condition == "stale" else newest


def test_a_batch_refuses_and_writes_what_single_decisions_do(cases, cast, divisions):
    # somebody who has filled them all, and stands over them as well
    RoleAssignment.objects.create(
        user=cast.enumerator, role="supervisor", division=divisions[cases[0].division_code]
    )
    submitted = {s.case_id: s.pk for s in Submission.objects.order_by("number")}
    people = [*cast.reviewers(), cast.enumerator, cast.neighbour, cast.office]
    codes = set()
    for condition in ("open", "closed", "signed", "stale"):
        for actor in people if condition == "open" else [cast.supervisor, cast.national_office]:
            with rehearsed():
                newest = arranged(condition, submitted)
                for decision in (Decision.APPROVE, Decision.FINALISE):
                    ready = [Ready(case.pk, newest.get(case.pk, 0), decision) for case in cases]
                    single, batch = both_ways([*ready, Ready(MISSING, 0, decision)], actor)
                    assert batch == single, (condition, actor, decision)
                    codes |= {code for _type, code, _message, _details in single[0].values()}
    assert codes >= {
        "transition_refused",
        "not_your_level",
        "own_work",
        "at_the_top",
        "below_the_top",
        "rule_failed_to_run",
        "hard_failures",
        "exercise_closed",
        "signature_required",
        "stale_submission",
    }


def test_a_batch_costs_as_many_statements_for_ten_as_for_one(cast, django_assert_num_queries):
    """And they are few: the same for every case of the batch."""
    cases = [make_submitted(cast.enumerator) for _number in range(6)]
    ready = [Ready(c.pk, c.submissions.get().pk, Decision.APPROVE) for c in cases]
    _ = cast.supervisor.current_assignments, cast.supervisor._grants
    with django_assert_num_queries(19):
        assert decisions_record(ready=ready[:1], actor=cast.supervisor) == {}
    with django_assert_num_queries(19):
        assert decisions_record(ready=ready[1:], actor=cast.supervisor) == {}
