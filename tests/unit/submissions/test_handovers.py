"""A case goes from the enumerator to the unit's respondent and back; only the holder fills it."""

import pytest

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.models import AuditEvent
from review.services import query_answer
from submissions.enums import CaseAction, CaseStatus, Holder
from submissions.handover_selectors import tenures_of
from submissions.models import CaseHandover, EditFailure, ItemQuery
from submissions.page_selectors import work_of
from submissions.services import case_hand_over, case_submit, failure_explain
from submissions.transitions import case_transition
from tests.factories.case import fill, make_case, make_plain_unit, save
from tests.people import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return make_case(cast.enumerator)


@pytest.fixture
def respondent(case):
    return account("boss", Role.RESPONDENT, unit=case.unit, full_name="厂长")


def hand(case, actor, holder, **fields):
    return case_hand_over(case_id=case.pk, actor=actor, holder=holder, **fields)


def test_until_it_is_handed_over_either_side_fills(case, cast, respondent):
    save(case, cast.enumerator, hours="1")
    save(case, respondent, output="2")
    assert tenures_of(case) == []


def test_only_the_holder_saves_and_submits(case, cast, respondent):
    fill(case, cast.enumerator)
    hand(case, cast.enumerator, Holder.RESPONDENT, note="请补填产量")
    with pytest.raises(Conflict, match="由填报单位填报"):
        save(case, cast.enumerator, hours="2")
    with pytest.raises(Conflict):
        case_submit(case_id=case.pk, actor=cast.enumerator)
    save(case, respondent, output="7")
    hand(case, respondent, Holder.ENUMERATOR, note="已补")
    with pytest.raises(Conflict):
        save(case, respondent, output="8")
    case_submit(case_id=case.pk, actor=cast.enumerator)


def test_the_holder_alone_explains_and_answers(case, cast, respondent):
    fill(case, cast.enumerator)
    save(case, cast.enumerator, output="5000")
    failure = EditFailure.objects.get(case=case, rule_id="A1-R02")
    hand(case, cast.enumerator, Holder.RESPONDENT)
    with pytest.raises(Conflict, match="由填报单位填报"):
        failure_explain(
            failure_id=failure.pk, actor=cast.enumerator, text="产线扩建，全年满负荷生产"
        )
    failure_explain(failure_id=failure.pk, actor=respondent, text="产线扩建，全年满负荷生产")
    submission = case_submit(case_id=case.pk, actor=respondent)
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    query = ItemQuery.objects.create(
        case=case,
        division_code=case.division_code,
        submission=submission,
        text="请核实",
        raised_by=cast.supervisor,
        raised_at=submission.submitted_at,
    )
    with pytest.raises(Conflict, match="由填报单位填报"):
        query_answer(query_id=query.pk, actor=cast.enumerator, text="已核实产量台账")
    query_answer(query_id=query.pk, actor=respondent, text="已核实产量台账")
    case.refresh_from_db()
    assert (case.status, case.holder) == (CaseStatus.RETURNED, Holder.RESPONDENT)


def test_the_enumerator_takes_back_what_the_respondent_cannot_take(case, cast, respondent):
    hand(case, cast.enumerator, Holder.RESPONDENT)
    hand(case, cast.enumerator, Holder.ENUMERATOR, note="到期收回")
    with pytest.raises(Conflict, match="请联系普查员"):
        hand(case, respondent, Holder.RESPONDENT)
    hand(case, cast.enumerator, Holder.BOTH)
    save(case, respondent, output="1")


def test_the_history_says_who_changed_how_much_meanwhile(case, cast, respondent):
    save(case, cast.enumerator, hours="1", has_water="2")
    hand(case, cast.enumerator, Holder.RESPONDENT, note="请补填产量")
    save(case, respondent, output="5")
    save(case, respondent, output="6", hours="2")
    hand(case, respondent, Holder.ENUMERATOR)
    save(case, cast.enumerator, note="好")
    latest, first = tenures_of(case)
    assert (first.handover.note, first.cells, first.people) == ("请补填产量", 2, ("厂长",))
    assert (latest.handover.handed_by, latest.cells) == (respondent, 1)
    events = AuditEvent.objects.filter(action=AuditAction.CASE_HANDED_OVER)
    assert [event.actor_id for event in events.order_by("pk")] == [
        cast.enumerator.pk,
        respondent.pk,
    ]


def test_each_side_sees_what_waits_for_it(case, cast, respondent):
    save(case, cast.enumerator, hours="1")
    hand(case, cast.enumerator, Holder.RESPONDENT, note="请补填产量")
    own = work_of(respondent)
    assert [handover.note for handover in own.handed] == ["请补填产量"]
    assert [c.pk for c in own.begun] == [case.pk]
    theirs = work_of(cast.enumerator)
    assert theirs.handed == []
    assert theirs.begun == []


def test_two_people_at_once_one_is_told(case, cast, respondent):
    hand(case, cast.enumerator, Holder.RESPONDENT, seen=0)
    with pytest.raises(Conflict) as refused:
        hand(case, cast.enumerator, Holder.ENUMERATOR, seen=0)
    assert refused.value.code == "handed_meanwhile"
    assert CaseHandover.objects.count() == 1


@pytest.mark.parametrize(
    ("holder", "note", "error"),
    [
        ("somebody", "", Invalid),
        (Holder.RESPONDENT, "长" * 501, Invalid),
        (Holder.BOTH, "", Conflict),
    ],
)
def test_nonsense_is_refused(case, cast, respondent, holder, note, error):
    with pytest.raises(error):
        hand(case, cast.enumerator, holder, note=note)


def test_nobody_to_hand_it_to(cast):
    case = make_case(cast.enumerator, unit=make_plain_unit(cast.enumerator))
    with pytest.raises(Conflict, match="还没有填报账号"):
        hand(case, cast.enumerator, Holder.RESPONDENT)


def test_strangers_and_submitted_cases(case, cast, respondent):
    with pytest.raises(NotAllowed):
        hand(case, cast.neighbour, Holder.RESPONDENT)
    with pytest.raises(Missing):
        case_hand_over(case_id=0, actor=cast.enumerator, holder=Holder.RESPONDENT)
    fill(case, cast.enumerator)
    case_submit(case_id=case.pk, actor=cast.enumerator)
    with pytest.raises(Conflict, match="现在不能填报"):
        hand(case, cast.enumerator, Holder.RESPONDENT)
