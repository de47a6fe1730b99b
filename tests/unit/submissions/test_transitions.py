"""Every status × action × role follows the table; one function writes the status."""

import pytest

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from review.enums import Decision, ReturnReason
from review.services import decision_record, query_answer
from submissions.enums import CaseAction, CaseStatus, ExerciseStatus, FailureKind, Level, Owner
from submissions.models import Case, CollectionExercise, EditFailure, ItemQuery
from submissions.policies import STATUS_OWNERS
from submissions.services import case_submit, failure_explain
from submissions.transitions import TRANSITIONS, as_markdown, can_take, case_transition
from tests.factories.case import approve, fill, make_case, make_case_at, make_submitted, save

pytestmark = pytest.mark.django_db

ROLES = [
    "enumerator",
    "supervisor",
    "county_reviewer",
    "city_reviewer",
    "province_reviewer",
    "national_office",
    "neighbour",
    "auditor",
    "administrator",
    "office",
]
# who may take an act on the case of `make_case_at` (one under review waits at the supervisor)
EXPECTED = {
    CaseAction.SUBMIT: {"enumerator"},
    CaseAction.APPROVE: {"supervisor"},
    CaseAction.RETURN: {"supervisor"},
    CaseAction.FINALISE: set(),
    CaseAction.VOID: {"office", "national_office"},
    CaseAction.REOPEN: {"office", "national_office"},
    CaseAction.REVISE: {"national_office"},
    CaseAction.RETURN_LOT: {"office", "national_office"},
    CaseAction.CORRECT: {"national_office"},
}

# a final form has been signed by the nation: no lower office takes it back
EXPECTED_OF_FINAL = {
    CaseAction.REOPEN: {"national_office"},
    CaseAction.RETURN_LOT: {"national_office"},
}


@pytest.mark.parametrize("action", CaseAction)
@pytest.mark.parametrize("status", CaseStatus)
def test_every_status_action_and_role_follows_the_table(status, action, cast):
    case = make_case_at(status, cast)
    if status == CaseStatus.OPEN:
        fill(case, cast.enumerator)
    edge = TRANSITIONS.get((status, action))
    expected = EXPECTED | EXPECTED_OF_FINAL if status == CaseStatus.FINAL else EXPECTED
    allowed = expected[action] if edge else set()
    for role in ROLES:
        actor = getattr(cast, role)
        before = Case.objects.get(pk=case.pk)
        try:
            after = case_transition(case_id=case.pk, action=action, actor=actor, reason="理由")
        except (Conflict, NotAllowed):
            after = None
            assert role not in allowed, f"{role} should be able to {action} a case {status}"
        else:
            assert role in allowed, f"{role} should not be able to {action} a case {status}"
            assert after.status == edge.to
        if after is not None:
            # put it back as it was, to ask the next role the same question
            case = (
                make_case_at(status, cast)
                if status != CaseStatus.OPEN
                else make_case(cast.enumerator)
            )
            if status == CaseStatus.OPEN:
                fill(case, cast.enumerator)
        else:
            now = Case.objects.get(pk=case.pk)
            assert (now.status, now.review_level) == (before.status, before.review_level)


def test_status_owners_is_total():
    assert set(STATUS_OWNERS) == set(CaseStatus)
    assert set(STATUS_OWNERS.values()) == set(Owner)


def test_every_edge_changes_something_and_names_an_act_of_the_audit():
    for (status, action), edge in TRANSITIONS.items():
        assert edge.to != status or action == CaseAction.APPROVE
        assert edge.audit in AuditAction


def test_a_case_climbs_through_every_level_to_final(cast):
    case = make_submitted(cast.enumerator)
    levels = [case.review_level]
    for reviewer in cast.reviewers()[:-1]:
        case = approve(case, reviewer)
        levels.append(case.review_level)
    assert levels == list(Level)
    case = case_transition(case_id=case.pk, action=CaseAction.FINALISE, actor=cast.national_office)
    assert (case.status, case.review_level) == (CaseStatus.FINAL, "")
    assert case.finalised_by == cast.national_office


def test_each_level_waits_for_its_own_reviewer(cast):
    case = make_submitted(cast.enumerator)
    for reviewer in cast.reviewers():
        for other in cast.reviewers():
            if other != reviewer:
                with pytest.raises(NotAllowed) as refusal:
                    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=other)
                assert refusal.value.code == "not_your_level"
        if reviewer != cast.national_office:
            case = approve(case, reviewer)


def test_approve_at_the_top_and_finalise_below_it_are_refused(cast):
    case = make_submitted(cast.enumerator)
    with pytest.raises(Conflict) as refusal:
        case_transition(case_id=case.pk, action=CaseAction.FINALISE, actor=cast.supervisor)
    assert refusal.value.code == "below_the_top"
    case = approve(case, *cast.reviewers()[:-1])
    with pytest.raises(Conflict) as refusal:
        approve(case, cast.national_office)
    assert refusal.value.code == "at_the_top"


def test_return_and_resubmission_climb_again_from_the_bottom(cast):
    case = approve(make_submitted(cast.enumerator), cast.supervisor)
    case = case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.county_reviewer)
    assert (case.status, case.review_level) == (CaseStatus.RETURNED, "")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    case.refresh_from_db()
    assert (case.status, case.review_level) == (CaseStatus.UNDER_REVIEW, Level.SUPERVISOR)
    assert case.submissions.count() == 2


def test_nobody_reviews_what_they_entered_or_submitted(cast, divisions):
    from accounts.enums import Role
    from accounts.models import RoleAssignment, User
    from tests.people import TOWN

    RoleAssignment.objects.create(
        user=cast.enumerator, role=Role.SUPERVISOR, division=divisions[TOWN]
    )
    case = make_submitted(User.objects.get(pk=cast.enumerator.pk))
    with pytest.raises(NotAllowed) as refusal:
        approve(case, User.objects.get(pk=cast.enumerator.pk))
    assert refusal.value.code == "own_work"


@pytest.mark.parametrize("contribution", ["explanation", "answer"])
def test_nobody_reviews_what_they_explained_or_answered(cast, divisions, contribution):
    """The county's reviewer also fills forms in the town, and helped with this one."""
    from accounts.enums import Role
    from accounts.models import RoleAssignment, User
    from review.selectors import queue_of
    from tests.people import TOWN

    RoleAssignment.objects.create(
        user=cast.county_reviewer, role=Role.ENUMERATOR, division=divisions[TOWN]
    )
    helper = User.objects.get(pk=cast.county_reviewer.pk)
    case = make_case(cast.enumerator)
    fill(case, cast.enumerator)
    if contribution == "explanation":
        save(case, cast.enumerator, output="5000")
        failure = EditFailure.objects.get(rule_id="A1-R02")
        failure_explain(failure_id=failure.pk, actor=helper, text="六月新增一条生产线投产")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    if contribution == "answer":
        decision_record(
            case_id=case.pk,
            decision=Decision.RETURN,
            actor=cast.supervisor,
            reason_codes=[ReturnReason.values[0]],
            queries=[("hours", "怎样统计的？")],
        )
        query_answer(query_id=ItemQuery.objects.get().pk, actor=helper, text="按考勤表统计")
        case_submit(case_id=case.pk, actor=cast.enumerator)
    case = approve(case, cast.supervisor)
    assert not queue_of(helper).exists()
    with pytest.raises(NotAllowed) as refusal:
        approve(case, helper)
    assert refusal.value.code == "own_work"


def test_void_and_reopen_need_a_reason_and_keep_it_in_the_audit(cast):
    case = make_case(cast.enumerator)
    with pytest.raises(Invalid) as refusal:
        case_transition(case_id=case.pk, action=CaseAction.VOID, actor=cast.office, reason="  ")
    assert refusal.value.code == "reason_required"
    case = case_transition(
        case_id=case.pk, action=CaseAction.VOID, actor=cast.office, reason="重复登记"
    )
    event = events_for(case)[0]
    assert event.action == AuditAction.CASE_VOIDED
    assert event.detail["reason"] == "重复登记"
    assert event.detail["before"] == {"status": "open", "level": ""}


def test_nothing_moves_after_the_exercise_is_closed(cast):
    case = make_submitted(cast.enumerator)
    CollectionExercise.objects.update(status=ExerciseStatus.CLOSED)
    with pytest.raises(Conflict) as refusal:
        approve(case, cast.supervisor)
    assert refusal.value.code == "exercise_closed"


def test_a_hard_finding_that_came_up_during_review_stops_the_case(cast):
    case = make_submitted(cast.enumerator)
    failure = EditFailure(
        case=case,
        division_code=case.division_code,
        rule_id="A1-R01",
        kind=FailureKind.RULE,
        severity="hard",
        cells=["hours"],
        message_zh="不对",
        first_seen_at=case.opened_at,
    )
    failure.save()
    with pytest.raises(Conflict) as refusal:
        approve(case, cast.supervisor)
    assert refusal.value.code == "hard_failures"
    assert refusal.value.details["errors"][0]["cell"] == "hours"


def test_a_rule_that_could_not_run_counts_as_failed(cast):
    case = make_submitted(cast.enumerator)
    EditFailure.objects.create(
        case=case,
        division_code=case.division_code,
        rule_id="A1-R09",
        kind=FailureKind.FAILED_TO_RUN,
        severity="soft",
        cells=[],
        message_zh="未能执行",
        first_seen_at=case.opened_at,
    )
    with pytest.raises(Conflict) as refusal:
        approve(case, cast.supervisor)
    assert refusal.value.code == "rule_failed_to_run"


def test_an_unanswered_query_stops_the_next_submission(cast):
    case = make_submitted(cast.enumerator)
    ItemQuery.objects.create(
        case=case,
        division_code=case.division_code,
        submission=case.submissions.get(),
        cell="hours",
        text="为什么？",
        raised_at=case.opened_at,
        raised_by=cast.supervisor,
    )
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    with pytest.raises(Conflict) as refusal:
        case_submit(case_id=case.pk, actor=cast.enumerator)
    assert refusal.value.code == "queries_unanswered"


def test_reopening_a_final_case_takes_the_finalisation_back(cast):
    case = make_case_at(CaseStatus.FINAL, cast)
    case = case_transition(
        case_id=case.pk, action=CaseAction.REOPEN, actor=cast.national_office, reason="更正单 12 号"
    )
    assert (case.status, case.finalised_at, case.finalised_by) == (CaseStatus.RETURNED, None, None)


def test_a_county_office_does_not_void_what_has_climbed_above_it(cast):
    case = approve(make_submitted(cast.enumerator), cast.supervisor)
    assert case.review_level == Level.COUNTY
    case = approve(case, cast.county_reviewer)
    with pytest.raises(NotAllowed) as refusal:
        case_transition(
            case_id=case.pk, action=CaseAction.VOID, actor=cast.office, reason="数据难看"
        )
    assert refusal.value.code == "above_your_level"
    case = case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.city_reviewer)
    case = case_transition(
        case_id=case.pk, action=CaseAction.VOID, actor=cast.office, reason="重复登记"
    )
    assert case.status == CaseStatus.VOID


def test_case_transition_of_nothing_is_missing(cast):
    with pytest.raises(Missing):
        case_transition(case_id=0, action=CaseAction.SUBMIT, actor=cast.enumerator)


def test_can_take_offers_what_the_table_and_the_rights_offer(cast):
    case = make_case(cast.enumerator)
    assert can_take(case, CaseAction.SUBMIT, cast.enumerator)
    assert not can_take(case, CaseAction.SUBMIT, cast.auditor)
    assert not can_take(case, CaseAction.APPROVE, cast.supervisor)


def test_as_markdown_prints_every_edge():
    text = as_markdown()
    assert text.startswith("```mermaid\nstateDiagram-v2")
    for (status, action), edge in TRANSITIONS.items():
        assert f"    {status.value} --> {edge.to.value}: {action.value}" in text
        assert f"| {status.value} | {action.value} | {edge.to.value} |" in text
