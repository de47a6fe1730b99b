"""Waivers: who may set which rule aside, for how long, and what that does to a case."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.enums import CaseStatus, FailureKind, Severity, WaiverAct, WaiverState
from submissions.models import Case, EditFailure, RuleWaiver, Submission
from submissions.policies import is_waiver_enough, waiver_level
from submissions.services import case_submit, waiver_decide, waiver_request
from submissions.services.waived import waivers_lapse
from submissions.verification import submission_is_intact
from tests.factories.case import make_case, publish, save
from tests.factories.waiver import REASON, approve, ask, day, revoke

pytestmark = pytest.mark.django_db


@pytest.fixture
def soft(cast):
    """A form of which only a soft rule complains."""
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="4800", has_water="2", output="5000")
    return case


@pytest.fixture
def hard(cast):
    """A form of which only a hard rule complains."""
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="9000", has_water="2")
    return case


def counters(case):
    return Case.objects.values_list("hard_count", "soft_open_count").get(pk=case.pk)


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("severity", Severity)
def test_only_rules_may_be_waived_and_hard_ones_from_the_province_on(kind, severity):
    level = waiver_level(kind, severity)
    if kind != FailureKind.RULE:
        assert level is None
        assert not is_waiver_enough("national", kind, severity)
    else:
        assert level == ("province" if severity == Severity.HARD else "county")
        assert [
            lv
            for lv in ("supervisor", "county", "city", "province", "national")
            if is_waiver_enough(lv, kind, severity)
        ] == (
            ["province", "national"]
            if severity == Severity.HARD
            else ["county", "city", "province", "national"]
        )


@pytest.mark.parametrize(
    ("severity", "approver", "outcome"),
    [
        ("soft", "supervisor", "not_allowed"),
        ("soft", "county_reviewer", ""),
        ("soft", "city_reviewer", ""),
        ("soft", "national_office", ""),
        ("hard", "supervisor", "not_allowed"),
        ("hard", "county_reviewer", "not_your_level"),
        ("hard", "city_reviewer", "not_your_level"),
        ("hard", "province_reviewer", ""),
        ("hard", "national_office", ""),
        ("soft", "enumerator", "not_allowed"),
        ("soft", "office", "not_allowed"),
        ("soft", "neighbour", "not_allowed"),
        ("soft", "auditor", "not_allowed"),
    ],
)
def test_who_may_approve(severity, approver, outcome, cast, request):
    case = request.getfixturevalue(severity)
    rule = "A1-R02" if severity == "soft" else "A1-R01"
    waiver = ask(case, cast.enumerator, rule)
    actor = request.getfixturevalue(approver)
    if not outcome:
        assert approve(waiver, actor).state == WaiverState.IN_FORCE
        assert case_submit(case_id=case.pk, actor=cast.enumerator).waivers[0]["rule"] == rule
        return
    with pytest.raises(NotAllowed) as refusal:
        approve(waiver, actor)
    assert refusal.value.code == outcome
    with pytest.raises(Conflict):
        case_submit(case_id=case.pk, actor=cast.enumerator)


@pytest.mark.parametrize("severity", ["soft", "hard"])
def test_a_waiver_sets_the_finding_aside_until_it_is_revoked(severity, cast, request):
    case = request.getfixturevalue(severity)
    waiver = ask(case, cast.enumerator, "A1-R02" if severity == "soft" else "A1-R01")
    before = counters(case)
    assert sum(before) == 1
    approve(waiver, cast.province_reviewer)
    assert counters(case) == (0, 0)
    failure = EditFailure.objects.get(case=case)
    assert failure.is_waived
    assert (failure.waiver_id, failure.waived_until) == (waiver.pk, waiver.valid_until)
    save(case, cast.enumerator, note="另存一次")
    assert counters(case) == (0, 0), "a save leaves it in force"
    assert revoke(waiver, cast.province_reviewer).state == WaiverState.REVOKED
    assert counters(case) == before
    with pytest.raises(Conflict):
        case_submit(case_id=case.pk, actor=cast.enumerator)


def test_a_finding_that_comes_back_is_waived_again(soft, cast):
    approve(ask(soft, cast.enumerator), cast.county_reviewer)
    save(soft, cast.enumerator, output="5")
    assert not EditFailure.objects.filter(case=soft).exists()
    save(soft, cast.enumerator, output="7000")
    assert EditFailure.objects.get(case=soft).is_waived
    assert counters(soft) == (0, 0)


def test_a_waiver_covers_its_own_form_of_its_own_unit_only(soft, cast):
    approve(ask(soft, cast.enumerator), cast.county_reviewer)
    other = make_case(cast.enumerator)
    save(other, cast.enumerator, hours="4800", has_water="2", output="5000")
    assert counters(other) == (0, 1)


def test_it_ends_by_itself_after_its_last_day(soft, cast):
    waiver = ask(soft, cast.enumerator, days=3)
    approve(waiver, cast.county_reviewer)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        assert RuleWaiver.objects.with_state(day(0)).get().state == WaiverState.IN_FORCE
        assert EditFailure.objects.filter(case=soft).blocking().count() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=False):
        assert RuleWaiver.objects.with_state(day(0)).get().state == WaiverState.EXPIRED
        assert EditFailure.objects.filter(case=soft).blocking().count() == 1
        with pytest.raises(Conflict) as refusal:
            case_submit(case_id=soft.pk, actor=cast.enumerator)
        assert refusal.value.code == "soft_failures_unexplained"
        ask(soft, cast.enumerator)  # and may be asked for again


def test_the_night_counts_again_what_has_ended(soft, cast):
    approve(ask(soft, cast.enumerator, days=1), cast.county_reviewer)
    assert waivers_lapse() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=2), tick=False):
        assert counters(soft) == (0, 0)
        assert waivers_lapse() == 1
        assert counters(soft) == (0, 1)
        assert EditFailure.objects.get(case=soft).waiver is None
        assert waivers_lapse() == 0


def test_a_case_that_needed_the_waiver_is_not_approved_after_its_end(hard, cast):
    from submissions.enums import CaseAction
    from submissions.transitions import case_transition

    approve(ask(hard, cast.enumerator, "A1-R01", days=1), cast.province_reviewer)
    case_submit(case_id=hard.pk, actor=cast.enumerator)
    later = time_machine.travel(timezone.now() + dt.timedelta(days=2), tick=False)
    with later, pytest.raises(Conflict) as refusal:
        case_transition(case_id=hard.pk, action=CaseAction.APPROVE, actor=cast.supervisor)
    assert refusal.value.code == "hard_failures"
    case_transition(case_id=hard.pk, action=CaseAction.APPROVE, actor=cast.supervisor)


def test_a_rule_made_hard_is_not_waived_by_its_county_any_more(soft, cast):
    approve(ask(soft, cast.enumerator), cast.county_reviewer)
    EditFailure.objects.filter(case=soft).update(severity="hard")
    from submissions.services.waived import case_waivers_apply

    case_waivers_apply(Case.objects.get(pk=soft.pk))
    assert counters(soft) == (1, 0)


def test_the_submission_freezes_what_was_waived_and_why(soft, cast):
    waiver = ask(soft, cast.enumerator)
    approve(waiver, cast.county_reviewer)
    case_submit(case_id=soft.pk, actor=cast.enumerator)
    stored = Submission.objects.get()
    (told,) = stored.waivers
    assert (told["waiver"], told["reason"], told["until"]) == (
        waiver.pk,
        REASON,
        waiver.valid_until.isoformat(),
    )
    assert submission_is_intact(stored)
    stored.waivers[0]["reason"] = "另一个理由"
    assert not submission_is_intact(stored)
    assert Case.objects.get(pk=soft.pk).status == CaseStatus.UNDER_REVIEW


def test_a_submission_without_waivers_keeps_the_hash_it_always_had():
    from submissions.models.submission import Submission as Model

    moment = timezone.now()
    assert "waivers" not in Model(submitted_at=moment).content()
    assert "waivers" in Model(submitted_at=moment, waivers=[{"rule": "x"}]).content()


def test_nobody_approves_their_own_request_or_work(soft, cast):
    waiver = ask(soft, cast.county_reviewer)
    with pytest.raises(NotAllowed) as refusal:
        approve(waiver, cast.county_reviewer)
    assert refusal.value.code == "own_request"
    assert approve(waiver, cast.city_reviewer).state == WaiverState.IN_FORCE


def test_one_who_filled_in_the_form_does_not_waive_its_rules(soft, cast, divisions):
    from accounts.enums import Role
    from accounts.models import RoleAssignment, User
    from tests.people import COUNTY

    RoleAssignment.objects.create(
        user=cast.enumerator, role=Role.REVIEWER, division=divisions[COUNTY]
    )
    waiver = ask(soft, cast.supervisor)
    with pytest.raises(NotAllowed) as refusal:
        approve(waiver, User.objects.get(pk=cast.enumerator.pk))
    assert refusal.value.code == "own_work"


@pytest.mark.parametrize("rule", ["A1-hours-required", "A1-output-type", "B1-R01", "", "R99"])
def test_what_is_no_rule_of_the_form_is_never_waived(rule, soft, cast):
    with pytest.raises(Conflict) as refusal:
        ask(soft, cast.enumerator, rule)
    assert refusal.value.code == "not_waivable"


@pytest.mark.parametrize(
    ("reason", "days", "code"),
    [
        ("", 30, "reason_required"),
        ("情况属实，情况属实", 30, "reason_required"),
        ("长" * 1001, 30, "reason_too_long"),
        ("试验线\x07产量超过常规", 30, "control_character"),
        (REASON, -1, "waiver_day"),
        (REASON, 367, "waiver_day"),
    ],
)
def test_a_request_says_why_and_until_when(reason, days, code, soft, cast):
    with pytest.raises(Invalid) as refusal:
        waiver_request(
            case_id=soft.pk,
            rule_id="A1-R02",
            reason=reason,
            valid_until=day(days),
            actor=cast.enumerator,
        )
    assert refusal.value.code == code


def test_one_request_at_a_time(soft, cast):
    waiver = ask(soft, cast.enumerator)
    for _stage in range(2):
        with pytest.raises(Conflict) as refusal:
            ask(soft, cast.supervisor)
        assert refusal.value.code == "waiver_stands"
        if _stage == 0:
            approve(waiver, cast.county_reviewer)
    revoke(waiver, cast.county_reviewer)
    ask(soft, cast.supervisor)


def test_a_decision_is_taken_once_and_a_refusal_needs_a_note(soft, cast):
    waiver = ask(soft, cast.enumerator)
    for act in (WaiverAct.REFUSE, WaiverAct.REVOKE):
        with pytest.raises((Invalid, Conflict)):
            waiver_decide(waiver_id=waiver.pk, act=act, actor=cast.county_reviewer)
    refused = waiver_decide(
        waiver_id=waiver.pk,
        act=WaiverAct.REFUSE,
        actor=cast.county_reviewer,
        note="产量应改正，不应豁免",
    )
    assert refused.state == WaiverState.REFUSED
    with pytest.raises(Conflict) as refusal:
        approve(waiver, cast.city_reviewer)
    assert refusal.value.code == "waiver_state"
    assert counters(soft) == (0, 1)


@pytest.mark.parametrize("who", ["neighbour", "auditor", "office"])
def test_who_may_not_ask(who, soft, request):
    with pytest.raises(NotAllowed):
        ask(soft, request.getfixturevalue(who))


def test_what_is_not_there_is_missing(cast):
    with pytest.raises(Missing):
        waiver_decide(waiver_id=0, act=WaiverAct.APPROVE, actor=cast.county_reviewer)
    with pytest.raises(Missing):
        waiver_request(
            case_id=0, rule_id="x", reason=REASON, valid_until=day(1), actor=cast.enumerator
        )


def test_nothing_is_waived_after_the_exercise_is_closed(soft, cast):
    from submissions.enums import ExerciseStatus
    from submissions.models import CollectionExercise

    waiver = ask(soft, cast.enumerator)
    CollectionExercise.objects.update(status=ExerciseStatus.CLOSED)
    for act in (lambda: ask(soft, cast.enumerator), lambda: approve(waiver, cast.county_reviewer)):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "exercise_closed"


def test_every_act_is_in_the_audit(soft, cast):
    waiver = ask(soft, cast.enumerator)
    approve(waiver, cast.county_reviewer)
    revoke(waiver, cast.county_reviewer)
    assert [event.action for event in events_for(soft)[:3]] == [
        AuditAction.WAIVER_REVOKED,
        AuditAction.WAIVER_APPROVED,
        AuditAction.WAIVER_REQUESTED,
    ]


def test_a_rule_of_a_later_version_can_be_waived(cast):
    """The case's own version of the form decides which rules there are."""
    from tests.factories.case import FORM_A

    case = make_case(cast.enumerator)
    publish({**FORM_A, "rules": [rule for rule in FORM_A["rules"] if rule["id"] != "A1-R02"]})
    assert ask(case, cast.enumerator).severity == "soft"
