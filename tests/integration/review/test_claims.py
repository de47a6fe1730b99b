"""Taking a case in hand: shown to others, ended by the decision, by time, by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Conflict, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from review.bulk import bulk_preview
from review.claiming import CLAIM_LASTS, case_claim, case_hand_back, case_take_back
from review.enums import Decision
from review.models import CaseClaim
from review.selectors import QueueFilter, queue_of
from review.services import decision_record
from tests.factories.case import make_submitted
from tests.people import TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return make_submitted(cast.enumerator)


@pytest.fixture
def colleague(divisions):
    return account("colleague", Role.SUPERVISOR, division=divisions[TOWN], full_name="孙同事")


def refused(act, case, actor):
    with pytest.raises((Conflict, NotAllowed)) as refusal:
        act(case_id=case.pk, actor=actor)
    return refusal.value.code


def test_a_claimed_case_is_shown_as_taken_and_decided_by_its_holder_alone(
    client, cast, case, colleague
):
    client.force_login(cast.supervisor, backend="accounts.backends.PasswordBackend")
    page = client.post(reverse("case_claim", args=[case.pk]), {"act": "claim"}, follow=True)
    assert "我已领取" in page.content.decode()
    client.force_login(colleague, backend="accounts.backends.PasswordBackend")
    assert "赵指导" in client.get(reverse("review_queue")).content.decode()
    assert "赵指导 已领取" in client.get(reverse("case_review", args=[case.pk])).content.decode()
    answer = client.post(reverse("case_claim", args=[case.pk]), {"act": "claim"}, follow=True)
    assert "正在审核" in answer.content.decode()
    with pytest.raises(Conflict) as refusal:
        decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=colleague)
    assert refusal.value.code == "claimed"
    exceptions = bulk_preview(actor=colleague, narrowed=QueueFilter()).exceptions
    assert [str(one.reason) for one in exceptions] == ["他人已领取，正在审核"]
    assert not queue_of(colleague, QueueFilter(claimed="free")).exists()
    assert queue_of(cast.supervisor, QueueFilter(claimed="mine")).get() == case
    decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=cast.supervisor)
    assert not CaseClaim.objects.exists()


def test_a_claim_lapses_and_the_next_writes_over_it(cast, case, colleague):
    case_claim(case_id=case.pk, actor=cast.supervisor)
    case_claim(case_id=case.pk, actor=cast.supervisor)  # again: the hours begin anew
    long_ago = timezone.now() - CLAIM_LASTS - dt.timedelta(minutes=1)
    CaseClaim.objects.update(claimed_at=long_ago, lapses_at=long_ago + CLAIM_LASTS)
    assert queue_of(colleague, QueueFilter(claimed="free")).get() == case
    assert case_claim(case_id=case.pk, actor=colleague).claimed_by == colleague
    assert CaseClaim.objects.count() == 1


def test_a_claim_is_handed_back_or_taken_back_and_both_are_recorded(cast, case, colleague):
    assert refused(case_hand_back, case, cast.supervisor) == "not_claimed"
    assert refused(case_take_back, case, cast.office) == "not_claimed"
    case_claim(case_id=case.pk, actor=cast.supervisor)
    assert refused(case_hand_back, case, colleague) == "not_claimed"
    assert refused(case_take_back, case, colleague) == "not_allowed"
    case_hand_back(case_id=case.pk, actor=cast.supervisor)
    case_claim(case_id=case.pk, actor=colleague)
    case_take_back(case_id=case.pk, actor=cast.office)
    acts = [event.action for event in events_for(case)][:4]
    assert acts == [
        AuditAction.CASE_TAKEN_BACK,
        AuditAction.CASE_CLAIMED,
        AuditAction.CASE_HANDED_BACK,
        AuditAction.CASE_CLAIMED,
    ]
    assert not CaseClaim.objects.exists()


@pytest.mark.parametrize("who", ["county_reviewer", "enumerator", "auditor", "office"])
def test_only_what_waits_for_a_person_is_claimed(cast, case, who):
    assert refused(case_claim, case, getattr(cast, who)) == "not_in_your_queue"


def test_an_office_does_not_reach_above_its_level(cast, case):
    for reviewer in cast.reviewers()[:2]:
        decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=reviewer)
    case_claim(case_id=case.pk, actor=cast.city_reviewer)
    assert refused(case_take_back, case, cast.office) == "not_allowed"
    case_take_back(case_id=case.pk, actor=cast.national_office)


def test_the_office_sees_who_has_what_and_takes_it_back(client, cast, case):
    case_claim(case_id=case.pk, actor=cast.supervisor)
    url = reverse("case_claim", args=[case.pk])
    client.force_login(cast.neighbour, backend="accounts.backends.PasswordBackend")
    assert client.post(url, {"act": "take_back"}).status_code == 404
    assert "赵指导" not in client.get(reverse("claims")).content.decode()
    client.force_login(cast.office, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("claims")).content.decode()
    assert "赵指导" in page
    assert url in page
    assert client.post(url, {"act": "dance"}).headers["Location"] == reverse("claims")
    assert CaseClaim.objects.exists()
    client.post(url, {"act": "take_back"})
    assert "现在没有人领取" in client.get(reverse("claims")).content.decode()
