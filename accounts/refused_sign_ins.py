"""What is recorded of a sign-in that was refused, to a person or to a machine."""

from django.http import HttpRequest

from accounts.addresses import client_address
from audit.enums import AuditAction
from audit.services import audit_record


def refused_sign_in_record(request: HttpRequest, username: str) -> None:
    """Record the name that was typed and where it came from. Nobody has proved to be anybody."""
    audit_record(
        action=AuditAction.SIGN_IN_FAILED,
        actor=None,
        detail={
            "username": username[:150].replace("\x00", ""),
            "address": client_address(request),
        },
    )
