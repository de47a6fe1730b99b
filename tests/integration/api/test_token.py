"""Signing in for a machine."""

import pytest

from accounts.models import User
from accounts.services import account_end, token_issue
from audit.enums import AuditAction
from audit.models import AuditEvent
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def ask(client, username, password):
    return client.post(
        "/api/v1/token/", {"username": username, "password": password}, "application/json"
    )


def units_with(client, token):
    return client.get("/api/v1/units/", headers={"authorization": f"Bearer {token}"})


def test_a_refused_sign_in_is_recorded_with_the_name_and_the_address(client, enumerator):
    assert ask(client, "enumerator", "nonsense").status_code == 401
    event = AuditEvent.objects.get(action=AuditAction.SIGN_IN_FAILED)
    assert event.detail == {"username": "enumerator", "address": "127.0.0.1"}


def test_an_unknown_name_reads_the_same(client, enumerator):
    wrong, unknown = ask(client, "enumerator", "nonsense"), ask(client, "nobody", "nonsense")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())


def test_a_token_ends_with_its_account(client, enumerator, administrator):
    token = ask(client, "enumerator", PASSWORD).json()["token"]
    assert units_with(client, token).status_code == 200
    account_end(actor=administrator, user_id=enumerator.pk)
    assert units_with(client, token).status_code == 401


def test_a_demo_accounts_token_opens_nothing_in_production(client, settings, enumerator):
    User.objects.filter(pk=enumerator.pk).update(is_demo=True)
    token, _row = token_issue(actor=enumerator)
    settings.DEBUG = True
    assert units_with(client, token).status_code == 200
    settings.DEBUG = False
    assert units_with(client, token).status_code == 401
