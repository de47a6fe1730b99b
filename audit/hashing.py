"""SM3 (GB/T 32905-2016) over canonical JSON: the one way content is hashed."""

import json
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sm3_hex(data: bytes) -> str:
    """The SM3 digest of `data`, 64 lower-case hexadecimal characters."""
    return sm3_hex_of([data])


def sm3_hex_of(pieces: Iterable[bytes]) -> str:
    """The same of content that comes piece by piece."""
    digest = Hash(SM3())
    for piece in pieces:
        digest.update(piece)
    return digest.finalize().hex()


def content_hash(value: Any) -> str:
    """SM3 over the canonical JSON of `value`."""
    return sm3_hex(canonical_json(value))
