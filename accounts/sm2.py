"""SM2 signatures (GB/T 32918.2-2016) with SM3 and the standard's default identifier.

Tongsuo's library signs thousands of times a second where it has a wheel (x86-64); gmalg, in plain
Python, does the same everywhere. A signature is r and s, 32 bytes each; a public key 65 bytes,
uncompressed.
"""

import secrets
from collections.abc import Sequence

import gmalg

try:  # no wheel for every machine
    from tongsuopy.crypto import exceptions, hashes
    from tongsuopy.crypto.asymciphers import ec
    from tongsuopy.crypto.asymciphers.utils import encode_dss_signature
except ImportError:  # pragma: no cover  # x86-64 machines have it
    ec = None
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ORDER = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
IDENTIFIER = b"1234567812345678"
SECRET_LENGTH, PUBLIC_LENGTH, HALF = 32, 65, 32


def secret_make() -> bytes:
    """A private key: a number from 1 to n − 2, 32 bytes."""
    return (1 + secrets.randbelow(ORDER - 2)).to_bytes(SECRET_LENGTH, "big")


def public_of(secret: bytes) -> bytes:
    """The public key of a private key."""
    return bytes(gmalg.SM2().generate_pk(secret))


def sign(secret: bytes, public: bytes, message: bytes) -> bytes:
    """r and s over the message, 64 bytes."""
    return sign_each(secret, public, [message])[0]


def sign_each(secret: bytes, public: bytes, messages: Sequence[bytes]) -> list[bytes]:
    """A signature over each message. The key is made ready once: that takes longer than a signature."""
    if ec is None:
        return [sign_plainly(secret, public, message) for message in messages]
    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SM2())
    pairs = [
        decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SM3()))) for message in messages
    ]
    return [r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big") for r, s in pairs]


def sign_plainly(secret: bytes, public: bytes, message: bytes) -> bytes:
    """The same in plain Python."""
    r, s = gmalg.SM2(secret, IDENTIFIER, public).sign(message)
    return bytes(r) + bytes(s)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's over exactly this message."""
    if len(signature) != 2 * HALF or len(public) != PUBLIC_LENGTH:
        return False
    if ec is None:
        return verify_plainly(public, message, signature)
    r, s = (int.from_bytes(part, "big") for part in (signature[:HALF], signature[HALF:]))
    x, y = (int.from_bytes(part, "big") for part in (public[1 : 1 + HALF], public[1 + HALF :]))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SM2()).public_key()
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SM3()))
    except (exceptions.InvalidSignature, ValueError):
        return False
    return True


def verify_plainly(public: bytes, message: bytes, signature: bytes) -> bool:
    """The same in plain Python."""
    try:
        key = gmalg.SM2(None, IDENTIFIER, public)
        return bool(key.verify(message, signature[:HALF], signature[HALF:]))
    except (gmalg.errors.InvalidArgumentError, ValueError):
        return False
