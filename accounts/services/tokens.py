"""Issuing tokens for machines."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, User
from audit.enums import AuditAction
from audit.hashing import sm3_hex
from audit.services import audit_record

TOKEN_LIFETIME = timedelta(days=30)


def token_hash(token: str) -> str:
    """What is kept of a token: SM3 of a 256-bit random value needs no salt."""
    return sm3_hex(token.encode())


@transaction.atomic
def token_issue(*, actor: User) -> tuple[str, ApiToken]:
    """A new token of the person's own account: `(token, row)`; the token is not kept."""
    token = secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=actor, token_hash=token_hash(token), expires_at=timezone.now() + TOKEN_LIFETIME
    )
    audit_record(
        action=AuditAction.TOKEN_ISSUED,
        actor=actor,
        subject=actor,
        detail={"expires_at": row.expires_at.isoformat()},
    )
    return token, row
