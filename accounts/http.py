"""A request whose user is known."""

from django.http import HttpRequest

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """What every scoped view receives."""

    user: User
