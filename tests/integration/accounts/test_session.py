"""Signing in and out."""

import pytest
from django.urls import reverse

from accounts.models import User
from audit.enums import AuditAction
from audit.models import AuditEvent
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, username, password, **extra):
    return client.post(reverse("sign_in"), {"username": username, "password": password, **extra})


def test_the_page_says_nothing_of_demo_accounts_in_production(client, settings):
    settings.DEBUG = False
    assert "演示账号" not in client.get(reverse("sign_in")).content.decode()


def test_the_demo_shows_its_accounts_and_their_password(client, settings, enumerator):
    settings.DEBUG = True
    User.objects.filter(pk=enumerator.pk).update(is_demo=True)
    page = client.get(reverse("sign_in")).content.decode()
    assert "enumerator" in page
    assert settings.DEMO_PASSWORD in page


def test_signing_in_leads_home_and_is_recorded(client, enumerator):
    answer = sign_in(client, "enumerator", PASSWORD)
    assert answer.status_code == 302
    assert answer.url == reverse("home")
    assert AuditEvent.objects.filter(action=AuditAction.SIGNED_IN, actor_id=enumerator.pk).exists()


def test_a_wrong_password_is_said_and_recorded(client, enumerator):
    answer = sign_in(client, "enumerator", "nonsense")
    assert "用户名或密码不对" in answer.content.decode()
    event = AuditEvent.objects.get(action=AuditAction.SIGN_IN_FAILED)
    assert event.detail["username"] == "enumerator"


def test_an_unknown_name_reads_the_same(client, db):
    assert "用户名或密码不对" in sign_in(client, "nobody", "nonsense").content.decode()


def test_an_ended_account_cannot_sign_in(client, enumerator):
    enumerator.is_active = False
    enumerator.save()
    assert "用户名或密码不对" in sign_in(client, "enumerator", PASSWORD).content.decode()


def test_five_failures_lock_the_name_even_for_the_right_password(client, enumerator):
    for _attempt in range(5):
        sign_in(client, "enumerator", "nonsense")
    answer = sign_in(client, "enumerator", PASSWORD)
    assert answer.status_code == 429
    assert "暂时锁定" in answer.content.decode()


def test_signing_out_is_a_post(client, enumerator):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.post(reverse("sign_out")).url == reverse("sign_in")
    assert AuditEvent.objects.filter(action=AuditAction.SIGNED_OUT).exists()
    assert client.post(reverse("sign_out")).status_code == 302


def test_a_page_without_sign_in_leads_to_the_sign_in_page_and_back(client):
    answer = client.get(reverse("account_list"))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('sign_in')}?next={reverse('account_list')}"


def test_a_script_without_sign_in_gets_401(client):
    answer = client.get(reverse("account_list"), headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"


def test_changing_the_own_password(client, enumerator):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    url = reverse("password_change")
    assert client.get(url).status_code == 200
    wrong = client.post(
        url, {"old_password": "x", "password": "new-words-2018", "password_again": "new-words-2018"}
    )
    assert wrong.status_code == 400
    assert "原密码不对" in wrong.content.decode()
    unlike = client.post(
        url, {"old_password": PASSWORD, "password": "new-words-2018", "password_again": "other"}
    )
    assert "不一致" in unlike.content.decode()
    right = client.post(
        url,
        {
            "old_password": PASSWORD,
            "password": "new-words-2018",
            "password_again": "new-words-2018",
        },
    )
    assert right.status_code == 302
    enumerator.refresh_from_db()
    assert enumerator.check_password("new-words-2018")


def test_the_strict_policy_stands_on_every_page(client):
    policy = client.get(reverse("sign_in")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_demo_accounts_are_nobody_in_production(client, settings, enumerator, is_demonstration):
    User.objects.filter(pk=enumerator.pk).update(is_demo=True)
    settings.DEBUG = is_demonstration
    answer = sign_in(client, "enumerator", PASSWORD)
    assert (answer.status_code == 302) == is_demonstration
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("password_change"))
    assert (page.status_code == 200) == is_demonstration


def test_the_address_is_the_proxys_word_behind_the_proxy_only(client, settings, enumerator):
    forwarded = {"x-forwarded-for": "10.1.2.3"}

    def address():
        client.post("/sign-in/", {"username": "enumerator", "password": "x"}, headers=forwarded)
        return AuditEvent.objects.filter(action=AuditAction.SIGN_IN_FAILED).latest("pk").detail

    settings.BEHIND_TLS = False
    assert address()["address"] == "127.0.0.1"
    settings.BEHIND_TLS = True
    assert address()["address"] == "10.1.2.3"
