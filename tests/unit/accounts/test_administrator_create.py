"""The first account of an empty portal."""

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Permission, Role
from accounts.models import User
from accounts.scopes import Place
from tests.people import NATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("the-first-word-2017\n", encoding="utf-8")
    return str(path)


def create(password_file, username="chief"):
    call_command(
        "administrator_create", username, full_name="总管理员", password_file=password_file
    )


def test_it_manages_the_nation_and_exists_once(divisions, password_file):
    create(password_file)
    chief = User.objects.get(username="chief")
    assert chief.check_password("the-first-word-2017")
    assert chief.has_perm(Permission.ACCOUNT_MANAGE, Place(NATION))
    assert chief.has_perm(Permission.INSTRUMENT_PUBLISH, Place(NATION))
    assert {a.role for a in chief.current_assignments} == {Role.ADMINISTRATOR, Role.OFFICE}
    with pytest.raises(CommandError, match="already"):
        create(password_file, "second")


def test_it_needs_the_divisions_first(db, password_file):
    with pytest.raises(CommandError, match="reference_load"):
        create(password_file)


def test_a_weak_password_is_refused(divisions, password_file, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "short")
    with pytest.raises(CommandError, match="10"):
        create(None)
    assert not User.objects.exists()
