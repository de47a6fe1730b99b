"""Signed-in clients of the API."""

import json

import pytest
from django.test import Client

from accounts.services import token_issue


class ApiClient(Client):
    """JSON in, JSON out, with a bearer token."""

    def __init__(self, user=None, **options):
        super().__init__(raise_request_exception=True, **options)
        if user is not None:
            token, _row = token_issue(actor=user)
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def send(self, path, body):
        """POST a JSON body."""
        return self.post(path, json.dumps(body), content_type="application/json")


@pytest.fixture
def api():
    """`api(user)` is a client signed in as that user; `api()` is nobody."""
    return ApiClient
