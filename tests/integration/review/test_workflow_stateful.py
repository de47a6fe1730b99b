"""Whatever people do, in whatever order: no state the table forbids, and no decision is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.enums import Role
from accounts.exceptions import Refusal
from accounts.models import RoleAssignment, User
from accounts.services.deputies import deputy_end, deputy_name
from review.bulk import bulk_preview
from review.claiming import case_claim, case_hand_back, case_take_back, claims_held
from review.deciding import decisions_record
from review.enums import ACTIONS, Decision
from review.models import ReviewDecision
from review.selectors import QueueFilter, queue_of
from review.services import decision_record
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case, Submission
from submissions.services import case_submit
from submissions.transitions import TRANSITIONS, case_transition
from tests.factories.case import fill, make_case
from tests.people import COUNTY, account

pytestmark = pytest.mark.django_db
CASES = 2


def test_no_sequence_of_acts_breaks_the_workflow(cast, divisions):  # noqa: C901  its acts
    account("stand.in", Role.AUDITOR, division=divisions[COUNTY], full_name="何代理")
    cases = [make_case(cast.enumerator) for _number in range(CASES)]
    for case in cases:
        fill(case, cast.enumerator)
    names = [
        *(person.username for person in cast.reviewers()),
        "enumerator",
        "office",
        "neighbour",
        "stand.in",
    ]

    class Workflow(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()
            self.decided, self.submitted = 0, 0

        def teardown(self):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

        def attempt(self, act, **given):
            """The act by somebody as they are now; a refusal leaves everything as it was."""
            before = state()
            try:
                with transaction.atomic():
                    return act(**given)
            except Refusal:
                unchanged = state() == before
            assert unchanged, "a refusal has changed something"
            return None

        @rule(case=st.sampled_from(cases), who=st.sampled_from(names))
        def submit(self, case, who):
            if self.attempt(case_submit, case_id=case.pk, actor=person(who)):
                self.submitted += 1

        @rule(
            case=st.sampled_from(cases),
            who=st.sampled_from(names),
            decision=st.sampled_from(list(Decision)),
        )
        def decide(self, case, who, decision):
            self.decide_by(case, person(who), decision)

        @rule(case=st.sampled_from(cases), decision=st.sampled_from(list(Decision)))
        def decide_where_it_waits(self, case, decision):
            """By whoever may, so that cases climb."""
            waiting = (one for one in map(person, names) if queue_of(one).filter(pk=case.pk))
            for one in waiting:
                self.decide_by(case, one, decision)
                break

        def decide_by(self, case, actor, decision):
            status = CaseStatus(Case.objects.get(pk=case.pk).status)
            waits = queue_of(actor).filter(pk=case.pk).exists()
            reasons = ["logic"] if decision == Decision.RETURN else []
            given = {"decision": decision, "actor": actor, "reason_codes": reasons}
            if self.attempt(decision_record, case_id=case.pk, **given):
                assert waits, "decided by somebody for whom it did not wait"
                edge = TRANSITIONS[status, ACTIONS[decision]]
                assert Case.objects.get(pk=case.pk).status == edge.to
                self.decided += 1

        @rule(
            case=st.sampled_from(cases),
            who=st.sampled_from(["office", "national_office", "county_reviewer"]),
            action=st.sampled_from([CaseAction.VOID, CaseAction.REOPEN]),
        )
        def close(self, case, who, action):
            given = {"action": action, "actor": person(who), "reason": "理由"}
            self.attempt(case_transition, case_id=case.pk, **given)

        @rule(
            case=st.sampled_from(cases),
            who=st.sampled_from(names),
            act=st.sampled_from([case_claim, case_hand_back, case_take_back]),
        )
        def claim(self, case, who, act):
            self.attempt(act, case_id=case.pk, actor=person(who))

        @rule(who=st.sampled_from(names))
        def approve_all(self, who):
            actor = person(who)
            ready = bulk_preview(actor=actor, narrowed=QueueFilter()).ready
            refused = decisions_record(ready=ready, actor=actor)
            assert refused == {}, "the preview promised what the decision refuses"
            self.decided += len(ready)

        @rule(holder=st.sampled_from(["county_reviewer", "city_reviewer"]))
        def name_deputy(self, holder):
            today = timezone.localdate()
            self.attempt(
                deputy_name,
                actor=person(holder),
                assignment_id=RoleAssignment.objects.get(user__username=holder).pk,
                username="stand.in",
                valid_from=today,
                valid_to=today + dt.timedelta(days=3),
                reason="出差",
            )

        @rule()
        def end_deputies(self):
            deputy = person("stand.in")
            for one in deputy.deputyships.in_force():
                deputy_end(actor=deputy, deputyship_id=one.pk)

        @invariant()
        def nothing_is_lost_and_nothing_contradicts(self):
            assert ReviewDecision.objects.count() == self.decided
            assert Submission.objects.count() == self.submitted
            for case in Case.objects.all():
                agrees(case)

    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def person(username) -> User:
    """As the next request would load them."""
    return User.objects.get(username=username)


def state():
    fields = ("pk", "status", "review_level", "submitted_at", "finalised_at", "looked")
    return (
        list(Case.objects.order_by("pk").values_list(*fields)),
        ReviewDecision.objects.count(),
        Submission.objects.count(),
    )


def agrees(case):
    """The status says what the decisions about the newest submission say."""
    assert bool(case.review_level) == (case.status == CaseStatus.UNDER_REVIEW)
    newest = case.submissions.order_by("-number").first()
    decisions = list(newest.decisions.order_by("pk")) if newest else []
    levels = [one.level for one in decisions]
    assert levels == sorted(levels, key=case.exercise.levels.index), "a level was passed twice"
    assert len(set(levels)) == len(levels)
    people = [one.decided_by_id for one in decisions]
    assert len(set(people)) == len(people), "one person, two levels"
    assert case.submitted_by_id not in people
    kinds = [one.decision for one in decisions]
    assert set(kinds[:-1]) <= {Decision.APPROVE}, "a return or a finalisation ends it"
    if case.status == CaseStatus.FINAL:
        assert kinds[-1] == Decision.FINALISE
    if case.status == CaseStatus.UNDER_REVIEW:
        assert set(kinds) <= {Decision.APPROVE}
        assert case.exercise.levels.index(case.review_level) == len(decisions)
    if case.pk in claims_held([case]):
        assert case.status == CaseStatus.UNDER_REVIEW
