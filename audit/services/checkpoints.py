"""How far the store has been verified: an event of the log under a code only this server can make.

Whoever has the database alone cannot move it: the code is HMAC-SM3 under a key that is made of the
server's secret, and the event itself is sealed like every other.
"""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from audit.enums import AuditAction
from audit.hashing import canonical_json, sm3_hex
from audit.models import AuditEvent
from audit.services.recording import audit_record

PURPOSE = "verification checkpoint\n"


class ForgedCheckpoint(Exception):
    """The newest checkpoint was not written by this server."""


def checkpoint_write(*, reached: dict[str, Any], told: dict[str, Any]) -> AuditEvent:
    """Note that everything up to `reached` was found intact. `told` is for the reader of the log."""
    return audit_record(
        action=AuditAction.STORE_VERIFIED,
        actor=None,
        detail={**told, "reached": reached, "mac": _mac(reached).finalize().hex()},
    )


def checkpoint_read() -> dict[str, Any]:
    """The newest checkpoint; empty where there is none. Raises `ForgedCheckpoint`."""
    newest = (
        AuditEvent.objects.filter(action=AuditAction.STORE_VERIFIED).order_by("-at", "-pk").first()
    )
    if newest is None:
        return {}
    reached: dict[str, Any] = newest.detail.get("reached", {})
    try:
        _mac(reached).verify(bytes.fromhex(newest.detail.get("mac", "")))
    except (InvalidSignature, ValueError) as error:
        raise ForgedCheckpoint(f"event {newest.pk}") from error
    return reached


def _mac(reached: dict[str, Any]) -> HMAC:
    mac = HMAC(bytes.fromhex(sm3_hex((PURPOSE + settings.SECRET_KEY).encode())), SM3())
    mac.update(canonical_json(reached))
    return mac
