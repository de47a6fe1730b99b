"""Accounts: opened and ended inside the own division only (F4)."""

import datetime as dt

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import RoleAssignment, User
from accounts.selectors import accounts_managed_by, roles_assignable_by
from accounts.services import (
    account_create,
    account_end,
    password_change,
    role_assign,
    role_end,
    token_issue,
)
from accounts.services.accounts import AccountData
from audit.enums import AuditAction
from audit.selectors import events_for
from tests.people import (
    CITY,
    COUNTY,
    NATION,
    NEIGHBOUR_COUNTY,
    NEIGHBOUR_TOWN,
    PASSWORD,
    PROVINCE,
    TOWN,
    account,
)

pytestmark = pytest.mark.django_db


def asked(**changes) -> AccountData:
    data = {
        "username": "lin.field",
        "full_name": "林普查",
        "phone": "13900000000",
        "password": "field-work-2018",
        "role": Role.ENUMERATOR,
        "division_code": TOWN,
    }
    return AccountData(**{**data, **changes})


def test_a_county_administrator_opens_an_enumerators_account(administrator):
    user = account_create(actor=administrator, data=asked())
    assert user.check_password("field-work-2018")
    assert user.division_code == TOWN
    assert user.created_by == administrator
    assert [a.role for a in user.assignments.all()] == [Role.ENUMERATOR]
    assert {e.action: e.actor_id for e in events_for(user)} == {
        AuditAction.ACCOUNT_CREATED: administrator.pk,
        AuditAction.ROLE_ASSIGNED: administrator.pk,
    }
    assert user.assignments.get().assigned_by == administrator


@pytest.mark.parametrize("place", [NEIGHBOUR_TOWN, NEIGHBOUR_COUNTY, CITY, PROVINCE, NATION])
def test_not_outside_the_county(administrator, place):
    with pytest.raises((NotAllowed, Invalid)):
        account_create(actor=administrator, data=asked(division_code=place))
    with pytest.raises((NotAllowed, Invalid)):
        account_create(actor=administrator, data=asked(division_code=place, role=Role.OFFICE))
    assert not User.objects.filter(username="lin.field").exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_administrators_and_auditors_are_appointed_from_above(divisions, administrator, role):
    with pytest.raises(NotAllowed, match="上级"):
        account_create(actor=administrator, data=asked(role=role, division_code=COUNTY))
    above = account("admin-city", Role.ADMINISTRATOR, division=divisions[CITY])
    user = account_create(actor=above, data=asked(role=role, division_code=COUNTY))
    assert user.assignments.get().role == role
    assert role in roles_assignable_by(above)
    assert role not in roles_assignable_by(administrator)


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"division_code": "999999999999"}, "unknown_division", "division_code"),
        ({"role": Role.RESPONDENT, "unit_code": "nothing"}, "unknown_unit", "unit_code"),
        ({"password": "short"}, "weak_password", "password"),
        ({"password": "1234567890123"}, "weak_password", "password"),
        ({"role": Role.REVIEWER}, "too_narrow", "division_code"),
        ({"role": Role.ENUMERATOR, "division_code": CITY}, "too_wide", "division_code"),
        ({"username": "administrator"}, "username_taken", "username"),
    ],
)
def test_bad_data_is_named_at_its_place(administrator, changes, code, cell):
    with pytest.raises(Invalid) as refusal:
        account_create(actor=administrator, data=asked(**changes))
    assert (refusal.value.code, refusal.value.cell) == (code, cell)
    assert refusal.value.message


def test_ending_an_account_keeps_what_it_did(administrator, enumerator):
    token_issue(actor=enumerator)
    account_end(actor=administrator, user_id=enumerator.pk)
    enumerator.refresh_from_db()
    assert not enumerator.is_active
    assert enumerator.ended_by == administrator
    assert enumerator.assignments.count() == 1
    assert not enumerator.api_tokens.exists()
    account_end(actor=administrator, user_id=enumerator.pk)  # a second time changes nothing
    assert events_for(enumerator).filter(action=AuditAction.ACCOUNT_ENDED).count() == 1


def test_an_account_elsewhere_or_the_own_or_a_superior_one_cannot_be_ended(
    divisions, administrator, neighbour, auditor
):
    for other in (neighbour, auditor, administrator):
        with pytest.raises(NotAllowed):
            account_end(actor=administrator, user_id=other.pk)
    colleague = account("admin2", Role.ADMINISTRATOR, division=divisions[COUNTY])
    with pytest.raises(NotAllowed, match="上级"):
        account_end(actor=administrator, user_id=colleague.pk)


def test_a_role_ends_today_and_its_row_stays(administrator, enumerator):
    row = enumerator.assignments.get()
    role_end(actor=administrator, assignment=row)
    assert not RoleAssignment.objects.in_force().filter(pk=row.pk).exists()
    assert not User.objects.get(pk=enumerator.pk).current_assignments


def test_what_was_ended_keeps_an_honest_period(administrator, enumerator, neighbour):
    row = enumerator.assignments.get()
    began, ends = row.valid_from, row.valid_to
    role_end(actor=administrator, assignment=row)
    role_end(actor=administrator, assignment=row)  # a second time changes nothing
    row.refresh_from_db()
    assert (row.valid_from, row.valid_to, row.ended_by) == (began, ends, administrator)
    assert timezone.localdate(row.ended_at) >= began
    assert events_for(enumerator).filter(action=AuditAction.ROLE_ENDED).count() == 1
    with pytest.raises(NotAllowed):
        role_end(actor=administrator, assignment=neighbour.assignments.get())


def test_nobody_gives_a_role_to_themselves(divisions, administrator):
    with pytest.raises(NotAllowed):
        role_assign(
            actor=administrator, user=administrator, role=Role.REVIEWER, place=divisions[COUNTY]
        )


def test_a_role_with_an_end(divisions, administrator, enumerator):
    row = role_assign(
        actor=administrator,
        user=enumerator,
        role=Role.SUPERVISOR,
        place=divisions[TOWN],
        valid_to=dt.date(2099, 1, 1),
    )
    assert row.division_code == TOWN
    assert "2099" in str(events_for(enumerator).first().detail)


def test_the_list_shows_the_county_only(administrator, enumerator, neighbour, cast):
    managed = set(accounts_managed_by(administrator))
    assert enumerator in managed
    assert neighbour not in managed
    assert cast.city_reviewer not in managed


def test_the_own_password(enumerator):
    with pytest.raises(Invalid) as refusal:
        password_change(actor=enumerator, old="wrong", new="another-one-2018")
    assert refusal.value.cell == "old_password"
    with pytest.raises(Invalid) as refusal:
        password_change(actor=enumerator, old=PASSWORD, new="123")
    assert refusal.value.cell == "password"
    password_change(actor=enumerator, old=PASSWORD, new="another-one-2018")
    assert enumerator.check_password("another-one-2018")


def test_a_new_password_ends_the_tokens_got_with_the_old_one(enumerator):
    token_issue(actor=enumerator)
    password_change(actor=enumerator, old=PASSWORD, new="another-one-2018")
    assert not enumerator.api_tokens.exists()


def test_passwords_are_kept_as_argon2id(settings, administrator):
    settings.PASSWORD_HASHERS = ["accounts.hashers.PortalArgon2PasswordHasher"]
    user = account_create(actor=administrator, data=asked())
    assert user.password.startswith("argon2$argon2id$")
    assert identify_hasher(user.password).algorithm == "argon2"
