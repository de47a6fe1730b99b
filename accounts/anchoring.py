"""The portal's own SM2 key: it signs the anchors of the days, where the installation has one.

The key lies in a file beside the server (`PORTAL_ANCHOR_KEY_FILE`), never in the database: whoever
has the database alone cannot sign an anchor.
"""

import os
from pathlib import Path

from django.conf import settings

from accounts import sm2
from audit.hashing import sm3_hex
from audit.services import anchors_make


class AnchorKeyUnreadable(Exception):
    """The file that the settings name holds no SM2 key."""


def anchor_key() -> tuple[bytes, bytes] | None:
    """The private and the public half; None where the installation has no key."""
    if not settings.ANCHOR_KEY_FILE:
        return None
    path = Path(settings.ANCHOR_KEY_FILE)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        return secret, sm2.public_of(secret)
    except (OSError, ValueError) as error:
        raise AnchorKeyUnreadable(str(path)) from error


def anchor_key_make(path: Path) -> str:
    """Write a new key, readable by its owner alone; returns its fingerprint. Never overwrites."""
    secret = sm2.secret_make()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex())
    return sm3_hex(sm2.public_of(secret))


def days_anchor() -> int:
    """Make the anchors that are due, signed where there is a key; returns how many."""
    key = anchor_key()
    if key is None:
        return len(anchors_make())
    secret, public = key
    return len(anchors_make(sign=lambda message: (public, sm2.sign(secret, public, message))))


def anchor_signature_fits(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature fits and its key is known: the portal's own, or one it had before.

    Without any known key (a copy of the database alone is being verified) only the fit is judged.
    """
    known = set(settings.ANCHOR_FINGERPRINTS)
    if key := anchor_key():
        known.add(sm3_hex(key[1]))
    if known and sm3_hex(public) not in known:
        return False
    return sm2.verify(public, message, signature)
