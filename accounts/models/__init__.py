"""Models of the accounts app."""

from accounts.models.api_token import ApiToken
from accounts.models.deputyship import Absence, Deputyship
from accounts.models.exceptional_grant import ExceptionalGrant
from accounts.models.role_assignment import RoleAssignment
from accounts.models.signing_key import SigningKey
from accounts.models.user import User

__all__ = [
    "Absence",
    "ApiToken",
    "Deputyship",
    "ExceptionalGrant",
    "RoleAssignment",
    "SigningKey",
    "User",
]
