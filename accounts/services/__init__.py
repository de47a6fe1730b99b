"""Services of the accounts app."""

from accounts.services.accounts import (
    account_create,
    account_end,
    password_change,
    role_assign,
    role_end,
)
from accounts.services.tokens import token_issue

__all__ = [
    "account_create",
    "account_end",
    "password_change",
    "role_assign",
    "role_end",
    "token_issue",
]
