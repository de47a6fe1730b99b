"""A number in an address that only looks like one is no server error."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from tests.people import NATION, account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("audit_list", "before=²"),
        ("audit_list", "division=²"),
        ("job_list", "before=²"),
        ("summary_list", "before=²"),
        ("review_queue", "after=2018-01-01T00:00:00%2B08:00~²"),
        ("unit_list", "after=330106109000-²"),
    ],
)
def test_a_raised_two_is_no_number(client, divisions, name, query):
    person = account("everybody", Role.AUDITOR, division=divisions[NATION])
    for role in (Role.OFFICE, Role.REVIEWER):
        person.assignments.create(role=role, division=divisions[NATION])
    client.force_login(person, backend="accounts.backends.PasswordBackend")
    assert client.get(f"{reverse(name)}?{query}").status_code in {200, 400}
