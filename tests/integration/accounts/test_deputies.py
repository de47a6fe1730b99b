"""Deputies: who may be one, what they may do, and that they sign in their own name."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import Deputyship, RoleAssignment, User
from accounts.services.deputies import absence_end, absence_record, deputy_end, deputy_name
from accounts.services.signing_keys import signing_key_make
from review.bulk import bulk_preview
from review.enums import Decision
from review.models import ReviewDecision
from review.selectors import QueueFilter, queue_of
from review.services import decision_record
from review.signing import submission_verified
from tests.factories.case import make_submitted
from tests.factories.decision import approve_by
from tests.people import COUNTY, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
WEEK = dt.timedelta(days=7)


@pytest.fixture
def deputy(divisions):
    return account("stand.in", Role.AUDITOR, division=divisions[COUNTY], full_name="何代理")


def named(actor, holder, username="stand.in", **more):
    given = {"valid_from": TODAY(), "valid_to": TODAY() + WEEK, "reason": "出差", **more}
    return deputy_name(
        actor=actor,
        assignment_id=RoleAssignment.objects.get(user=holder).pk,
        username=username,
        **given,
    )


def fresh(user):
    return User.objects.get(pk=user.pk)


def code_of(call, *arguments, **more):
    with pytest.raises((Conflict, Invalid, Missing, NotAllowed)) as refused:
        call(*arguments, **more)
    return refused.value.code


def test_a_deputy_decides_in_the_place_of_another_by_their_own_key(client, cast, deputy):
    case = make_submitted(cast.enumerator)
    approve_by(case, cast.supervisor)
    assert not queue_of(deputy).exists()
    named(cast.county_reviewer, cast.county_reviewer)
    deputy = fresh(deputy)
    assert queue_of(deputy).get() == case
    assert not deputy.has_perm(Permission.WAIVER_APPROVE, case)  # review and reading, no more
    assert deputy.current_assignments[0].role == Role.AUDITOR
    signer = signing_key_make(actor=deputy, passphrase="代理-晚风-2017")
    decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=deputy, signer=signer)
    recorded = ReviewDecision.objects.get(level="county")
    assert (recorded.decided_by, recorded.decided_for) == (deputy, cast.county_reviewer)
    found = submission_verified(case.submissions.get().receipt_code)
    assert found.checks[-1].is_valid
    client.force_login(cast.city_reviewer, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("case_decisions", args=[case.pk])).content.decode()
    assert "代 钱县审" in page
    client.force_login(cast.administrator, backend="accounts.backends.PasswordBackend")
    assert "代理 钱县审 至" in client.get(reverse("account_list")).content.decode()


def test_it_ends_by_itself_and_by_hand(cast, deputy, divisions):
    case = make_submitted(cast.enumerator)
    approve_by(case, cast.supervisor)
    deputyship = named(cast.county_reviewer, cast.county_reviewer)
    yesterday = TODAY() - dt.timedelta(days=1)
    Deputyship.objects.update(valid_from=yesterday - WEEK, valid_to=yesterday)
    assert not queue_of(fresh(deputy)).exists()
    Deputyship.objects.update(valid_to=TODAY() + WEEK)
    assert queue_of(fresh(deputy)).exists()
    cast.county_reviewer.is_active = False
    cast.county_reviewer.save(update_fields=["is_active"])
    assert not queue_of(fresh(deputy)).exists()  # nobody stands in for an account that has ended
    assert code_of(deputy_end, actor=cast.office, deputyship_id=deputyship.pk) == "not_allowed"
    deputy_end(actor=deputy, deputyship_id=deputyship.pk)
    assert deputy_end(actor=deputy, deputyship_id=deputyship.pk).ended_by == deputy
    assert code_of(deputy_end, actor=deputy, deputyship_id=0) == "not_found"


def test_own_work_of_either_person_is_not_decided(cast, divisions, deputy):
    for person in (deputy, cast.county_reviewer):
        RoleAssignment.objects.create(
            user=person, role=Role.ENUMERATOR, division=divisions[OTHER_TOWN]
        )
    assignment = RoleAssignment.objects.get(user=cast.county_reviewer, role=Role.REVIEWER)
    deputy_name(
        actor=cast.county_reviewer,
        assignment_id=assignment.pk,
        username="stand.in",
        valid_from=TODAY(),
        valid_to=TODAY() + WEEK,
        reason="出差",
    )
    from tests.factories.case import make_plain_unit

    for filler in (fresh(deputy), fresh(cast.county_reviewer)):
        unit = make_plain_unit(filler, division_code=OTHER_TOWN)
        case = make_submitted(filler, unit=unit)
        supervisor = account(
            f"s{filler.pk}", Role.SUPERVISOR, division=divisions[OTHER_TOWN], full_name="赵"
        )
        approve_by(case, supervisor)
        person = fresh(deputy)
        assert not queue_of(person).filter(pk=case.pk).exists()
        assert bulk_preview(actor=person, narrowed=QueueFilter()).ready == []
        assert (
            code_of(decision_record, case_id=case.pk, decision=Decision.APPROVE, actor=person)
            == "own_work"
        )


def test_nobody_decides_at_two_levels_of_one_submission(cast, divisions, deputy):
    """Yesterday a supervisor of the town, today in the county's place."""
    was = RoleAssignment.objects.create(user=deputy, role=Role.SUPERVISOR, division=divisions[TOWN])
    case = make_submitted(cast.enumerator)
    approve_by(case, fresh(deputy))
    assert code_of(named, cast.county_reviewer, cast.county_reviewer) == "another_level"
    was.ended_at, was.ended_by = timezone.now(), cast.administrator
    was.save()
    named(cast.county_reviewer, cast.county_reviewer)
    person = fresh(deputy)
    assert not queue_of(person).exists()
    given = {"case_id": case.pk, "decision": Decision.APPROVE, "actor": person}
    assert code_of(decision_record, **given) == "another_level"
    approve_by(case, cast.county_reviewer)


def test_who_is_absent_is_replaced_by_the_level_above(client, cast, deputy):
    holder = cast.county_reviewer
    assert code_of(named, cast.city_reviewer, holder) == "not_absent"
    assert code_of(named, cast.neighbour, holder) == "not_allowed"
    away = {"username": "county_reviewer", "valid_from": TODAY(), "valid_to": TODAY() + WEEK}
    assert code_of(absence_record, actor=cast.neighbour, reason="病假", **away) == "not_allowed"
    absence = absence_record(actor=cast.city_reviewer, reason="病假", **away)
    client.force_login(cast.city_reviewer, backend="accounts.backends.PasswordBackend")
    assert "钱县审" in client.get(reverse("deputies")).content.decode()
    assert code_of(named, cast.neighbour, holder) == "not_allowed"
    deputyship = named(cast.city_reviewer, holder)
    assert deputyship.named_by == cast.city_reviewer
    assert code_of(named, cast.city_reviewer, holder) == "has_a_deputy"
    assert code_of(absence_end, actor=cast.neighbour, absence_id=absence.pk) == "not_allowed"
    absence_end(actor=holder, absence_id=absence.pk)
    assert code_of(absence_end, actor=holder, absence_id=absence.pk) == "not_found"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"username": "nobody"}, "deputy_unknown"),
        ({"username": "neighbour"}, "deputy_unknown"),
        ({"username": "county_reviewer"}, "deputy_is_self"),
        ({"reason": "  "}, "reason_required"),
        ({"valid_to": dt.date(2018, 1, 1)}, "period_wrong"),
        ({"valid_to": dt.date(2099, 1, 1)}, "period_long"),
    ],
)
def test_what_is_wrong_with_a_deputy(cast, deputy, more, code):
    assert code_of(named, cast.county_reviewer, cast.county_reviewer, **more) == code


def test_the_page_names_keeps_what_was_typed_and_ends(client, cast, deputy):
    client.force_login(cast.county_reviewer, backend="accounts.backends.PasswordBackend")
    url = reverse("deputies")
    assignment = RoleAssignment.objects.get(user=cast.county_reviewer)
    typed = {
        "act": "name",
        "assignment": assignment.pk,
        "username": "stand.on",
        "valid_from": TODAY().isoformat(),
        "valid_to": (TODAY() + WEEK).isoformat(),
        "reason": "进修学习",
    }
    page = client.post(url, typed)
    assert page.status_code == 400
    assert "stand.on" in page.content.decode()
    assert "进修学习" in page.content.decode()
    assert client.post(url, {**typed, "valid_from": "明天"}).status_code == 400
    assert client.post(url, {**typed, "username": "stand.in"}).status_code == 302
    assert "何代理" in client.get(url).content.decode()
    away = {"act": "absent", "absent": "county_reviewer", "why": "病假"}
    dates = {"away_from": typed["valid_from"], "away_to": typed["valid_to"]}
    assert client.post(url, {**away, **dates}).status_code == 302
    absence = cast.county_reviewer.absences.get()
    assert client.post(url, {"act": "back", "absence": absence.pk}).status_code == 302
    given = {"act": "end", "deputyship": Deputyship.objects.get().pk}
    assert client.post(url, given).status_code == 302
    assert client.post(url, {"act": "dance"}).status_code == 400
    assert "没有代理人" in client.get(url).content.decode()
