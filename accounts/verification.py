"""Whether the signing keys are the ones that their owners made."""

from collections.abc import Iterator

from accounts.models import SigningKey
from audit.enums import AuditAction
from audit.hashing import sm3_hex
from audit.selectors import details_of_action


def key_faults() -> Iterator[str]:
    """Keys that do not fit their fingerprint, or that nobody made by the log; and keys that are gone.

    A key swapped together with its fingerprint is found by the log's own copy of the fingerprint.
    """
    made = {
        int(subject): detail["fingerprint"]
        for subject, detail in details_of_action(AuditAction.SIGNING_KEY_MADE).iterator(2000)
    }
    seen = set()
    for key in SigningKey.objects.order_by("pk").iterator(2000):
        seen.add(key.pk)
        if sm3_hex(bytes(key.public_key)) != key.fingerprint:
            yield f"signing key {key.pk}: the key is not the one of its fingerprint"
        if made.get(key.pk) != key.fingerprint:
            yield f"signing key {key.pk} is not the one in the audit log"
    for pk in sorted(made.keys() - seen):
        yield f"signing key {pk} is missing"
