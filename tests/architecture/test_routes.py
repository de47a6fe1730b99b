"""Every route declares its permission or says it is public."""

import pytest
from django.urls import reverse

from tests.architecture.routes import ROUTES


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_declares_its_permission_or_says_it_is_public(route):
    view = route.view
    declared = (
        getattr(view, "permission_required", None)
        or getattr(view, "signed_in_only", False)
        or getattr(view, "permissions_by_method", None)
    )
    assert declared or route.is_public, f"{route.path} declares nothing"


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_has_a_name(route):
    assert route.name, route.path


def test_names_are_unique():
    names = [(route.name, route.arguments) for route in ROUTES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [r for r in ROUTES if not r.is_public and not r.arguments], ids=str
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_answered_without_an_account(client, route, method):
    answer = getattr(client, method)(reverse(route.name))
    if route.path.startswith("api/"):
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"
    else:
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer.url.startswith(reverse("sign_in"))
