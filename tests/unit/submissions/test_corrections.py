"""Corrections after final approval: the chain from the request to the new figures in force."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import NotAllowed, Refusal
from audit.models import AuditEvent
from review.selectors import submissions_in_force
from submissions.correction_selectors import correction_state, side_by_side, submission_after
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case, CorrectionRequest
from submissions.phase_enums import CorrectionState, Verdict
from submissions.services import (
    ProposedChange,
    case_submit,
    correction_decide,
    correction_request,
)
from submissions.transitions import case_transition
from tests.factories.case import make_submitted, save
from tests.factories.decision import approve_by, return_by
from tests.factories.two_person import REASON, plan
from tests.people import NATION, account

pytestmark = pytest.mark.django_db
HOURS = [ProposedChange("hours", "4700", "")]


@pytest.fixture
def case(cast):
    """A form that the nation has signed."""
    return approve_by(make_submitted(cast.enumerator), *cast.reviewers())


@pytest.fixture
def second(divisions):
    """Another reviewer of the nation."""
    return account("national2", Role.REVIEWER, division=divisions[NATION])


def refused(act, **arguments) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(**arguments)
    return refusal.value


def asked(case, actor, changes=HOURS, reason=REASON) -> CorrectionRequest:
    return correction_request(case_id=case.pk, reason=reason, actor=actor, changes=changes)


def decided(correction, actor, verdict=Verdict.APPROVE, note=""):
    return correction_decide(correction_id=correction.pk, verdict=verdict, actor=actor, note=note)


def state(correction) -> CorrectionState:
    fresh = CorrectionRequest.objects.with_names().get(pk=correction.pk)
    return correction_state(fresh, submission_after(fresh))


def in_force(case) -> list[int]:
    found = submissions_in_force(exercise=case.exercise, level="national", as_of=timezone.now())
    return [submission.number for submission in found]


def test_a_correction_climbs_again_and_the_old_figures_stand_until_the_new_are_final(case, cast):
    plan(case.exercise, by=cast.national_office)  # no phase is open: a correction needs none
    correction = asked(case, cast.enumerator)
    assert correction.changes == [
        {"cell": "hours", "before": "4800", "value": "4700", "reason": ""}
    ]
    assert state(correction) == CorrectionState.REQUESTED
    decided(correction, cast.national_office)
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.correction_id) == (CaseStatus.RETURNED, correction.pk)
    assert (state(correction), in_force(case)) == (CorrectionState.IN_PROGRESS, [1])
    refusal = refused(save, case=case, actor=cast.enumerator, note="别的")
    assert (refusal.code, refusal.cell) == ("outside_correction", "note")
    save(case, cast.enumerator, hours="4700")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    assert in_force(case) == [1]
    case = approve_by(case, *cast.reviewers()[:-1])
    assert (state(correction), in_force(case)) == (CorrectionState.IN_PROGRESS, [1])
    case = approve_by(case, cast.national_office)
    assert (case.status, case.correction_id) == (CaseStatus.FINAL, None)
    assert (state(correction), in_force(case)) == (CorrectionState.DONE, [2])
    fresh = CorrectionRequest.objects.with_names().get(pk=correction.pk)
    (line,) = side_by_side(fresh, submission_after(fresh), "zh")
    assert (line.before, line.proposed, line.after) == ("4800", "4700", "4700")
    assert [s.number for s in case.submissions.all()] == [1, 2]
    acts = AuditEvent.objects.filter(action__startswith="correction.").order_by("pk")
    assert [act.action for act in acts] == ["correction.requested", "correction.approved"]


def test_a_correction_that_is_returned_stays_one(case, cast):
    correction = asked(case, cast.enumerator)
    decided(correction, cast.national_office)
    save(case, cast.enumerator, hours="4700")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    case.refresh_from_db()
    return_by(case, cast.supervisor)
    assert case.correction_id == correction.pk
    assert refused(save, case=case, actor=cast.enumerator, note="别的").code == "outside_correction"
    assert in_force(case) == [1]
    case_transition(
        case_id=case.pk, action=CaseAction.VOID, actor=cast.national_office, reason="重复登记"
    )
    case.refresh_from_db()
    assert case.correction_id is None


def test_a_whole_form_may_be_corrected_for_a_general_reason(case, cast):
    correction = asked(case, cast.office, changes=[])
    decided(correction, cast.national_office)
    save(case, cast.enumerator, note="更正", hours="4600")
    assert not correction.cells


def test_who_asks_does_not_decide_and_only_the_level_that_signed_last_does(case, cast, second):
    correction = asked(case, cast.national_office)
    assert refused(decided, correction=correction, actor=cast.national_office).code == "own_request"
    for reviewer in cast.reviewers()[:-1]:
        assert refused(decided, correction=correction, actor=reviewer).code == "not_your_level"
    for stranger in (cast.neighbour, cast.enumerator, cast.auditor, cast.office):
        assert isinstance(refused(decided, correction=correction, actor=stranger), NotAllowed)
    decided(correction, second)
    assert refused(decided, correction=correction, actor=second).code == "correction_decided"


def test_a_refusal_needs_a_reason_and_a_withdrawal_is_the_askers(case, cast):
    correction = asked(case, cast.enumerator)
    assert refused(asked, case=case, actor=cast.office).code == "correction_stands"
    no = {"correction": correction, "verdict": Verdict.REFUSE, "actor": cast.national_office}
    assert refused(decided, **no).code == "reason_required"
    decided(**no, note="原始台账没有附上，无法核对")
    assert state(correction) == CorrectionState.REFUSED
    again = asked(case, cast.enumerator)
    withdrawing = {"correction": again, "verdict": Verdict.WITHDRAW}
    assert refused(decided, **withdrawing, actor=cast.office).code == "not_yours"
    decided(**withdrawing, actor=cast.enumerator)
    assert state(again) == CorrectionState.WITHDRAWN
    case.refresh_from_db()
    assert case.status == CaseStatus.FINAL


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ([ProposedChange("no_such", "1")], REASON, "unknown_cell"),
        ([ProposedChange("hours", "4800")], REASON, "nothing_changed"),
        ([ProposedChange("hours", "1"), ProposedChange("hours", "2")], REASON, "cell_twice"),
        ([ProposedChange("hours", "9" * 501)], REASON, "value_too_long"),
        ([ProposedChange("hours", "1")] * 201, REASON, "too_many_cells"),
        (HOURS, "同意", "reason_required"),
    ],
)
def test_what_is_no_request_is_refused_in_words(case, cast, changes, reason, code):
    wanted = {"case": case, "actor": cast.enumerator, "changes": changes, "reason": reason}
    assert refused(asked, **wanted).code == code


def test_a_form_that_is_not_final_needs_no_correction(cast):
    waiting = make_submitted(cast.enumerator)
    assert refused(asked, case=waiting, actor=cast.enumerator).code == "not_final"
    assert isinstance(refused(asked, case=waiting, actor=cast.auditor), NotAllowed)
