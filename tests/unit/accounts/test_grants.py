"""Exceptional grants: one unit, for a while, never to oneself and never beyond the unit."""

import datetime as dt

import pytest

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.grants import grant_give
from accounts.models import ExceptionalGrant, User
from tests.factories.case import make_plain_unit
from tests.people import NEIGHBOUR_TOWN

pytestmark = pytest.mark.django_db
TOMORROW = dt.date.today() + dt.timedelta(days=1)


def give(actor, user, unit, *permissions, until=TOMORROW, reason="支援一周"):
    return grant_give(
        actor=actor,
        user=user,
        unit=unit,
        permissions=list(permissions),
        reason=reason,
        until=until,
    )


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_a_grant_gives_its_verb_on_its_unit_and_ends_with_its_day(administrator, neighbour, cast):
    unit = make_plain_unit(cast.enumerator)
    (grant,) = give(administrator, neighbour, unit, Permission.UNIT_VIEW)
    assert fresh(neighbour).has_perm(Permission.UNIT_VIEW, unit)
    assert not fresh(neighbour).has_perm(Permission.UNIT_AMEND, unit)
    yesterday = dt.date.today() - dt.timedelta(days=1)
    ExceptionalGrant.objects.filter(pk=grant.pk).update(valid_from=yesterday, valid_to=yesterday)
    assert not fresh(neighbour).has_perm(Permission.UNIT_VIEW, unit)


def test_nobody_grants_anything_to_themselves(administrator, cast):
    unit = make_plain_unit(cast.enumerator)
    with pytest.raises(NotAllowed):
        give(administrator, administrator, unit, Permission.RESPONSE_SAVE)


@pytest.mark.parametrize(
    "permission",
    [Permission.ACCOUNT_MANAGE, Permission.AUDIT_VIEW, Permission.INSTRUMENT_PUBLISH],
)
def test_a_grant_never_reaches_beyond_the_unit(administrator, neighbour, cast, permission):
    unit = make_plain_unit(cast.enumerator)
    with pytest.raises(Invalid) as refusal:
        give(administrator, neighbour, unit, permission)
    assert refusal.value.code == "not_grantable"
    assert not fresh(neighbour).can_anywhere(permission)


def test_a_grant_needs_the_host_a_reason_and_a_day_to_come(administrator, neighbour, cast):
    elsewhere = make_plain_unit(cast.enumerator, division_code=NEIGHBOUR_TOWN)
    with pytest.raises(NotAllowed):
        give(administrator, neighbour, elsewhere, Permission.UNIT_VIEW)
    unit = make_plain_unit(cast.enumerator)
    with pytest.raises(Invalid):
        give(administrator, neighbour, unit, Permission.UNIT_VIEW, reason=" ")
    with pytest.raises(Invalid):
        give(administrator, neighbour, unit, Permission.UNIT_VIEW, until=dt.date(2018, 1, 1))
