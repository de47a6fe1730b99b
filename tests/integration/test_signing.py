"""Signing decisions: the key under its passphrase, the opened key, and what verification sees."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from accounts.exceptions import Conflict, Invalid
from accounts.models import SigningKey
from accounts.services.signing_keys import (
    LOCKED_FOR,
    WRONG_AT_MOST,
    signing_key_make,
    signing_key_open,
    signing_key_revoke,
)
from accounts.signing_session import COOKIE
from audit.enums import AuditAction
from audit.models import AuditEvent
from review.enums import Decision
from review.models import DecisionSignature, ReviewDecision
from review.services import decision_record
from review.signing import submission_verified
from submissions.models import CollectionExercise, Submission
from tests.factories.case import make_submitted
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
PHRASE = "西湖-晚风-2017"


@pytest.fixture
def case(enumerator):
    return make_submitted(enumerator)


@pytest.fixture
def supervised(client, supervisor):
    client.force_login(supervisor, backend="accounts.backends.PasswordBackend")
    return client


def key_made(client):
    return client.post(
        reverse("signing_key"), {"act": "make", "passphrase": PHRASE, "again": PHRASE}
    )


def approved(case, actor, signer=None) -> ReviewDecision:
    return decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=actor, signer=signer)


def altered(sql: str, *values) -> None:
    """Change a row behind the portal's back, as the owner of the database could."""
    table = sql.split()[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)


def test_an_opened_key_signs_what_is_decided(supervised, case, supervisor):
    assert key_made(supervised).status_code == 302
    supervised.post(
        reverse("case_approve", args=[case.pk]), {"submission": case.submissions.get().pk}
    )
    decision = ReviewDecision.objects.get()
    assert decision.signature.key.user == supervisor
    receipt = case.submissions.get().receipt_code
    found = submission_verified(receipt)
    assert (found.is_intact, [check.is_valid for check in found.checks]) == (True, [True])
    page = supervised.get(reverse("verify"), {"code": receipt.lower()}).content.decode()
    assert "签名有效" in page
    assert "内容与回执一致" in page
    assert "4800" not in page  # no answer of the form


def test_the_secret_is_nowhere_in_the_clear(supervised, supervisor):
    key_made(supervised)
    signer = signing_key_open(actor=supervisor, passphrase=PHRASE)
    key = SigningKey.objects.get()
    assert signer.secret not in bytes(key.sealed_secret)
    cookie = supervised.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert signer.secret.hex() not in cookie.value
    assert "secret" not in repr(signer)


def test_without_the_cookie_or_the_cache_nothing_is_signed(supervised, case):
    key_made(supervised)
    cache.clear()
    supervised.post(
        reverse("case_approve", args=[case.pk]), {"submission": case.submissions.get().pk}
    )
    assert not DecisionSignature.objects.exists()


def test_another_person_cannot_use_an_opened_key(supervised, client, case, office, supervisor):
    key_made(supervised)
    own = supervised.cookies[COOKIE].value
    client.force_login(office, backend="accounts.backends.PasswordBackend")
    client.cookies[COOKIE] = own
    page = client.get(reverse("signing_key")).content.decode()
    assert "启用签名密钥" in page


def test_signing_out_closes_the_key(supervised, supervisor):
    key_made(supervised)
    own = supervised.cookies[COOKIE].value
    supervised.post(reverse("sign_out"))
    assert supervised.cookies[COOKIE].value == ""
    supervised.force_login(supervisor, backend="accounts.backends.PasswordBackend")
    supervised.cookies[COOKIE] = own  # a copy of the cookie opens nothing any more
    assert "打开签名密钥" in supervised.get(reverse("signing_key")).content.decode()


def test_an_exercise_may_demand_signatures(supervised, case, supervisor):
    CollectionExercise.objects.update(requires_signature=True)
    with pytest.raises(Conflict) as refusal:
        approved(case, supervisor)
    assert refusal.value.code == "signature_required"
    answer = supervised.post(
        reverse("case_approve", args=[case.pk]), {"submission": case.submissions.get().pk}
    )
    assert "请先打开签名密钥" in answer.content.decode()
    key_made(supervised)
    supervised.post(
        reverse("case_approve", args=[case.pk]), {"submission": case.submissions.get().pk}
    )
    assert DecisionSignature.objects.count() == 1


@pytest.mark.parametrize(
    ("passphrase", "code"), [("short", "passphrase_short"), (PASSWORD, "passphrase_is_password")]
)
def test_weak_passphrases(supervisor, passphrase, code):
    with pytest.raises(Invalid) as refusal:
        signing_key_make(actor=supervisor, passphrase=passphrase)
    assert refusal.value.code == code


def test_one_key_at_a_time_and_a_revoked_one_still_proves_the_past(case, supervisor):
    signer = signing_key_make(actor=supervisor, passphrase=PHRASE)
    with pytest.raises(Conflict):
        signing_key_make(actor=supervisor, passphrase=PHRASE)
    decision = approved(case, supervisor, signer)
    with pytest.raises(Invalid):
        signing_key_open(actor=supervisor, passphrase="wrong-passphrase")
    signing_key_revoke(actor=supervisor, key_id=signer.key.pk, reason="换新")
    second = signing_key_make(actor=supervisor, passphrase=PHRASE)
    assert second.key.pk != signer.key.pk
    found = submission_verified(decision.submission.receipt_code)
    assert found.checks[0].is_valid


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE review_reviewdecision SET decision = 'return', reason_codes = '{other}', note = 'x'",
        "UPDATE review_reviewdecision SET note = '同意'",
        "UPDATE review_reviewdecision SET decided_at = decided_at - interval '1 day'",
        "UPDATE review_reviewdecision SET level = 'county'",
        "UPDATE submissions_submission SET hash = repeat('a', 64)",
        "UPDATE submissions_submission SET receipt_code = receipt_code || 'X'",
        "UPDATE review_decisionsignature SET signature = decode(repeat('ab', 64), 'hex')",
        "UPDATE accounts_signingkey SET public_key = decode(repeat('04', 65), 'hex')",
    ],
)
def test_what_is_altered_behind_the_portals_back_is_found(case, supervisor, sql):
    signer = signing_key_make(actor=supervisor, passphrase=PHRASE)
    approved(case, supervisor, signer)
    call_command("signatures_verify")
    altered(sql)
    with pytest.raises(CommandError):
        call_command("signatures_verify")


def test_altered_answers_are_shown_where_the_receipt_is_verified(supervised, case, supervisor):
    receipt = case.submissions.get().receipt_code
    altered(
        "UPDATE submissions_submission SET document = jsonb_set(document, '{values,hours}', '\"1\"')"
    )
    page = supervised.get(reverse("verify"), {"code": receipt}).content.decode()
    assert "内容已被改动" in page
    assert Submission.objects.count() == 1


def test_unknown_and_hostile_codes(supervised):
    for code in ("", "A1-20180101-0000001-01-AAAAAAAA", "\x00'; DROP", "很" * 300):
        assert supervised.get(reverse("verify"), {"code": code}).status_code == 200
    for typed in ({}, {"act": "make", "passphrase": "12345678", "again": "1"}, {"act": "open"}):
        assert supervised.post(reverse("signing_key"), typed).status_code in {400, 404}
    answer = supervised.post(
        reverse("signing_key"),
        {"act": "make", "passphrase": PHRASE, "again": PHRASE, "next": "//evil.example/"},
    )
    assert answer.headers["Location"] == reverse("signing_key")


def test_wrong_passphrases_lock_the_key_for_a_while(supervised, supervisor):
    key_made(supervised)
    supervised.post(reverse("signing_key"), {"act": "close"})

    def tried(passphrase):
        typed = {"act": "open", "passphrase": passphrase}
        return supervised.post(reverse("signing_key"), typed, follow=True)

    assert "再错 4 次将锁定" in tried("猜一猜-2017").content.decode()
    assert tried(PHRASE).redirect_chain  # opened: the count begins anew
    for _number in range(WRONG_AT_MOST - 1):
        assert tried("猜一猜-2017").status_code == 400
    answer = tried("猜一猜-2017")
    assert answer.status_code == 409
    assert "密钥锁定至" in answer.content.decode()
    assert tried(PHRASE).status_code == 409  # the right one does not help now
    key = SigningKey.objects.get()
    assert AuditEvent.objects.filter(action=AuditAction.SIGNING_KEY_LOCKED).count() == 1
    refusals = AuditEvent.objects.filter(action=AuditAction.SIGNING_KEY_REFUSED).count()
    assert refusals == 1 + WRONG_AT_MOST
    SigningKey.objects.update(locked_until=key.locked_until - LOCKED_FOR)
    assert signing_key_open(actor=supervisor, passphrase=PHRASE)
    assert SigningKey.objects.get().locked_until is None
