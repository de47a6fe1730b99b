"""Deciding: what is recorded, what is refused, and what the database refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from review.enums import ACTIONS, Decision, ReturnReason
from review.models import ReviewDecision
from review.services import QUERIES_AT_MOST, decision_record
from submissions.enums import CaseAction, CaseStatus, Level
from submissions.models import ItemQuery
from tests.factories.case import make_case, make_submitted
from tests.factories.decision import approve_by, return_by
from tests.factories.submission import submit_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return make_submitted(cast.enumerator)


def decide(case, actor, decision=Decision.APPROVE, **more):
    return decision_record(case_id=case.pk, decision=decision, actor=actor, **more)


def test_every_decision_is_an_act_of_the_workflow():
    assert set(ACTIONS) == set(Decision)
    assert set(ACTIONS.values()) == {CaseAction.APPROVE, CaseAction.RETURN, CaseAction.FINALISE}


def test_approving_climbs_one_level_and_is_recorded(case, cast):
    recorded = decide(case, cast.supervisor, note=" 已看 ")
    case.refresh_from_db()
    assert (case.status, case.review_level) == (CaseStatus.UNDER_REVIEW, Level.COUNTY)
    assert (recorded.level, recorded.decision) == (Level.SUPERVISOR, Decision.APPROVE)
    assert (recorded.submission.number, recorded.note) == (1, "已看")
    assert recorded.decided_by == cast.supervisor
    assert recorded.division_code == case.division_code
    assert recorded.unit_id == case.unit_id
    assert str(recorded) == f"{case.pk} supervisor approve"
    assert events_for(case).filter(action=AuditAction.CASE_APPROVED).count() == 1


def test_the_five_levels_make_it_final(case, cast):
    approve_by(case, *cast.reviewers())
    assert case.status == CaseStatus.FINAL
    levels = list(ReviewDecision.objects.filter(case=case).values_list("level", "decision"))
    assert levels == [
        ("supervisor", "approve"),
        ("county", "approve"),
        ("city", "approve"),
        ("province", "approve"),
        ("national", "finalise"),
    ]


def test_returning_asks_the_person_who_submitted(case, cast):
    recorded = return_by(case, cast.supervisor, ("hours", "为何这么多？"), ("", "请附佐证"))
    assert case.status == CaseStatus.RETURNED
    assert recorded.reason_labels == ["逻辑关系不符"]
    queries = list(ItemQuery.objects.filter(case=case))
    assert [(q.cell, q.text) for q in queries] == [("hours", "为何这么多？"), ("", "请附佐证")]
    assert {q.addressed_to for q in queries} == {cast.enumerator}
    assert {q.submission for q in queries} == {recorded.submission}
    assert events_for(case).filter(action=AuditAction.QUERY_RAISED).count() == 2
    told = events_for(case).get(action=AuditAction.CASE_RETURNED)
    assert told.detail["reason"] == "逻辑关系不符"


def test_a_row_of_a_group_can_be_asked_about(case, cast):
    import uuid

    from submissions.models import Response
    from submissions.services import response_save

    return_by(case, cast.supervisor)
    response_save(
        case_id=case.pk,
        actor=cast.enumerator,
        save_id=uuid.uuid4(),
        base_version=Response.objects.get(case=case).version,
        changes=[{"op": "add_row", "group": "kilns", "row": "aaaa1111", "after": None}],
        device="test",
    )
    submit_again(case, cast.enumerator)
    return_by(case, cast.supervisor, ("kilns/aaaa1111/fuel", "未填燃料"))
    assert ItemQuery.objects.get(case=case).cell == "kilns/aaaa1111/fuel"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "reason_required"),
        ({"reason_codes": ["nonsense"]}, "reason_unknown"),
        ({"reason_codes": [ReturnReason.OTHER]}, "note_required"),
        ({"reason_codes": [ReturnReason.LOGIC], "queries": [("nowhere", "？")]}, "unknown_cell"),
        (
            {"reason_codes": [ReturnReason.LOGIC], "queries": [("kilns/zz/fuel", "？")]},
            "unknown_cell",
        ),
        (
            {"reason_codes": [ReturnReason.LOGIC], "queries": [("hours", " ")]},
            "query_text_required",
        ),
        ({"reason_codes": [ReturnReason.LOGIC], "note": "a\x00b"}, "control_character"),
        ({"reason_codes": [ReturnReason.LOGIC], "note": "长" * 1001}, "text_too_long"),
        (
            {
                "reason_codes": [ReturnReason.LOGIC],
                "queries": [("hours", "？")] * (QUERIES_AT_MOST + 1),
            },
            "too_many_queries",
        ),
    ],
)
def test_what_is_wrong_with_a_return(case, cast, more, code):
    with pytest.raises(Invalid) as refused:
        decide(case, cast.supervisor, Decision.RETURN, **more)
    assert refused.value.code == code
    case.refresh_from_db()
    assert case.status == CaseStatus.UNDER_REVIEW
    assert not ReviewDecision.objects.exists()


@pytest.mark.parametrize(
    "more", [{"reason_codes": [ReturnReason.LOGIC]}, {"queries": [("hours", "？")]}]
)
def test_reasons_and_questions_go_with_a_return_only(case, cast, more):
    with pytest.raises(Invalid) as refused:
        decide(case, cast.supervisor, **more)
    assert refused.value.code == "only_with_a_return"


def test_another_submission_than_the_one_seen_is_refused(case, cast):
    seen = case.submissions.get().pk
    return_by(case, cast.supervisor)
    submit_again(case, cast.enumerator, hours="4000")
    with pytest.raises(Conflict) as refused:
        decide(case, cast.supervisor, submission_id=seen)
    assert refused.value.code == "stale_submission"
    assert decide(case, cast.supervisor, submission_id=case.submissions.last().pk)


@pytest.mark.parametrize("who", ["enumerator", "auditor", "neighbour", "administrator", "office"])
def test_without_the_right_nothing_is_decided(case, cast, who):
    with pytest.raises(NotAllowed):
        decide(case, getattr(cast, who))


def test_another_level_has_to_wait(case, cast):
    with pytest.raises(NotAllowed) as refused:
        decide(case, cast.county_reviewer)
    assert refused.value.code == "not_your_level"


def test_what_is_not_under_review_cannot_be_decided(cast):
    case = make_case(cast.enumerator)
    with pytest.raises(Conflict) as refused:
        decide(case, cast.supervisor)
    assert refused.value.code == "transition_refused"
    with pytest.raises(Missing):
        decision_record(case_id=0, decision=Decision.APPROVE, actor=cast.supervisor)


def test_decisions_are_append_only(case, cast):
    recorded = decide(case, cast.supervisor)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReviewDecision.objects.filter(pk=recorded.pk).update(note="changed")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        recorded.delete()


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "return", "reason_codes": []},
        {"decision": "approve", "reason_codes": ["logic"]},
        {"decision": "return", "reason_codes": ["nonsense"]},
        {"decision": "return", "reason_codes": ["other"], "note": ""},
        {"decision": "ponder"},
        {"level": "village"},
    ],
)
def test_the_database_holds_what_it_can(case, cast, wrong):
    recorded = decide(case, cast.supervisor)
    copy = ReviewDecision.objects.get(pk=recorded.pk)
    copy.pk = None
    for name, value in wrong.items():
        setattr(copy, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
